"""The methods by which a bot says something: a text, or a file with or without one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sanic.request import File

from playground.telegram.customers import file_media
from playground.telegram.errors import BotError, bad_request
from playground.telegram.files import LARGEST_PHOTO, LARGEST_UP, Files
from playground.telegram.platform import Telegram
from playground.telegram.records import ChatMessage

FILES = ("photo", "document", "video", "voice", "audio", "animation")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8")


class Sending:
    """Says what the bot says."""

    def __init__(self, telegram: Telegram, files: Files) -> None:
        self._telegram = telegram
        self._files = files

    def methods(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """By their names in lower case."""
        return {"sendmessage": self._text, **{f"send{kind}": partial(self._file, kind) for kind in FILES}}

    def _text(self, given: dict[str, Any]) -> Any:
        return self._told(self._send(given, str(given.get("text", ""))))

    def _file(self, kind: str, given: dict[str, Any]) -> Any:
        file = given.get(kind)
        if isinstance(file, File):
            size = len(file.body)
            if size > (LARGEST_PHOTO if kind == "photo" else LARGEST_UP):
                raise BotError(413, "Request Entity Too Large")
            if not size:
                raise bad_request("file must be non-empty")
            if kind == "photo" and not file.body.startswith(PICTURES):
                raise bad_request("IMAGE_PROCESS_FAILED")
            self._telegram.check_writable(chat_of(given), _business(given))
            file_id = self._files.keep(kind, file.body, file.name)
            media = file_media(kind, file_id, size, file.name, file.type)
        elif file:
            media = file_media(kind, str(file), self._files.about(str(file)).size)
        else:
            raise bad_request(f"there is no {kind} in the request")
        return self._told(self._send(given, str(given.get("caption") or ""), media))

    def _send(self, given: dict[str, Any], text: str, media: Any = None) -> ChatMessage:
        thread_id = given.get("message_thread_id")
        return self._telegram.bot_sends(
            chat_of(given),
            text,
            given.get("reply_parameters"),
            int(thread_id) if thread_id is not None else None,
            given.get("reply_markup"),
            media,
            _business(given),
        )

    def _told(self, message: ChatMessage) -> Any:
        return self._telegram.objects.message(message)


def chat_of(given: dict[str, Any]) -> int:
    """The chat that a call is about."""
    value = str(given.get("chat_id", ""))
    if not value.lstrip("-").isdigit():
        raise bad_request("chat not found")
    return int(value)


def _business(given: dict[str, Any]) -> str:
    return str(given.get("business_connection_id") or "")
