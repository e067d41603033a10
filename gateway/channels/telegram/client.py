"""The Bot API through python-telegram-bot, as far as we send with it: one call, and what each answer means.

    a text, a file -> an address -> one call -> the id of what is there now
                                      -> the group has moved: one more, to where it is now

`SendUnclear` is the answer wherever the request may have had its effect: the Bot API has no idempotency key and cannot
be asked afterwards (platforms.md section 4, 21 Nov 2026), so nobody may send it again blindly.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputFile,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from gateway.channels.base import Loaded
from gateway.channels.connections import Connections
from gateway.channels.telegram import errors
from gateway.channels.telegram.payloads import GUEST
from gateway.channels.telegram.render import Address
from gateway.channels.telegram.request import Request, RequestFailed
from gateway.errors import SendError, SendLockedOut, SendRefused, SendUnclear
from gateway.files import tidy_name

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_PHOTO: Final = 10_000_000  # bytes of a picture; a larger one goes as a document (Bot API 10.0, "Sending files")
_PHOTOS: Final = ("image/jpeg", "image/png", "image/webp")
_VOICES: Final = ("audio/ogg", "audio/mpeg", "audio/mp4")
_AUDIOS: Final = ("audio/mpeg", "audio/mp4")
_TITLE: Final = 60  # characters of what stands above an answer in a list that nobody sees


class TelegramClient:
    """Calls as one bot. Opens nothing before the first call."""

    def __init__(
        self, *, token: str, api_root: str, connect_timeout: float, total_timeout: float, patience: float
    ) -> None:
        """Time-outs in seconds; the total bounds a whole call, `patience` one that uploads, or waits for updates.

        Raises `SettingsError` where `api_root` is no address.
        """
        quick, patient = (
            Connections("Telegram", api_root, connect_timeout=connect_timeout, total_timeout=total)
            for total in (total_timeout, patience)
        )
        self.root = quick.root
        """Of the API, without its last slash."""
        self.request = Request(quick, patient, token, total_timeout)
        """For what is only asked."""
        self._bot = Bot(
            token=self.request.public,
            base_url=f"{quick.root}/bot",
            request=self.request,
            get_updates_request=self.request,
        )

    async def start(self) -> None:
        """Make ready, without a call."""
        await self.request.initialize()

    async def close(self) -> None:
        """Close the connections."""
        await self.request.shutdown()

    async def send(self, address: Address, text: str, keyboard: InlineKeyboardMarkup | None) -> str:
        """Say something; the new message's id. Raises `SendRetryable`, `SendRefused` or `SendUnclear`."""
        if address.guest:
            return await self._answer_guest(address.guest, text, keyboard)
        return await self._sent(
            address,
            lambda where: self._bot.send_message(
                text=text, reply_markup=keyboard, link_preview_options=_NO_PREVIEW, **_whither(where)
            ),
        )

    async def send_file(self, address: Address, loaded: Loaded) -> str:
        """Send a file as what it is; the new message's id. Raises as `send`.

        A picture that Telegram cannot show goes as a document.
        """
        try:
            return await self._send_as(address, loaded, _how(loaded))
        except SendRefused as refusal:
            said = refusal.message.casefold()
            if _how(loaded) != "photo" or not any(words in said for words in errors.PICTURE):
                raise
        return await self._send_as(address, loaded, "document")

    async def _send_as(self, address: Address, loaded: Loaded, how: str) -> str:
        name = tidy_name(loaded.file.name, loaded.file.mime)
        method: Callable[..., Awaitable[Any]] = getattr(self._bot, f"send_{how}")

        def call(where: Address) -> Awaitable[Any]:
            return method(**{how: InputFile(loaded.content, filename=name)}, **_whither(where))

        return await self._sent(address, call)

    async def _sent(self, address: Address, call: Callable[[Address], Awaitable[Any]]) -> str:
        try:
            number = await self._call(lambda: call(address), "message_id")
        except errors.Migrated as moved:
            # Nothing has happened yet. The new chat counts its messages anew, so that there is nothing to hang it on.
            address = msgspec.structs.replace(address, chat_id=moved.chat_id, message_id=None, topic=None)
            number = await self._call(lambda: call(address), "message_id")
        return address.key(number)

    async def _answer_guest(self, query: str, text: str, keyboard: InlineKeyboardMarkup | None) -> str:
        answer = InlineQueryResultArticle(
            id="1",
            title=text[:_TITLE],
            input_message_content=InputTextMessageContent(text, link_preview_options=_NO_PREVIEW),
            reply_markup=keyboard,
        )
        number = await self._call(lambda: self._bot.answer_guest_query(query, answer), "inline_message_id")
        return f"{GUEST}{number}"

    async def _call(self, call: Callable[[], Awaitable[Any]], wanted: str) -> Any:
        """What is `wanted` of the answer."""
        failure: SendError
        try:
            return getattr(await call(), wanted)
        except RequestFailed as error:
            failure = error.failure
        except TelegramError as error:
            failure = self._failure(error)
        except (KeyError, TypeError, AttributeError, ValueError):
            # The library reads an answer of another shape than documented without a check.
            failure = SendUnclear("Telegram's answer cannot be read.")
        raise failure  # out here: what the library says may quote what Telegram said, whole

    def _failure(self, error: TelegramError) -> SendError:
        """Of what the library itself refuses, or cannot read."""
        words = self.request.words(error.message)
        match error:
            case InvalidToken():
                return SendLockedOut(words, retry_after=errors.OPERATOR_PAUSE)
            case Forbidden() | BadRequest():
                return SendRefused(words)
            case _:
                return SendUnclear(words)


def _whither(address: Address) -> dict[str, Any]:
    answers = address.message_id
    return {
        "chat_id": address.chat_id,
        "message_thread_id": address.topic,
        "direct_messages_topic_id": address.direct,
        "business_connection_id": address.business,
        # The customer may have deleted the question; the answer is said all the same.
        "reply_parameters": ReplyParameters(answers, allow_sending_without_reply=True) if answers else None,
    }


def _how(loaded: Loaded) -> str:
    """By which of the library's methods a file is sent."""
    kind, mime, size = loaded.file.kind, loaded.file.mime, len(loaded.content)
    if kind == "image" and mime in _PHOTOS and size <= _PHOTO:
        return "photo"
    if kind == "image" and mime == "image/gif":
        return "animation"
    if kind == "video" and mime == "video/mp4":
        return "video"
    if kind == "voice" and mime in _VOICES:
        return "voice"
    if kind in ("audio", "voice") and mime in _AUDIOS:
        return "audio"
    return "document"
