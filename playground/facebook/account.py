"""What the Page's account is set up for: token, subscriptions, webhook and Messenger profile."""

from collections.abc import Callable
from typing import Any

from playground.facebook.errors import GraphError, invalid
from playground.facebook.events import APP_ID
from playground.facebook.records import FacebookState
from playground.people import BRAND
from playground.settings import Settings

FIELDS = [
    "messages", "messaging_postbacks", "messaging_referrals", "messaging_optins", "messaging_handovers",
    "messaging_policy_enforcement", "message_echoes", "message_edits", "message_reactions", "message_reads",
    "message_deliveries", "standby", "feed", "mention",
]  # fmt: skip
"""What this Facebook can deliver."""
SCOPES = [
    "pages_messaging", "pages_manage_metadata", "pages_read_engagement", "pages_read_user_content",
    "pages_manage_engagement", "pages_show_list",
]  # fmt: skip


class Account:
    """One Page and one application."""

    def __init__(self, state: FacebookState, settings: Settings, changed: Callable[[], None]) -> None:
        self._state = state
        self._settings = settings
        self._changed = changed

    @property
    def app_token(self) -> str:
        """The application's own token: its id and its secret."""
        return f"{APP_ID}|{self._settings.facebook_secret}"

    def token(self, given: dict[str, Any]) -> dict[str, Any]:
        """`GET /debug_token`."""
        good = given.get("input_token") == self._settings.facebook_page_access_token
        if not good:
            return {"data": {"is_valid": False, "scopes": [], "error": {"code": 190, "message": "Invalid token"}}}
        data = {
            "app_id": str(APP_ID),
            "application": BRAND,
            "type": "PAGE",
            "is_valid": True,
            "profile_id": self._settings.facebook_page_id,
            "expires_at": 0,
            "data_access_expires_at": 0,
            "scopes": SCOPES,
        }
        return {"data": data}

    def subscribed(self) -> dict[str, Any]:
        """`GET /{page}/subscribed_apps`."""
        fields = FIELDS if self._state.subscribed is None else self._state.subscribed
        app = {"id": str(APP_ID), "name": "Aside", "category": "Business", "subscribed_fields": fields}
        return {"data": [app] if fields else []}

    def subscribe(self, given: dict[str, Any]) -> dict[str, Any]:
        """`POST /{page}/subscribed_apps`."""
        fields = [field for field in str(given.get("subscribed_fields", "")).split(",") if field]
        if not fields or not set(fields) <= set(FIELDS):
            raise invalid("Param subscribed_fields[0] must be one of {MESSAGES, FEED, ...}")
        self._state.subscribed = fields
        self._changed()
        return {"success": True}

    def unsubscribe(self) -> dict[str, Any]:
        """`DELETE /{page}/subscribed_apps`."""
        self._state.subscribed = []
        self._changed()
        return {"success": True}

    def webhooks(self) -> dict[str, Any]:
        """`GET /{app}/subscriptions`."""
        kept = self._state.webhook or {"callback_url": self._settings.webhook("facebook"), "fields": FIELDS}
        fields = [{"name": name, "version": "v26.0"} for name in kept["fields"]]
        return {"data": [{"object": "page", "callback_url": kept["callback_url"], "active": True, "fields": fields}]}

    def register(self, given: dict[str, Any]) -> dict[str, Any]:
        """`POST /{app}/subscriptions`."""
        if given.get("object") != "page" or given.get("verify_token") != self._settings.facebook_verify:
            raise GraphError(
                2200, "(#2200) Callback verification failed with the following errors: HTTP Status Code = 403"
            )
        fields = [field for field in str(given.get("fields", "")).split(",") if field]
        self._state.webhook = {"callback_url": str(given.get("callback_url")), "fields": fields}
        self._changed()
        return {"success": True}

    def app(self) -> dict[str, Any]:
        """`GET /{app}`."""
        return {"id": str(APP_ID), "name": "Aside", "privacy_policy_url": "https://wren.example/privacy"}

    def profile(self) -> dict[str, Any]:
        """`GET /me/messenger_profile`."""
        return {"data": [self._state.profile] if self._state.profile else []}

    def set_profile(self, given: dict[str, Any]) -> dict[str, Any]:
        """`POST /me/messenger_profile`."""
        for name in ("get_started", "greeting", "persistent_menu"):
            if name in given:
                self._state.profile[name] = given[name]
        self._changed()
        return {"result": "success"}

    def clear_profile(self, given: dict[str, Any]) -> dict[str, Any]:
        """`DELETE /me/messenger_profile`."""
        for name in given.get("fields") or ():
            self._state.profile.pop(str(name), None)
        self._changed()
        return {"result": "success"}
