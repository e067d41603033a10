"""What it takes to speak for one account on X."""

import msgspec

from gateway.channels.supply import Receive
from gateway.errors import SettingsError


class TwitterSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The app's keys, the account's grant, and who the account is. Raises `SettingsError` where no grant is whole.

    The grant is OAuth 1.0a (`access_token` and its secret, which do not expire), or OAuth 2.0 (`oauth2_*`: access for
    two hours at a time, renewed with a refresh token that changes each time). OAuth 2.0 is used where it is set.
    """

    consumer_key: str
    consumer_secret: str
    """Signs webhooks, whichever the grant."""
    access_token: str = ""
    access_token_secret: str = ""
    user_id: str
    username: str
    """Without the `@`."""
    oauth2_client_id: str = ""
    oauth2_client_secret: str = ""
    """Empty for a public client, which proves itself by its id alone."""
    oauth2_refresh_token: str = ""
    """The first one; those that follow are kept in the database."""
    bearer_token: str = ""
    """The app's own, for its webhooks; got by the app's keys where it is not set."""
    receive: Receive = Receive.WEBHOOK
    """How events come: X delivers them, or we ask all the time."""
    api_root: str = "https://api.twitter.com"
    """Scheme and host of the API, for a test double or the playground."""

    def __post_init__(self) -> None:
        if self.oauth2_refresh_token and not self.oauth2_client_id:
            raise SettingsError("TWITTER_OAUTH2_REFRESH_TOKEN needs TWITTER_OAUTH2_CLIENT_ID beside it.")

    @property
    def is_oauth2(self) -> bool:
        """Whether the grant is OAuth 2.0."""
        return bool(self.oauth2_refresh_token)

    def __repr__(self) -> str:
        """Without the secrets: settings end up in logs and in tracebacks."""
        return f"TwitterSettings(user_id={self.user_id!r}, username={self.username!r}, api_root={self.api_root!r})"
