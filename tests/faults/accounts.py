"""The accounts of the pretend platforms: ids and secrets that the product is given by its environment."""

import secrets
from dataclasses import dataclass, field

TELEGRAM_BOT_ID = 7_204_118_001
FACEBOOK_PAGE_ID = "104288817354999"
X_USER_ID = "1580000000000428999"
X_USERNAME = "FaultsAndCo"
BOT_USERNAME = "FaultsAndCoBot"


def _secret() -> str:
    return secrets.token_hex(20)


@dataclass(frozen=True)
class Accounts:
    """One brand on three platforms, with secrets of this run only."""

    telegram_secret: str = field(default_factory=_secret)
    telegram_token: str = field(default_factory=lambda: f"{TELEGRAM_BOT_ID}:{secrets.token_hex(17)}")
    facebook_secret: str = field(default_factory=_secret)
    facebook_token: str = field(default_factory=_secret)
    facebook_verify: str = field(default_factory=_secret)
    x_consumer_secret: str = field(default_factory=_secret)
    bot_token: str = field(default_factory=_secret)

    def environment(self, platforms: str) -> dict[str, str]:
        """What the product must be told; `platforms` is the address of the pretend platforms."""
        return {
            "ASIDE_BOT_TOKEN": self.bot_token,
            "TELEGRAM_ACCESS_TOKEN": self.telegram_token,
            "TELEGRAM_SECRET_TOKEN": self.telegram_secret,
            "TELEGRAM_BOT_USERNAME": BOT_USERNAME,
            "TELEGRAM_API_ROOT": f"{platforms}/telegram",
            "FACEBOOK_VERIFY": self.facebook_verify,
            "FACEBOOK_SECRET": self.facebook_secret,
            "FACEBOOK_PAGE_ACCESS_TOKEN": self.facebook_token,
            "FACEBOOK_PAGE_ID": FACEBOOK_PAGE_ID,
            "FACEBOOK_API_ROOT": f"{platforms}/facebook",
            "TWITTER_CONSUMER_KEY": _secret(),
            "TWITTER_CONSUMER_SECRET": self.x_consumer_secret,
            "TWITTER_ACCESS_TOKEN": f"{X_USER_ID}-{_secret()}",
            "TWITTER_ACCESS_TOKEN_SECRET": _secret(),
            "TWITTER_USER_ID": X_USER_ID,
            "TWITTER_USERNAME": X_USERNAME,
            "TWITTER_API_ROOT": f"{platforms}/x",
        }
