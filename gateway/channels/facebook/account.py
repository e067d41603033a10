"""What Graph tells of the Page's account: its token, its subscriptions, its Messenger profile, its application."""

from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from gateway.channels.facebook.client import GraphClient
from gateway.channels.facebook.payloads import Id, text_id
from gateway.channels.facebook.settings import FacebookSettings

FIELDS: Final = (
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_optins",
    "messaging_handovers",
    "messaging_policy_enforcement",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "message_reads",
    "message_deliveries",
    "standby",
    "feed",
    "mention",
)
"""What the Page is subscribed to (names of facebook_business 26.0.3, `Page.SubscribedFields`)."""
NEEDED: Final = frozenset({"messages", "messaging_postbacks", "messaging_referrals", "message_echoes", "feed"})
"""Without these, messages or comments do not arrive, or what people say in the Page inbox is not seen."""
RIGHTS: Final = (
    "pages_messaging",
    "pages_manage_metadata",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
)
"""What the token must be allowed to ("Permissions reference", read 22 Nov 2026)."""


class Node(Struct, frozen=True):
    """Whatever has an id."""

    id: Id = ""
    name: str = ""


class TokenData(Struct, frozen=True):
    """`GET /debug_token`. `expires_at` in seconds since 1970; 0 where it does not expire."""

    is_valid: bool = False
    app_id: Id = ""
    profile_id: Id = ""
    expires_at: int = 0
    data_access_expires_at: int = 0
    scopes: list[str] = []


class Token(Struct, frozen=True):
    """The envelope of it."""

    data: TokenData = TokenData()


class Subscribed(Struct, frozen=True):
    """An application that the Page delivers to."""

    id: Id = ""
    subscribed_fields: list[str] = []


class SubscribedApps(Struct, frozen=True):
    """`GET /{page}/subscribed_apps`."""

    data: list[Subscribed] = []


class Webhook(Struct, frozen=True):
    """Where the application has its events delivered; `fields` are names, or objects with a name."""

    object: str = ""
    callback_url: str = ""
    active: bool = False
    fields: list[Any] = []

    @property
    def names(self) -> set[str]:
        """The names of the fields."""
        return {str(each.get("name", "")) if isinstance(each, dict) else str(each) for each in self.fields}


class Webhooks(Struct, frozen=True):
    """`GET /{app}/subscriptions`."""

    data: list[Webhook] = []


class Profile(Struct, frozen=True):
    """The Messenger profile, as far as we set it."""

    get_started: dict[str, Any] | None = None
    greeting: list[dict[str, Any]] = []


class Profiles(Struct, frozen=True):
    """`GET /me/messenger_profile`: one row, or none where nothing is set."""

    data: list[Profile] = []

    @property
    def one(self) -> Profile:
        """The profile."""
        return self.data[0] if self.data else Profile()


class App(Struct, frozen=True):
    """Our application."""

    id: Id = ""
    privacy_policy_url: str = ""


class Account:
    """Reads and sets it. Everything raises `SendRetryable`, `SendRefused` or, where it writes, `SendUnclear`."""

    def __init__(self, client: GraphClient, settings: FacebookSettings) -> None:
        self._client = client
        self._settings = settings
        self._page = quote(settings.page_id, safe="")
        self._app = quote(settings.app_id, safe="")
        self._app_token = f"{settings.app_id}|{settings.secret}" if settings.app_id else ""

    @property
    def knows_app(self) -> bool:
        """Whether the application can be asked: its id is set."""
        return bool(self._app_token)

    async def page(self) -> Node:
        """Whose token it is."""
        return await self._client.read("me", {"fields": "id,name"}, Node)

    async def token(self) -> TokenData:
        """What the token may do, and for how long."""
        query = {"input_token": self._settings.page_access_token}
        return (await self._client.read("debug_token", query, Token, self._app_token)).data

    async def subscribed(self) -> Subscribed | None:
        """Our application's subscription; None where the Page delivers nothing to it."""
        query = {"fields": "id,subscribed_fields"}
        apps = (await self._client.read(f"{self._page}/subscribed_apps", query, SubscribedApps)).data
        ours = [each for each in apps if text_id(each.id) == self._settings.app_id] if self._settings.app_id else apps
        return ours[0] if ours else None

    async def webhook(self) -> Webhook | None:
        """Where our application has the events of Pages delivered; None where nowhere."""
        listed = await self._client.read(f"{self._app}/subscriptions", {}, Webhooks, self._app_token)
        return next((each for each in listed.data if each.object == "page"), None)

    async def profile(self) -> Profile:
        """The Messenger profile."""
        query = {"fields": "get_started,greeting"}
        return (await self._client.read("me/messenger_profile", query, Profiles)).one

    async def app(self) -> App:
        """What the public is told of our application."""
        return await self._client.read(self._app, {"fields": "id,privacy_policy_url"}, App, self._app_token)

    async def register(self, url: str) -> None:
        """Have the events of Pages delivered to `url`; Graph verifies it at once."""
        body = {
            "object": "page",
            "callback_url": url,
            "verify_token": self._settings.verify,
            "fields": ",".join(FIELDS),
            "include_values": True,
        }
        await self._client.write("POST", f"{self._app}/subscriptions", body, self._app_token)

    async def subscribe(self) -> None:
        """Have the Page deliver to our application."""
        await self._client.write("POST", f"{self._page}/subscribed_apps", {"subscribed_fields": ",".join(FIELDS)})

    async def unsubscribe(self) -> None:
        """Have the Page deliver nothing more to our application."""
        await self._client.write("DELETE", f"{self._page}/subscribed_apps", {})

    async def set_profile(self, values: dict[str, Any]) -> None:
        """Set parts of the Messenger profile."""
        await self._client.write("POST", "me/messenger_profile", values)
