"""A Telegram update, understood: `Said` where a person turned to us, else `Ignored` with the reason.

The same person has the same id in a group and in the private chat, and the private chat has the id of the person.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from gateway.channels.base import ParseError
from gateway.channels.telegram.addressed import Bot, addressed_to_us, answered, spoken_to_us, without_address
from gateway.channels.telegram.payloads import CHOICE_PREFIX, UNREADABLE, CallbackQuery, Chat, File, Message, User
from gateway.clock import Clock
from gateway.messages import Attachment, Channel, Ignored, Place, RawEvent, Said, Sender, Surface

_Shape = TypeVar("_Shape", bound=msgspec.Struct)

_CHOICE: Final = re.compile(rf"{CHOICE_PREFIX}([a-z][a-z0-9_]*)")
_START: Final = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
"""What a deep link `t.me/<bot>?start=<code>` makes the customer's app send (Bot API, "Deep linking")."""

_IGNORED: Final = {
    "edited_message": "edited",
    "channel_post": "channel_post",
    "edited_channel_post": "channel_post",
    "my_chat_member": "membership",
    "chat_member": "membership",
    "chat_join_request": "join_request",
    "message_reaction": "reaction",
    "message_reaction_count": "reaction",
    "poll": "poll",
    "poll_answer": "poll",
    "business_connection": "business",
    "business_message": "business",
    "edited_business_message": "business",
    "deleted_business_messages": "business",
    "inline_query": "inline",
    "chosen_inline_result": "inline",
    "guest_message": "guest_message",
    "managed_bot": "managed_bot",
    "shipping_query": "payment",
    "pre_checkout_query": "payment",
    "purchased_paid_media": "payment",
    "chat_boost": "boost",
    "removed_chat_boost": "boost",
}
"""Kinds of updates that are no message of a person to us."""

_KINDS: Final = {
    "photo": "image",
    "animation": "video",  # before `document`, which comes along with it
    "video": "video",
    "video_note": "video",
    "voice": "voice",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
    "venue": "location",
    "location": "location",
    "contact": "contact",
    "story": "other",
    "checklist": "other",
    "paid_media": "other",
    "dice": "other",
    "game": "other",
}
"""What a message may hold besides text, by its field. One with neither is Telegram's own (joined, pinned, ...)."""


def parse(event: RawEvent, bot: Bot, clock: Clock) -> Said | Ignored:
    """Understand one update. Raises `ParseError` where a documented kind has an undocumented shape."""
    try:
        update = msgspec.json.decode(event.payload)
    except UNREADABLE as error:
        raise ParseError("the body is no JSON") from error
    if not isinstance(update, dict):
        return Ignored(reason="unknown_body")
    if update.get("message") is not None:
        return _message(update["message"], bot)
    if update.get("callback_query") is not None:
        return _pressed(_convert(update["callback_query"], CallbackQuery), bot, clock)
    return Ignored(reason=next((reason for kind, reason in _IGNORED.items() if kind in update), "unknown_update"))


def _message(raw: object, bot: Bot) -> Said | Ignored:
    message = _convert(raw, Message)
    fields: dict[str, Any] = raw if isinstance(raw, dict) else {}
    attachments = _attachments(fields)
    reason = _not_from_a_person(message)
    if not reason and message.text is None and message.caption is None and not attachments:
        reason = _without_content(fields)
    if reason or message.author is None:
        return Ignored(reason=reason or "no_author")

    text, code = message.text or message.caption or "", ""
    private = message.chat.type == "private"
    overheard = not private and not spoken_to_us(message, bot)
    if not private:
        if not addressed_to_us(message, bot):
            return Ignored(reason="not_for_us")
        text = without_address(text, bot)
    if start := _START.fullmatch(text):
        # A code that everybody in the group can read proves nothing.
        text, code = "", (start.group(1) or "") if private else ""
    native_id = f"{message.chat.id}/{message.message_id}"
    reply = answered(message)
    return Said(
        channel=Channel.TELEGRAM,
        account=str(bot.id),
        native_id=native_id,
        place=_place(message),
        sender=_sender(message.author),
        text=text,
        at=_moment(message.date),
        order=message.message_id,
        target=str(message.chat.id) if private else native_id,
        reply_to=f"{message.chat.id}/{reply.message_id}" if reply else "",
        code=code,
        overheard=overheard,
        attachments=attachments,
    )


def _pressed(query: CallbackQuery, bot: Bot, clock: Clock) -> Said | Ignored:
    """A pressed button. The platform gives it no time: it is now."""
    if query.message is None:
        return Ignored(reason="button_without_message")
    found = _CHOICE.fullmatch(query.data or "")
    if not found:
        return Ignored(reason="foreign_button")
    if query.author.is_bot:
        return Ignored(reason="bot")
    chat = query.message.chat
    rows = query.message.reply_markup.inline_keyboard if query.message.reply_markup else []
    titles = (button.text for row in rows for button in row if button.callback_data == query.data)
    shown = f"{chat.id}/{query.message.message_id}"
    return Said(
        channel=Channel.TELEGRAM,
        account=str(bot.id),
        native_id=f"callback:{query.id}",
        place=_place(query.message),
        sender=_sender(query.author),
        text=next(titles, ""),
        at=clock(),
        target=str(chat.id) if chat.type == "private" else shown,
        reply_to=shown,
        choice=found.group(1),
    )


def _not_from_a_person(message: Message) -> str:
    """Why a message is not what a person said to a bot in a group or private chat; empty where it is."""
    if message.is_automatic_forward:
        return "automatic_forward"  # the copy of a channel's post in its discussion group
    if message.chat.type == "channel":
        return "channel_post"
    if message.chat.is_direct_messages:
        return "channel_direct_message"
    if message.sender_chat is not None:
        return "on_behalf_of_chat"
    if message.author is None:
        return "no_author"
    if message.author.is_bot or message.via_bot is not None:
        return "bot"
    return ""


def _without_content(fields: dict[str, Any]) -> str:
    if "poll" in fields:
        return "poll"
    return "chat_migrated" if "migrate_to_chat_id" in fields else "service"


def _attachments(fields: dict[str, Any]) -> tuple[Attachment, ...]:
    field = next((field for field in _KINDS if fields.get(field)), None)
    if field is None:
        return ()
    media = fields[field]
    if field == "photo":
        media = media[-1] if isinstance(media, list) else media  # the sizes rise: the last one is the picture itself
    file = _convert(media, File)
    return (Attachment(kind=_KINDS[field], native_id=file.file_id, name=file.file_name or ""),)


def _place(message: Message) -> Place:
    chat: Chat = message.chat
    if chat.type == "private":
        return Place(surface=Surface.PRIVATE, native_id=str(chat.id))
    if chat.type not in ("group", "supergroup"):
        raise ParseError("the chat is of an unknown type")
    # Without `is_topic_message`, a thread is only a chain of answers within the group.
    topic = f"/{message.message_thread_id}" if message.is_topic_message and message.message_thread_id else ""
    return Place(surface=Surface.PUBLIC, native_id=f"{chat.id}{topic}", title=chat.title or "")


def _sender(user: User) -> Sender:
    return Sender(native_id=str(user.id), name=user.full_name, handle=user.username or "")


def _convert(value: object, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise ParseError(f"{shape.__name__}: {error}") from error


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ParseError("the time is out of range") from error
