"""A Telegram update, understood: what a person says to us, what became of it, else `Ignored` with the reason.

    update -> its kind -> message | edit | business | guest | button | reaction | membership -> an event
The same person has the same id in a group and in the private chat, and the private chat has the id of the person.
"""

import re
from typing import Any, Final

import msgspec

from gateway.channels.base import ParseError
from gateway.channels.telegram import commands, content, happened, places
from gateway.channels.telegram.addressed import (
    Bot,
    addressed_to_us,
    answered,
    answers_post,
    spoken_to_us,
    without_address,
)
from gateway.channels.telegram.happened import convert, moment
from gateway.channels.telegram.payloads import (
    CHOICE_PREFIX,
    UNREADABLE,
    CallbackQuery,
    InlineKeyboard,
    Message,
    User,
)
from gateway.clock import Clock
from gateway.happenings import Change, Changed, Event, SaidForUs
from gateway.messages import Channel, Ignored, Place, RawEvent, Said, Sender, Surface

_CHOICE: Final = re.compile(rf"{CHOICE_PREFIX}([a-z][a-z0-9_]*)")
_START: Final = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
"""What a deep link `t.me/<bot>?start=<code>` makes the customer's app send (Bot API, "Deep linking")."""

ANONYMOUS_ADMIN: Final = 1087968824
"""`GroupAnonymousBot`, the author that Telegram shows where an admin of a group writes without a name."""

_IGNORED: Final = {
    "channel_post": "channel_post",
    "edited_channel_post": "channel_post",
    "message_reaction_count": "message_reaction_count",
    "chat_member": "chat_member",
    "chat_join_request": "chat_join_request",
    "chat_boost": "chat_boost",
    "removed_chat_boost": "chat_boost",
    "business_connection": "business_connection",
    "poll": "poll",
    "poll_answer": "poll",
    "inline_query": "inline_query",
    "chosen_inline_result": "inline_query",
    "shipping_query": "payment",
    "pre_checkout_query": "payment",
    "purchased_paid_media": "payment",
    "subscription": "payment",
    "managed_bot": "managed_bot",
    "stopped_message_generation": "stopped_message_generation",
}
"""Updates that are no message of a person to us. The last of `payment` and the last are newer than Bot API 10.0."""

_MESSAGES: Final = {
    "message": (False, False),
    "edited_message": (True, False),
    "business_message": (False, True),
    "edited_business_message": (True, True),
    "guest_message": (False, False),
}
"""Updates that hold a message: whether it was edited, whether it is a business account's."""


def parse(event: RawEvent, bot: Bot, clock: Clock) -> Event:
    """Understand one update. Raises `ParseError` where a documented kind has an undocumented shape."""
    try:
        update = msgspec.json.decode(event.payload)
    except UNREADABLE as error:
        raise ParseError("the body is no JSON") from error
    if not isinstance(update, dict):
        return Ignored(reason="unknown_body")
    for kind, (edited, business) in _MESSAGES.items():
        if update.get(kind) is not None:
            if kind == "guest_message" and not _has_query(update[kind]):
                return Ignored(reason="guest_without_query")
            return _message(update[kind], bot, edited=edited, business=business)
    if update.get("callback_query") is not None:
        return _pressed(convert(update["callback_query"], CallbackQuery), bot, clock)
    if update.get("message_reaction") is not None:
        return happened.reacted(update["message_reaction"], bot)
    if update.get("my_chat_member") is not None:
        return happened.joined_or_left(update["my_chat_member"], bot)
    if update.get("deleted_business_messages") is not None:
        return happened.deleted(update["deleted_business_messages"], bot, clock)
    return Ignored(reason=next((reason for kind, reason in _IGNORED.items() if kind in update), "unknown_event"))


def _message(raw: object, bot: Bot, *, edited: bool, business: bool) -> Event:
    message = convert(raw, Message)
    fields: dict[str, Any] = raw if isinstance(raw, dict) else {}
    if (change := happened.moved(fields, message, bot)) is not None:
        return change
    business = business or bool(message.business_connection_id)
    author = _author(message, fields, business=business)
    if isinstance(author, Ignored):
        return author
    event: Said | SaidForUs
    if isinstance(author, _Ourselves):
        event = _said_for_us(message, fields, bot, author, business=business)
    else:
        event = _said(message, fields, bot, author, business=business)
    if edited:
        return _edit(event, message, bot, fields)
    if places.is_group(message) and not addressed_to_us(message, bot):
        if isinstance(event, Said) and event.album and not event.text and not message.forward_origin:
            # Whether it is depends on the one of its album that has the words.
            return msgspec.structs.replace(event, only_with_album=True, overheard=True)
        return Ignored(reason="not_for_us")
    return event


class _Ourselves(msgspec.Struct, frozen=True):
    """Somebody who spoke in our name, as whom or what."""

    via: str
    correspondent: Sender | None


