"""What an update tells besides what somebody says: reactions, deletions, people who shut us out, groups that moved.

Source: Bot API 10.0, `MessageReactionUpdated`, `ChatMemberUpdated`, `BusinessMessagesDeleted` (python-telegram-bot
22.8), read 22 Nov 2026.
"""

from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from gateway.channels.base import ParseError
from gateway.channels.telegram.addressed import Bot
from gateway.channels.telegram.payloads import DeletedMessages, Membership, Message, Reaction
from gateway.channels.telegram.places import business_chat, sender
from gateway.clock import Clock
from gateway.happenings import Change, Changed, Moved, Reached, Reacted
from gateway.messages import Channel, Ignored, Place, Surface

_Shape = TypeVar("_Shape", bound=msgspec.Struct)

_SHUT_OUT: Final = {"kicked": "blocked", "left": "left"}
_INSIDE: Final = ("creator", "administrator", "member", "restricted")
_SHOWN: Final = {"custom_emoji": "custom emoji", "paid": "⭐"}


def reacted(raw: object, bot: Bot) -> Reacted | Ignored:
    """Somebody put an emoji to a message, or took it away. Raises `ParseError`."""
    reaction = convert(raw, Reaction)
    if reaction.user is None:
        return Ignored(reason="anonymous_reaction")
    if reaction.user.is_bot:
        return Ignored(reason="bot")
    kinds = reaction.new_reaction if isinstance(reaction.new_reaction, list) else []
    shown = (_emoji(each) for each in kinds if isinstance(each, dict))
    return Reacted(
        channel=Channel.TELEGRAM,
        account=str(bot.id),
        at=moment(reaction.date),
        native_id=f"{reaction.chat.id}/{reaction.message_id}",
        by=sender(reaction.user),
        emoji=" ".join(filter(None, shown)),
    )


def joined_or_left(raw: object, bot: Bot) -> Reached | Ignored:
    """A person has blocked us, or started us again; or a group has let us in or thrown us out. Raises `ParseError`."""
    membership = convert(raw, Membership)
    status = membership.new_chat_member.status
    if membership.chat.type != "private":
        return Ignored(reason=_in_group(membership, status))
    if status not in (*_SHUT_OUT, *_INSIDE):
        raise ParseError("the status of a member is unknown")
    return Reached(
        channel=Channel.TELEGRAM,
        account=str(bot.id),
        at=moment(membership.date),
        place=Place(surface=Surface.PRIVATE, native_id=str(membership.chat.id)),
        by=sender(membership.author),
        reachable=status in _INSIDE,
        why=_SHUT_OUT.get(status, ""),
    )


def deleted(raw: object, bot: Bot, clock: Clock) -> Changed | Ignored:
    """A message of a business account's chat is gone. `split` has made one event of each. Raises `ParseError`."""
    gone = convert(raw, DeletedMessages)
    if not gone.message_ids:
        return Ignored(reason="nothing_deleted")
    return Changed(
        channel=Channel.TELEGRAM,
        account=str(bot.id),
        at=clock(),  # Telegram tells no time
        native_id=f"{business_chat(gone.business_connection_id, gone.chat.id)}/{gone.message_ids[0]}",
        change=Change.REMOVED,
    )


def moved(fields: dict[str, Any], message: Message, bot: Bot) -> Moved | None:
    """A group became a supergroup: the old chat tells it once, and the new one once more."""
    here, after, before = message.chat.id, fields.get("migrate_to_chat_id"), fields.get("migrate_from_chat_id")
    if not isinstance(after, int) and not isinstance(before, int):
        return None
    return Moved(
        channel=Channel.TELEGRAM,
        account=str(bot.id),
        at=moment(message.date),
        before=str(here if isinstance(after, int) else before),
        after=str(after if isinstance(after, int) else here),
    )


def convert(value: object, shape: type[_Shape]) -> _Shape:
    """Read a part of an update. Raises `ParseError` where it is of another shape than documented."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise ParseError(f"{shape.__name__}: {error}") from error


def moment(seconds: int) -> datetime:
    """A time of Telegram's. Raises `ParseError` where it is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ParseError("the time is out of range") from error


def _emoji(kind: dict[str, Any]) -> str:
    emoji = kind.get("emoji")
    return emoji if isinstance(emoji, str) else _SHOWN.get(str(kind.get("type")), "")


def _in_group(membership: Membership, status: str) -> str:
    before = membership.old_chat_member.status if membership.old_chat_member else "left"
    if status in _INSIDE:
        return "bot_rights_changed" if before in _INSIDE else "bot_added"
    return "bot_removed"
