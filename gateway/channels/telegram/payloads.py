"""The updates that Telegram delivers: their documented shapes, as far as we read them.

Source: Bot API 10.0 (as in python-telegram-bot 22.8), objects `Update`, `Message`, `CallbackQuery`. `Update.de_json` of
that library is not used on the way in: it checks no types, and it fails on a whole update for a field that we do not
need (tried: a poll from before Bot API 10.0). Ids are integers of up to 52 bits; those of groups are negative.
"""

from typing import Any, Final

import msgspec
from msgspec import Struct, field

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What `msgspec` raises for bytes that are no JSON, hold broken UTF-8, or are nested deeper than anything real."""

CHOICE_PREFIX = "choice:"
"""What our own buttons put before the intent in their `callback_data` (64 bytes in all)."""


class User(Struct, frozen=True):
    """A person or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str | None = None
    username: str | None = None

    @property
    def full_name(self) -> str:
        """First and last name, as the apps show them."""
        return f"{self.first_name} {self.last_name or ''}".strip()


class Chat(Struct, frozen=True):
    """`type`: private, group, supergroup or channel. `is_direct_messages`: the direct messages of a channel."""

    id: int
    type: str
    title: str | None = None
    is_direct_messages: bool | None = None


class RepliedTo(Struct, frozen=True):
    """The message that is answered. In a topic, everything "answers" the message that made the topic."""

    message_id: int
    author: User | None = field(name="from", default=None)
    is_automatic_forward: bool | None = None
    forum_topic_created: Any = None


class InlineButton(Struct, frozen=True):
    """A button under a message."""

    text: str = ""
    callback_data: str | None = None


class InlineKeyboard(Struct, frozen=True):
    """The buttons under a message, in rows."""

    inline_keyboard: list[list[InlineButton]] = []


class File(Struct, frozen=True):
    """What all media have in common."""

    file_id: str = ""
    file_name: str | None = None


class Message(Struct, frozen=True):
    """`date` in seconds since 1970; 0 where the message can no longer be read (`InaccessibleMessage`)."""

    message_id: int
    date: int
    chat: Chat
    author: User | None = field(name="from", default=None)
    sender_chat: Any = None
    """The channel or group on whose behalf it was written."""
    via_bot: Any = None
    text: str | None = None
    caption: str | None = None
    reply_to_message: RepliedTo | None = None
    forward_origin: Any = None
    message_thread_id: int | None = None
    is_topic_message: bool | None = None
    is_automatic_forward: bool | None = None
    reply_markup: InlineKeyboard | None = None


class CallbackQuery(Struct, frozen=True):
    """A pressed button. It carries no time of its own. `message` is missing for inline messages."""

    id: str
    author: User = field(name="from")
    message: Message | None = None
    data: str | None = None
