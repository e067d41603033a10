"""What the playground is told by the environment, and the demo values for everybody else."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

TWITTER_USER_ID = "1580000000000428033"
FACEBOOK_PAGE_ID = "104288817354101"
FACEBOOK_APP_ID = 884_201_175_340_922
TELEGRAM_BOT_ID = 7_204_118_865


@dataclass(frozen=True, slots=True)
class Settings:
    """One field per environment variable of the same name, in capitals."""

    playground_port: int
    aside_port: int
    aside_home: Path
    twitter_consumer_key: str
    twitter_consumer_secret: str
    twitter_access_token: str
    twitter_access_token_secret: str
    twitter_user_id: str
    twitter_username: str
    facebook_verify: str
    facebook_secret: str
    facebook_page_access_token: str
    facebook_page_id: str
    telegram_access_token: str
    telegram_secret_token: str
    telegram_bot_username: str
    playground_hint: str = ""
    """Shown on the page, e.g. which order numbers the demo shop knows."""
    playground_away: str = ""
    """Platforms whose real ones are used instead, with commas between: `x`, `facebook`, `telegram`."""
    playground_x_messages: int = 15
    """Direct Messages that X lets out in 15 minutes (docs.x.com/x-api/fundamentals/rate-limits, read 2026-11-21)."""
    playground_pace: float = 1.0
    """How long a second of waiting between two attempts lasts; tests hurry."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment; what is missing or empty comes from the demo values."""
        given = {name: value for name, value in environ.items() if value}
        values = demo_environment(environ) | given
        known = {field.name: values[field.name.upper()] for field in fields(cls) if field.name.upper() in values}
        return cls(**{name: _typed(name, value) for name, value in known.items()})  # type: ignore[arg-type]

    def webhook(self, channel: str) -> str:
        """Where the gateway of this machine listens for `channel`."""
        return f"http://127.0.0.1:{self.aside_port}/webhooks/{channel}/webhook"

    @property
    def away(self) -> list[str]:
        """Platforms on which nothing can be done here."""
        return [name for name in self.playground_away.split(",") if name]

    @property
    def telegram_bot_id(self) -> int:
        """A Telegram token begins with the bot's id (core.telegram.org/bots/api#authorizing-your-bot)."""
        return int(self.telegram_access_token.partition(":")[0])


def _typed(name: str, value: str) -> str | int | float | Path:
    if name.endswith(("_port", "_messages")):
        return int(value)
    if name == "aside_home":
        return Path(value)
    return float(value) if name == "playground_pace" else value


def demo_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Everything that gateway and playground must agree on, for a demo without any account.

    Secrets are drawn once and kept in `ASIDE_HOME/playground-secrets.json`, readable by the owner only.
    """
    port = environ.get("PLAYGROUND_PORT") or "8090"
    home = environ.get("ASIDE_HOME") or ".aside"
    root = f"http://127.0.0.1:{port}"
    return {
        "PLAYGROUND_PORT": port,
        "ASIDE_PORT": environ.get("ASIDE_PORT") or "8080",
        "ASIDE_HOME": home,
        "TWITTER_USER_ID": TWITTER_USER_ID,
        "TWITTER_USERNAME": "WrenAndCo",
        "TWITTER_API_ROOT": f"{root}/x",
        "FACEBOOK_PAGE_ID": FACEBOOK_PAGE_ID,
        "FACEBOOK_APP_ID": str(FACEBOOK_APP_ID),
        "FACEBOOK_API_ROOT": f"{root}/facebook",
        "TELEGRAM_BOT_USERNAME": "WrenAndCoBot",
        "TELEGRAM_API_ROOT": f"{root}/telegram",
        **_secrets(Path(home) / "playground-secrets.json"),
    }


def _secrets(path: Path) -> dict[str, str]:
    """Read the kept secrets, or draw them and keep them."""
    try:
        return {str(name): str(value) for name, value in json.loads(path.read_text()).items()}
    except FileNotFoundError:
        pass
    drawn = {
        name: secrets.token_hex(24)
        for name in (
            "TWITTER_CONSUMER_KEY",
            "TWITTER_CONSUMER_SECRET",
            "TWITTER_ACCESS_TOKEN_SECRET",
            "FACEBOOK_VERIFY",
            "FACEBOOK_SECRET",
            "FACEBOOK_PAGE_ACCESS_TOKEN",
            "TELEGRAM_SECRET_TOKEN",
        )
    }
    # X and Telegram put the account's id in front of its token.
    drawn["TWITTER_ACCESS_TOKEN"] = f"{TWITTER_USER_ID}-{secrets.token_hex(20)}"
    drawn["TELEGRAM_ACCESS_TOKEN"] = f"{TELEGRAM_BOT_ID}:{secrets.token_urlsafe(26)[:35]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        # The supervisor and the playground may start in the same instant: the first one's draw counts.
        return _secrets(path)
    with os.fdopen(descriptor, "w") as file:
        json.dump(drawn, file, indent=1)
    return drawn
