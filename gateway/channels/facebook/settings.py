"""What an operator sets for Facebook: the section `facebook` of `credentials.yml`."""

from dataclasses import dataclass, field

from gateway.errors import SettingsError


@dataclass(frozen=True, kw_only=True, slots=True)
class FacebookSettings:
    """One Page. Secrets are kept out of its `repr`."""

    verify: str = field(repr=False)
    """The word that we told Facebook at the webhook's registration."""
    secret: str = field(repr=False)
    """The app's secret: signs what comes in and proves what goes out."""
    page_access_token: str = field(repr=False)
    page_id: str
    app_id: str = ""
    """The application's id. Without it its webhook is set up by hand, and which echoes are other applications' is told
    by what they lack."""
    api_root: str = "https://graph.facebook.com"
    connect_timeout: float = 5.0
    """Seconds."""
    total_timeout: float = 10.0
    """Seconds."""
    pace: float = 0.5
    """Seconds between two calls that catch up: the Conversations API takes 2 a second."""

    def check(self) -> None:
        """Raise `SettingsError` where something is missing: an empty secret would let everybody in."""
        for key in ("verify", "secret", "page_access_token", "page_id"):
            if not getattr(self, key):
                raise SettingsError(f"facebook: `{key}` is empty.")
        if not self.api_root.startswith(("https://", "http://")):
            raise SettingsError("facebook: `api_root` is no web address.")
