"""Settings: from the environment and `.env` only; `credentials.yml` says which of them make up a channel."""

import logging
import os
import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import yaml
from dotenv import dotenv_values
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.errors import SettingsError
from gateway.messages import Channel
from gateway.public_thread import Patience

ROOT: Final = Path(__file__).resolve().parent.parent
"""The checkout."""

# It says that a line cannot be parsed each time that `.env` is read, and not what to do; `aside.misread` says both.
logging.getLogger("dotenv.main").setLevel(logging.ERROR)

_REFERENCE: Final = re.compile(r"\$\{([A-Z0-9_]+)\}")


class Unclear(StrEnum):
    """What to do about a message of ours of which nobody knows whether it arrived. It is never sent again by itself."""

    LOOK_UP = "look_up"
    """Ask the platform; a person looks where it does not know."""
    HOLD = "hold"
    """A person looks."""


class Acknowledge(StrEnum):
    """What customers are told whose answers would come too late, because more comes in than a channel lets out."""

    PRIVATE = "private"
    """A short word in private, once, where it can go out at once."""
    PUBLIC = "public"
    """The same, or else one in each public thread."""
    NONE = "none"


class Closing(StrEnum):
    """Who decides that a public thread is closed with a word, once its matter was resolved in private."""

    AUTOMATIC = "automatic"
    """Nobody has to: it is said where it helps."""
    APPROVED = "approved"
    """An agent, at the desk; within a day, else it is closed without a word."""
    NEVER = "never"
    """Nothing is said, unless an agent wants it."""


