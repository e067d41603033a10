"""The HTTP face of the pretend Telegram: /telegram/bot<token>/<method>, and /telegram/file/bot<token>/<path>."""

import hmac
import inspect
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json, raw

from playground.gate import Gate, fields, unpacked
from playground.people import by_telegram
from playground.settings import Settings
from playground.telegram.errors import BotError, bad_request
from playground.telegram.files import LARGEST_DOWN, Files
from playground.telegram.hooks import Hooks
from playground.telegram.objects import GROUPS
from playground.telegram.platform import Telegram
from playground.telegram.sending import Sending, chat_of

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


_COMMAND = ("command", "description")
_COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}")


class BotApi:
    """Answers the gateway's calls."""

    def __init__(self, telegram: Telegram, files: Files, settings: Settings, note: Callable[..., None]) -> None:
        self._telegram = telegram
        self._files = files
        self._settings = settings
        self._note = note
        # Method names are not case-sensitive (core.telegram.org/bots/api#making-requests).
        self._methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getme": self._get_me,
            "getfile": self._get_file,
            "sendchataction": self._send_chat_action,
            "answercallbackquery": self._answer_callback_query,
            "deletemessage": self._delete_message,
            "getchat": self._get_chat,
            "getchatmember": self._get_chat_member,
            "getmycommands": self._get_my_commands,
            "setmycommands": self._set_my_commands,
            **Hooks(telegram, settings).methods(),
            **Sending(telegram, files).methods(),
        }

    def blueprint(self, gate: Gate) -> Blueprint:
        """One route for all methods, one for files."""
        blueprint = Blueprint("telegram", url_prefix="/telegram")
        gate.guard(blueprint)
        blueprint.exception(BotError)(_error)
        blueprint.add_route(self.call, "/<token:str>/<method:str>", methods=["GET", "POST"])
        blueprint.add_route(self.download, "/file/<token:str>/<path:path>", methods=["GET"])
        return blueprint

    async def call(self, request: Request, token: str, method: str) -> HTTPResponse:
        """Any method, its parameters by query, form, multipart or JSON."""
        self._admit(token)
        action = self._methods.get(method.lower())
        if action is None:
            raise BotError(404, "Not Found")
        given = {name: unpacked(value) for name, value in request.query_args}
        given |= {name: unpacked(value) for name, value in fields(request).items()}
        # What is text stays text, even when it looks like JSON.
        given |= {name: value for name, value in fields(request).items() if name in ("text", "caption")}
        given |= {name: found[0] for name, found in (request.files or {}).items()}
        try:
            result = action(given)
            return json({"ok": True, "result": await result if inspect.isawaitable(result) else result})
        except ValueError as error:
            raise bad_request("a number is malformed") from error

    async def download(self, request: Request, token: str, path: str) -> HTTPResponse:
        """A file, by the path that getFile told."""
        self._admit(unquote(token))
        content = self._files.at(unquote(path))
        if content is None:
            raise BotError(404, "Not Found")
        return raw(content, content_type="application/octet-stream")

    def _admit(self, token: str) -> None:
        if not token.startswith("bot") or ":" not in token:
            raise BotError(404, "Not Found")
        right = f"bot{self._settings.telegram_access_token}"
        if not hmac.compare_digest(token.encode(), right.encode()):
            raise BotError(401, "Unauthorized")

    def _get_me(self, given: dict[str, Any]) -> Any:
        abilities = {
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
            "can_connect_to_business": True,
        }
        return {**self._telegram.objects.bot(), **abilities}

    def _get_my_commands(self, given: dict[str, Any]) -> Any:
        return self._telegram.state.commands if _for_private_chats(given) else []

    def _set_my_commands(self, given: dict[str, Any]) -> Any:
        commands = given.get("commands")
        if not isinstance(commands, list) or len(commands) > 100 or not all(map(_is_command, commands)):
            raise bad_request("BOT_COMMAND_INVALID")
        if _for_private_chats(given):
            self._telegram.state.commands = [{name: one[name] for name in _COMMAND} for one in commands]
        return True

    def _get_file(self, given: dict[str, Any]) -> Any:
        file_id = str(given.get("file_id", ""))
        stored = self._files.about(file_id)
        if stored.size > LARGEST_DOWN:
            raise bad_request("file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": stored.unique,
            "file_size": stored.size,
            "file_path": stored.path,
        }

    def _send_chat_action(self, given: dict[str, Any]) -> Any:
        chat_id = chat_of(given)
        self._telegram.check_writable(chat_id, str(given.get("business_connection_id") or ""))
        self._note(kind="typing", place="telegram", who=str(chat_id), on=True)
        return True

    def _answer_callback_query(self, given: dict[str, Any]) -> Any:
        self._telegram.answer(str(given.get("callback_query_id", "")))
        if given.get("text"):
            self._note(kind="toast", text=str(given["text"]))
        return True

    def _delete_message(self, given: dict[str, Any]) -> Any:
        self._telegram.delete(chat_of(given), int(given.get("message_id") or 0))
        return True

    def _get_chat(self, given: dict[str, Any]) -> Any:
        chat_id = chat_of(given)
        if chat_id not in GROUPS:
            self._telegram.check_writable(chat_id)
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        return {
            **self._telegram.objects.chat(chat_id),
            "accent_color_id": 3,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }

    def _get_chat_member(self, given: dict[str, Any]) -> Any:
        if chat_of(given) not in GROUPS:
            raise bad_request("chat not found")
        user_id = int(given.get("user_id") or 0)
        if user_id == self._settings.telegram_bot_id:
            rights = dict.fromkeys(ADMIN_RIGHTS, True) | {"can_be_edited": False, "is_anonymous": False}
            return {"status": "administrator", "user": self._telegram.objects.bot(), **rights}
        if by_telegram(user_id) is None:
            raise bad_request("user not found")
        return {"status": "member", "user": self._telegram.objects.user(user_id)}


def _error(request: Request, error: BotError) -> HTTPResponse:
    return error.response()


def _for_private_chats(given: dict[str, Any]) -> bool:
    """The only scope in which commands are kept here."""
    scope = given.get("scope")
    return isinstance(scope, dict) and scope.get("type") == "all_private_chats"


def _is_command(given: Any) -> bool:
    """As real Telegram takes it: a name of 1 to 32 characters, a description of 1 to 256 (Bot API 10.0, BotCommand)."""
    if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in _COMMAND):
        return False
    return bool(_COMMAND_NAME.fullmatch(given["command"])) and 1 <= len(given["description"]) <= 256
