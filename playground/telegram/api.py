"""The HTTP face of the pretend Telegram: /telegram/bot<token>/<method>."""

import hmac
import json as jsonlib
from collections.abc import Callable
from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from playground.gate import Gate, fields, unpacked
from playground.people import GROUP_ID, by_telegram
from playground.settings import Settings
from playground.telegram.errors import BotError, bad_request
from playground.telegram.platform import Telegram

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


class BotApi:
    """Answers the gateway's calls."""

    def __init__(self, telegram: Telegram, settings: Settings, note: Callable[..., None]) -> None:
        self._telegram = telegram
        self._settings = settings
        self._note = note
        # Method names are not case-sensitive (core.telegram.org/bots/api#making-requests).
        self._methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getme": self._get_me,
            "getwebhookinfo": self._get_webhook_info,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getupdates": self._get_updates,
            "sendmessage": self._send_message,
            "sendchataction": self._send_chat_action,
            "answercallbackquery": self._answer_callback_query,
            "deletemessage": self._delete_message,
            "getchat": self._get_chat,
            "getchatmember": self._get_chat_member,
        }

    def blueprint(self, gate: Gate) -> Blueprint:
        """One route for all methods."""
        blueprint = Blueprint("telegram", url_prefix="/telegram")
        gate.guard(blueprint)
        blueprint.exception(BotError)(_error)
        blueprint.add_route(self.call, "/<token:str>/<method:str>", methods=["GET", "POST"])
        return blueprint

    async def call(self, request: Request, token: str, method: str) -> HTTPResponse:
        """Any method, its parameters by query, form, multipart or JSON."""
        if not token.startswith("bot") or ":" not in token:
            raise BotError(404, "Not Found")
        right = f"bot{self._settings.telegram_access_token}"
        if not hmac.compare_digest(token.encode(), right.encode()):
            raise BotError(401, "Unauthorized")
        action = self._methods.get(method.lower())
        if action is None:
            raise BotError(404, "Not Found")
        given = {name: unpacked(value) for name, value in request.query_args}
        given |= {name: unpacked(value) for name, value in fields(request).items()}
        # What is text stays text, even when it looks like JSON.
        given |= {name: value for name, value in fields(request).items() if name == "text"}
        try:
            return json({"ok": True, "result": action(given)})
        except ValueError as error:
            raise bad_request("a number is malformed") from error

    def _get_me(self, given: dict[str, Any]) -> Any:
        abilities = {"can_join_groups": True, "can_read_all_group_messages": True, "supports_inline_queries": False}
        return {**self._telegram.objects.bot(), **abilities}

    def _get_webhook_info(self, given: dict[str, Any]) -> Any:
        state = self._telegram.state
        url = self._settings.webhook("telegram") if state.webhook is None else state.webhook
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(state.pending)}

    def _set_webhook(self, given: dict[str, Any]) -> Any:
        if _true(given.get("drop_pending_updates")):
            self._telegram.updates.stop_webhook()
            self._telegram.state.pending.clear()
        self._telegram.set_webhook(str(given.get("url", "")), given.get("secret_token"))
        return True

    def _delete_webhook(self, given: dict[str, Any]) -> Any:
        self._telegram.set_webhook("", None)
        if _true(given.get("drop_pending_updates")):
            self._telegram.state.pending.clear()
        return True

    def _get_updates(self, given: dict[str, Any]) -> Any:
        state = self._telegram.state
        if state.webhook != "":
            raise BotError(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
        updates = [jsonlib.loads(body) for body in state.pending]
        if (offset := int(given.get("offset") or 0)) > 0:
            # An offset confirms everything before it.
            updates = [update for update in updates if update["update_id"] >= offset]
            state.pending[:] = [jsonlib.dumps(update) for update in updates]
        return updates[: int(given.get("limit") or 100)]

    def _send_message(self, given: dict[str, Any]) -> Any:
        thread_id = given.get("message_thread_id")
        message = self._telegram.bot_sends(
            _chat_id(given),
            str(given.get("text", "")),
            given.get("reply_parameters"),
            int(thread_id) if thread_id is not None else None,
            given.get("reply_markup"),
        )
        return self._telegram.objects.message(message)

    def _send_chat_action(self, given: dict[str, Any]) -> Any:
        chat_id = _chat_id(given)
        self._telegram.check_writable(chat_id)
        self._note(kind="typing", place="telegram", who=str(chat_id), on=True)
        return True

    def _answer_callback_query(self, given: dict[str, Any]) -> Any:
        self._telegram.answer(str(given.get("callback_query_id", "")))
        if given.get("text"):
            self._note(kind="toast", text=str(given["text"]))
        return True

    def _delete_message(self, given: dict[str, Any]) -> Any:
        self._telegram.delete(_chat_id(given), int(given.get("message_id") or 0))
        return True

    def _get_chat(self, given: dict[str, Any]) -> Any:
        chat_id = _chat_id(given)
        if chat_id != GROUP_ID:
            self._telegram.check_writable(chat_id)
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        return {
            **self._telegram.objects.chat(chat_id),
            "accent_color_id": 3,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }

    def _get_chat_member(self, given: dict[str, Any]) -> Any:
        if _chat_id(given) != GROUP_ID:
            raise bad_request("chat not found")
        user_id = int(given.get("user_id") or 0)
        if user_id == self._settings.telegram_bot_id:
            rights = dict.fromkeys(ADMIN_RIGHTS, True) | {"can_be_edited": False, "is_anonymous": False}
            return {"status": "administrator", "user": self._telegram.objects.bot(), **rights}
        if by_telegram(user_id) is None:
            raise bad_request("user not found")
        return {"status": "member", "user": self._telegram.objects.user(user_id)}


def _chat_id(given: dict[str, Any]) -> int:
    value = str(given.get("chat_id", ""))
    if not value.lstrip("-").isdigit():
        raise bad_request("chat not found")
    return int(value)


def _true(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1")


def _error(request: Request, error: BotError) -> HTTPResponse:
    return error.response()
