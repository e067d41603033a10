"""What an operator sets for Telegram: the section `telegram` of `credentials.yml`."""

import re
from dataclasses import dataclass, field
from typing import Final

from gateway.errors import SettingsError

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What `setWebhook` takes (Bot API 10.0)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TelegramSettings:
    """One bot. Secrets are kept out of its `repr`."""

    access_token: str = field(repr=False)
    """`<bot id>:<secret>`, from BotFather."""
    secret_token: str = field(default="", repr=False)
    """What we tell Telegram at `setWebhook`; it comes back with every update. Empty: updates are fetched instead."""
    bot_username: str = ""
    """Empty: Telegram is asked for it."""
    api_root: str = "https://api.telegram.org"
    connect_timeout: float = 5.0
    """Seconds."""
    total_timeout: float = 10.0
    """Seconds."""
    upload_timeout: float = 90.0
    """Seconds for a file to be sent; also more than `poll_timeout`."""
    poll_timeout: float = 25.0
    """Seconds for which Telegram holds back an answer as long as there is nothing to fetch."""

    @property
    def bot_id(self) -> str:
        """Our own account: the public half of the token."""
        return self.access_token.partition(":")[0]

    def check(self) -> None:
        """Raise `SettingsError` where something is missing or wrong."""
        if not (self.bot_id.isdecimal() and self.access_token.partition(":")[2]):
            raise SettingsError("telegram: `access_token` is not of the form <bot id>:<secret>.")
        if self.secret_token and not _SECRET.fullmatch(self.secret_token):
            raise SettingsError("telegram: `secret_token` may hold letters, digits, `_` and `-` only, 256 at most.")
        if not self.api_root.startswith(("https://", "http://")):
            raise SettingsError("telegram: `api_root` is no web address.")
