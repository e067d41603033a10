"""What an operator sets for Telegram: the section `telegram` of `credentials.yml`."""

from dataclasses import dataclass, field

from gateway.errors import SettingsError


@dataclass(frozen=True, kw_only=True, slots=True)
class TelegramSettings:
    """One bot. Secrets are kept out of its `repr`."""

    access_token: str = field(repr=False)
    """`<bot id>:<secret>`, from BotFather."""
    secret_token: str = field(repr=False)
    """What we told Telegram at `setWebhook`; it comes back with every update."""
    bot_username: str
    api_root: str = "https://api.telegram.org"
    connect_timeout: float = 5.0
    """Seconds."""
    total_timeout: float = 10.0
    """Seconds."""

    @property
    def bot_id(self) -> str:
        """Our own account: the public half of the token."""
        return self.access_token.partition(":")[0]

    def check(self) -> None:
        """Raise `SettingsError` where something is missing: an empty secret would let everybody in."""
        for key in ("secret_token", "bot_username"):
            if not getattr(self, key).removeprefix("@"):
                raise SettingsError(f"telegram: `{key}` is empty.")
        if not (self.bot_id.isdecimal() and self.access_token.partition(":")[2]):
            raise SettingsError("telegram: `access_token` is not of the form <bot id>:<secret>.")
        if not self.api_root.startswith(("https://", "http://")):
            raise SettingsError("telegram: `api_root` is no web address.")