class Settings(BaseSettings):
    """What an operator can set. Names in the environment are in capitals; `.env` in the checkout is read as well."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True)

    aside_home: Path = Field(default=ROOT / ".aside", description="Where state is kept.")
    aside_host: str = Field(default="127.0.0.1", description="The address that gateway and desk listen on.")
    aside_port: int = Field(default=8080, ge=1, le=65535, description="The port that gateway and desk listen on.")
    aside_url: str = Field(
        default="", description="The address under which agents reach the desk; cookies are Secure where it is https."
    )
    playground_port: int = Field(default=8090, ge=1, le=65535, description="The port of the playground.")
    rasa_port: int = Field(default=5005, ge=1, le=65535, description="The port of Rasa.")
    actions_port: int = Field(default=5055, ge=1, le=65535, description="The port of the action server.")
    rasa_url: str = Field(default="", description="Where Rasa answers; default http://127.0.0.1:RASA_PORT.")
    database_url: str = Field(default="", description="SQLAlchemy URL; default SQLite in ASIDE_HOME.")
    aside_bot_token: SecretStr = Field(default=SecretStr(""), description="What gateway and Rasa know each other by.")
    aside_assistant_timeout: float = Field(default=10.0, description="Seconds to wait for one answer of the assistant.")
    aside_assistant_patience: float = Field(
        default=45.0, description="Seconds of failing after which a person takes over from the assistant."
    )
    aside_settle_ms: int = Field(
        default=150,
        description="Milliseconds of quiet in a case before its turn: shuffled deliveries are put in order.",
    )
    aside_code_hours: int = Field(default=72, description="Hours for which an invitation's one-use code is good.")
    aside_remind_hours: float = Field(
        default=20,
        gt=0,
        description="Hours after which a customer who was asked aside and has not come is reminded in public, once.",
    )
    aside_no_show_hours: float = Field(
        default=24,
        gt=0,
        description="Hours after the reminder after which a person looks; twice as long, and it is closed.",
    )
    aside_public_closing: Closing = Field(
        default=Closing.AUTOMATIC,
        description="Whether a public thread is closed with a word after the matter was resolved in private: "
        "`automatic`, `approved` (an agent says so) or `never`.",
    )
    aside_vault_key: SecretStr = Field(
        default=SecretStr(""),
        description="Seals what customers say where it is stored: 32 bytes in base64, the newest key first, older ones "
        "after commas. Without it nothing is sealed or masked there.",
    )
    aside_vault_days: int = Field(
        default=30, ge=1, description="Days for which personal data is kept as it was said; then only masked."
    )
    aside_promise_minutes: int = Field(
        default=60, description="Minutes after a handoff by which a person should answer."
    )
    aside_max_body: int = Field(default=1_048_576, description="Bytes of the largest webhook body that is taken.")
    aside_proxies: int = Field(
        default=0, ge=0, description="Reverse proxies of yours before us: whose address `X-Forwarded-For` tells then."
    )

    aside_work_port: int = Field(
        default=0, ge=0, le=65535, description="The port on which `aside work` tells how it is; 0: it does not listen."
    )
    aside_turns: int = Field(
        default=16, ge=1, description="Turns that one worker process takes side by side (PostgreSQL)."
    )
    aside_sends: int = Field(
        default=32,
        ge=1,
        description="Threads of one channel that one worker process sends to side by side (PostgreSQL).",
    )
    aside_unclear_twitter: Unclear = Field(
        default=Unclear.LOOK_UP, description="What to do about a message whose answer was lost: `look_up` or `hold`."
    )
    aside_unclear_facebook: Unclear = Field(default=Unclear.LOOK_UP, description="The same for Facebook.")
    aside_unclear_telegram: Unclear = Field(
        default=Unclear.HOLD, description="The same for Telegram, which cannot be asked: always held."
    )

    aside_limits: str = Field(
        default="",
        description="What platforms let out, in place of what they print: `channel[/surface[/thread]]=COUNT/SECONDS`.",
    )
    aside_bot_answer_minutes: int = Field(
        default=120, ge=1, description="Minutes after which an answer of the assistant is not sent any more."
    )
    aside_crisis_minutes: int = Field(
        default=10, ge=1, description="Minutes that what waits may take to go out, before a channel is in crisis."
    )
    aside_crisis_word: Acknowledge = Field(
        default=Acknowledge.PRIVATE,
        description="What customers are told in a crisis: `private`, `public` (also once a public thread) or `none`.",
    )

    aside_pretend: str = Field(
        default="",
        description="Channels that the playground pretends, with commas between; set by `aside run --playground`.",
    )
    aside_public_url: str = Field(
        default="", description="The https address under which platforms reach us; webhooks are below it."
    )
    aside_catch_up_minutes: float = Field(
        default=5,
        ge=0,
        description="Minutes after which a platform is asked again for what no webhook brought; 0: never.",
    )
    aside_catch_up_hours: int = Field(
        default=24, ge=1, description="Hours after which what comes late is kept as history and not answered any more."
    )
    aside_check_minutes: float = Field(
        default=10, ge=0, description="Minutes between two looks at each channel's credentials and webhook; 0: never."
    )

    aside_hide_leaks: bool = Field(
        default=True,
        description="Whether a customer's own public message is hidden or removed where it holds numbers or addresses.",
    )
    aside_tell_leaks: bool = Field(
        default=True,
        description="Whether customers are told, once a case, that a public message of theirs holds personal data, and "
        "how to delete it.",
    )
    aside_file_mb: int = Field(
        default=20, ge=1, le=50, description="Megabytes of the largest file that is kept or sent."
    )
    aside_x_prices: str = Field(
        default="",
        description="What X charges in dollars instead of what it prints: "
        "`reply=0.01 dm=0.015 dm_received=0.01 mention=0.001`.",
    )

    @property
    def patience(self) -> Patience:
        """How long public threads wait for what."""
        waits = self.aside_public_closing is Closing.APPROVED
        return Patience(
            reminder=timedelta(hours=self.aside_remind_hours),
            look=timedelta(hours=self.aside_no_show_hours),
            last_word=timedelta(hours=2 * self.aside_no_show_hours),
            approval=Patience().approval if waits else timedelta(),
        )

    @property
    def hold_unclear(self) -> frozenset[Channel]:
        """Channels that are not asked what became of a message whose answer was lost: a person looks at once."""
        chosen = {channel: getattr(self, f"aside_unclear_{channel.value}") for channel in Channel}
        return frozenset(channel for channel, choice in chosen.items() if choice is Unclear.HOLD)

    @property
    def pretended(self) -> frozenset[Channel]:
        """The channels that the playground stands in for."""
        names = self.aside_pretend.split(",")
        return frozenset(channel for channel in Channel if channel.value in names)

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.home / 'aside.db'}"

    @property
    def database_file(self) -> Path | None:
        """The file of a SQLite database; None for another one."""
        scheme, _, path = self.database.partition("sqlite:///")
        return None if scheme or not path else Path(path)

    @property
    def home(self) -> Path:
        """Where state is kept, absolute."""
        return self.aside_home if self.aside_home.is_absolute() else (ROOT / self.aside_home)

    def make_home(self) -> Path:
        """Make the folder where state is kept, for its owner's eyes only: it holds what customers say.

        Raises `SettingsError` where it cannot be made.
        """
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"ASIDE_HOME {self.home} cannot be made: {error.strerror}.") from error
        return self.home

    @property
    def assistant(self) -> str:
        """Where Rasa answers."""
        return self.rasa_url or f"http://127.0.0.1:{self.rasa_port}"

    def webhook(self, channel: Channel) -> str:
        """Where a platform delivers; empty where nobody has said how we are reached."""
        if channel in self.pretended:
            return f"http://127.0.0.1:{self.aside_port}/webhooks/{channel.value}/webhook"
        root = self.aside_public_url.rstrip("/")
        return f"{root}/webhooks/{channel.value}/webhook" if root else ""

    @property
    def url(self) -> str:
        """Where people open the desk."""
        return self.aside_url or f"http://127.0.0.1:{self.aside_port}"


def channel_credentials(path: Path = ROOT / "credentials.yml") -> dict[Channel, dict[str, str]]:
    """The channels' sections of `credentials.yml`, `${NAME}` filled in from the environment and `.env`; unset = empty.

    Raises `SettingsError` where the file cannot be read.
    """
    known = known_environment()
    return {
        channel: {key: _REFERENCE.sub(lambda found: known.get(found[1], ""), value) for key, value in section.items()}
        for channel, section in _sections(path).items()
    }


def channel_setting_names(path: Path = ROOT / "credentials.yml") -> dict[Channel, dict[str, str]]:
    """By which setting each secret of a channel is given: `{"access_token": "TELEGRAM_ACCESS_TOKEN"}`.

    Raises `SettingsError` where the file cannot be read.
    """
    return {
        channel: {
            key.replace("-", "_"): found[1] for key, value in section.items() if (found := _REFERENCE.search(value))
        }
        for channel, section in _sections(path).items()
    }


def _sections(path: Path) -> dict[Channel, dict[str, str]]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}") from error
    sections: dict[Channel, dict[str, str]] = {}
    for channel in Channel:
        section: Any = (document.get(channel.value) if isinstance(document, dict) else None) or {}
        if not isinstance(section, dict):
            raise SettingsError(f"{path.name}: the section {channel.value} must be a list of `name: value`.")
        sections[channel] = {str(key): str(value or "") for key, value in section.items()}
    return sections


def known_environment() -> dict[str, str]:
    """`.env` under the real environment, which wins."""
    from_file = {key: value or "" for key, value in dotenv_values(ROOT / ".env").items()}
    return {**from_file, **os.environ}
