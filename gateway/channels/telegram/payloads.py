"""The updates that Telegram delivers: their documented shapes, as far as we read them.

Source: Bot API 10.0 (as in python-telegram-bot 22.8), objects `Update`, `Message`, `CallbackQuery` and their parts,
read 22 Nov 2026. `Update.de_json` of that library is not used on the way in: it checks no types, and it fails on a
whole update for a field that we do not need (tried: a poll from before Bot API 10.0). Hence `Any` for whatever a
message can be understood without: it is read by hand, and what is of another shape counts as missing.

Ids are integers of up to 52 bits; those of groups are negative.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct, field

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What `msgspec` raises for bytes that are no JSON, hold broken UTF-8, or are nested deeper than anything real."""

CHOICE_PREFIX = "choice:"
"""What our own buttons put before the intent in their `callback_data` (64 bytes in all)."""

GUEST: Final = "guest:"
"""Begins the keys of chats where the bot is no member and was called by its name."""


Id = Annotated[int, Meta(ge=-(2**53), le=2**53)]
"""A number that Telegram counts with; a larger one is none, and no database would keep it."""


class User(Struct, frozen=True):
    """A person or a bot."""

    id: Id
    is_bot: bool = False
    first_name: str = ""
    last_name: str | None = None
    username: str | None = None

    @property
    def full_name(self) -> str:
        """First and last name, as the apps show them."""
        return f"{self.first_name} {self.last_name or ''}".strip()


class Chat(Struct, frozen=True):
    """`type`: private, group, supergroup or channel. `is_direct_messages`: the direct messages of a channel.

    A private chat has the id and the names of the person in it.
    """

    id: Id
    type: str
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    is_direct_messages: Any = None


class RepliedTo(Struct, frozen=True):
    """The message that is answered. In a topic, everything "answers" the message that made the topic."""

    message_id: Id
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


class Message(Struct, frozen=True):
    """`date` in seconds since 1970; 0 where the message can no longer be read (`InaccessibleMessage`)."""

    message_id: Id
    date: int
    chat: Chat
    author: User | None = field(name="from", default=None)
    sender_chat: Any = None
    """The channel or group on whose behalf it was written."""
    via_bot: Any = None
    sender_business_bot: Any = None
    """The bot that wrote it for a business account."""
    business_connection_id: str | None = None
    is_from_offline: Any = None
    """Sent by a business account by itself: a greeting, an away message, a scheduled one."""
    text: str | None = None
    caption: str | None = None
    entities: Any = None
    caption_entities: Any = None
    reply_to_message: Any = None
    forward_origin: Any = None
    message_thread_id: Id | None = None
    is_topic_message: Any = None
    direct_messages_topic: Any = None
    is_automatic_forward: Any = None
    media_group_id: Any = None
    guest_query_id: str | None = None
    edit_date: int | None = None
    reply_markup: Any = None

    @property
    def words(self) -> str:
        """The text, or what is written below a picture."""
        return self.text or self.caption or ""


class CallbackQuery(Struct, frozen=True):
    """A pressed button. It carries no time of its own. `message` is missing for inline messages."""

    id: str
    author: User = field(name="from")
    message: Message | None = None
    data: str | None = None


class Reaction(Struct, frozen=True):
    """`MessageReactionUpdated`. `user` is missing where somebody reacts on behalf of a chat."""

    chat: Chat
    message_id: Id
    date: int
    user: User | None = None
    new_reaction: Any = None


class Member(Struct, frozen=True):
    """`ChatMember`: what somebody is in a chat."""

    status: str


class Membership(Struct, frozen=True):
    """`ChatMemberUpdated`, of ourselves: in a private chat, whether the person has blocked us."""

    chat: Chat
    date: int
    author: User = field(name="from")
    new_chat_member: Member
    old_chat_member: Member | None = None


class DeletedMessages(Struct, frozen=True):
    """`BusinessMessagesDeleted`."""

    chat: Chat
    message_ids: list[Id]
    business_connection_id: str = ""
