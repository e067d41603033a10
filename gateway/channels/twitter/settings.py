"""What it takes to speak for one account on X."""

import msgspec


class TwitterSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The app's and the account's keys (OAuth 1.0a user context, which does not expire), and who the account is."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    user_id: str
    username: str
    """Without the `@`."""
    api_root: str = "https://api.twitter.com"
    """Scheme and host of the API, for a test double or the playground."""

    def __repr__(self) -> str:
        """Without the secrets: settings end up in logs and in tracebacks."""
        return f"TwitterSettings(user_id={self.user_id!r}, username={self.username!r}, api_root={self.api_root!r})"