def _author(message: Message, fields: dict[str, Any], *, business: bool) -> User | _Ourselves | Ignored:
    """Who says something here: a person, somebody in our name, or nobody that we should hear."""
    person = message.author
    if message.is_automatic_forward:
        return Ignored(reason="automatic_forward")  # the copy of a channel's post in its discussion group
    if message.chat.type == "channel":
        return Ignored(reason="channel_post")
    if name := content.service(fields):
        return Ignored(reason=name)
    if message.sender_chat is not None:
        if places.is_direct(message):
            return _Ourselves("the channel", places.writer_to_channel(message))
        anonymous = person is not None and person.id == ANONYMOUS_ADMIN
        return Ignored(reason="anonymous_admin" if anonymous else "on_behalf_of_chat")
    if person is None:
        return Ignored(reason="no_author")
    if business and (message.sender_business_bot is not None or person.id != message.chat.id):
        if message.is_from_offline:
            return Ignored(reason="sent_by_itself")
        via = "another bot" if message.sender_business_bot is not None else "the business account"
        return _Ourselves(via, places.person_of(message.chat))
    if person.is_bot or message.via_bot is not None:
        return Ignored(reason="bot")
    if message.text is None and message.caption is None and not content.attachments(fields, message):
        return Ignored(reason="unknown_content") if not content.rich_text(fields) else person
    return person


def _said(message: Message, fields: dict[str, Any], bot: Bot, person: User, *, business: bool) -> Said:
    place, perhaps_at = places.place_of(message, business=business), None
    if places.is_group(message):
        place, perhaps_at = _among_comments(message, place)
    text, code = message.words or content.rich_text(fields), ""
    if place.surface is Surface.PUBLIC:
        text = without_address(text, bot)
    if start := _START.fullmatch(text):
        # A code that everybody in the group can read proves nothing.
        text, code = "", (start.group(1) or "") if message.chat.type == "private" and not business else ""
    choice = ""
    if message.chat.type == "private" and not business and (command := commands.spoken(text)):
        text, choice = command
    return Said(
        channel=Channel.TELEGRAM,
        account=str(bot.id),
        native_id=places.id_of(message, place),
        place=place,
        sender=places.sender(person),
        text=text,
        at=moment(message.date),
        order=message.message_id,
        target=places.target_of(message, place),
        reply_to=_reply_to(message, place),
        code=code,
        choice=choice,
        overheard=places.is_group(message) and not spoken_to_us(message, bot),
        attachments=content.attachments(fields, message),
        album=str(message.media_group_id or ""),
        perhaps_at=perhaps_at,
    )


def _among_comments(message: Message, place: Place) -> tuple[Place, Place | None]:
    """The place of a message in a group, and where it perhaps stands: below the post of a channel."""
    comments = places.comments_of(message, place)
    if comments is not None and answers_post(message):
        return comments, None
    return place, comments


def _said_for_us(
    message: Message, fields: dict[str, Any], bot: Bot, ourselves: _Ourselves, *, business: bool
) -> SaidForUs:
    place = places.place_of(message, business=business)
    return SaidForUs(
        channel=Channel.TELEGRAM,
        account=str(bot.id),
        at=moment(message.date),
        native_id=places.id_of(message, place),
        place=place,
        target=places.target_of(message, place),
        correspondent=ourselves.correspondent,
        text=message.words or content.rich_text(fields),
        order=message.message_id,
        reply_to=_reply_to(message, place),
        attachments=content.attachments(fields, message),
        via=ourselves.via,
    )


def _edit(event: Said | SaidForUs, message: Message, bot: Bot, fields: dict[str, Any]) -> Changed | Ignored:
    """What somebody said reads otherwise now; it may be for us now, and was not before."""
    if content.is_live_location(fields):
        return Ignored(reason="live_location")
    said = event if isinstance(event, Said) else None
    for_us = said is not None and (not places.is_group(message) or addressed_to_us(message, bot))
    return Changed(
        channel=event.channel,
        account=event.account,
        at=moment(message.edit_date or message.date),
        native_id=event.native_id,
        change=Change.EDITED,
        by=said.sender if said else None,
        text=event.text,
        attachments=event.attachments,
        order=message.edit_date or message.date,
        said=said if for_us else None,
    )


def _pressed(query: CallbackQuery, bot: Bot, clock: Clock) -> Said | Ignored:
    """A pressed button. The platform gives it no time: it is now."""
    found = _CHOICE.fullmatch(query.data or "")
    if query.author.is_bot:
        return Ignored(reason="bot")
    if query.message is None:
        return Ignored(reason="button_without_message")
    if not found:
        return Ignored(reason="foreign_button")
    if query.message.chat.type == "channel":
        return Ignored(reason="channel_post")
    place, perhaps_at = places.place_of(query.message), None
    if places.is_group(query.message):
        place, perhaps_at = _among_comments(query.message, place)
    shown = places.id_of(query.message, place)
    return Said(
        channel=Channel.TELEGRAM,
        account=str(bot.id),
        native_id=f"callback:{query.id}",
        place=place,
        sender=places.sender(query.author),
        text=_title(query),
        at=clock(),
        target=places.target_of(query.message, place),
        reply_to=shown,
        choice=found.group(1),
        acknowledge=query.id,
        perhaps_at=perhaps_at,
    )


def _has_query(raw: object) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("guest_query_id"), str)


def _title(query: CallbackQuery) -> str:
    """What stands on the pressed button; empty where the message can no longer be read."""
    markup = query.message.reply_markup if query.message else None
    try:
        rows = msgspec.convert(markup or {}, InlineKeyboard).inline_keyboard
    except msgspec.ValidationError:
        return ""
    return next((button.text for row in rows for button in row if button.callback_data == query.data), "")


def _reply_to(message: Message, place: Place) -> str:
    reply = answered(message)
    return places.neighbour(message, place, reply.message_id) if reply else ""
