"""A direct message, ours or a customer's; both APIs deliver it in the same shape.

`{type: message_create, id, created_timestamp, message_create: {target: {recipient_id}, sender_id, message_data}}`
(X docs, x-api/activity/event-payloads "dm.received" and account-activity/introduction, Aug 2026).

XChat's messages are end-to-end encrypted: who wrote is told, and nothing else.
"""

import html
from collections.abc import Mapping
from datetime import datetime

from gateway import codes
from gateway.channels.base import ParseError
from gateway.channels.twitter import attachment, snowflake
from gateway.channels.twitter.fields import identifier, mapping, native_id, string
from gateway.channels.twitter.payloads import Piece, listener_id, speaker_id
from gateway.channels.twitter.render import GREETING
from gateway.channels.twitter.settings import TwitterSettings
from gateway.happenings import Event, SaidForUs
from gateway.messages import Channel, Ignored, Place, Said, Sender, Surface

CHOICE_PREFIX = "choice:"
"""Marks the metadata of a quick reply as an intent of ours. API 2 sends no quick replies: others' are free text."""

_OTHER_KINDS = {
    "participants_join": "participants",
    "participants_leave": "participants",
    "reaction_create": "reaction",
}


def read_message(piece: Piece, settings: TwitterSettings, now: datetime) -> Event:
    """Understand a direct message. Raises `ParseError` where it has no id, no sender or no text."""
    body = mapping(piece.body)
    if (kind := string(body.get("type"))) not in ("message_create", ""):
        return Ignored(reason=_OTHER_KINDS.get(kind, "unknown_event"))
    created = mapping(body.get("message_create"))
    data = mapping(created.get("message_data"))
    own_id, author, listener = native_id(body), speaker_id(body), listener_id(body)
    if not own_id or not author:
        raise ParseError("a direct message without an id or a sender")
    if not listener and mapping(created.get("target")).get("conversation_id"):
        return Ignored(reason="group_message")
    if settings.user_id not in (author, listener or settings.user_id):
        return Ignored(reason="other_account")
    if not isinstance(data.get("text"), str):
        raise ParseError("a direct message without a text")
    if author == settings.user_id:
        return _said_for_us(piece, listener, settings, now)
    words = html.unescape(string(data.get("text"))).strip()
    code = codes.find(words)
    return Said(
        channel=Channel.TWITTER,
        account=settings.user_id,
        native_id=own_id,
        place=private_place(author),
        sender=Sender(native_id=author, name=piece.speaker.name, handle=piece.speaker.handle),
        text=_own_words(words) if code else words,
        at=_at(body, now),
        order=snowflake.order_of(own_id),
        target=author,
        reply_to=_anchor(created),
        code=code,
        choice=_choice(data),
        attachments=attachment.of_message(data),
        automated=piece.speaker.automated,
    )


def read_encrypted(piece: Piece, settings: TwitterSettings, now: datetime) -> Event:
    """Understand a message of XChat (`chat.received`): nobody but a person in X's own app can read it.

    `{id, sender_id, conversation_id: "<user>:<user>", created_at_msec, encoded_event}`; a group's conversation has a
    single id (X docs, x-api/activity/event-payloads, Aug 2026). Raises `ParseError` where it has no id or no sender.
    """
    body = mapping(piece.body)
    own_id, author = native_id(body), identifier(body.get("sender_id"))
    if not own_id or not author:
        raise ParseError("an encrypted message without an id or a sender")
    if author == settings.user_id:
        return Ignored(reason="own_echo")
    conversation = string(body.get("conversation_id"))
    if conversation and settings.user_id not in conversation.replace("-", ":").split(":"):
        return Ignored(reason="group_message")
    return Said(
        channel=Channel.TWITTER,
        account=settings.user_id,
        native_id=own_id,
        place=private_place(author),
        sender=Sender(native_id=author, name=piece.speaker.name, handle=piece.speaker.handle),
        text="",
        at=snowflake.from_milliseconds(body.get("created_at_msec")) or now,
        target=author,
        unreadable="encrypted",
    )


def private_place(user_id: str) -> Place:
    """The private thread with one customer."""
    return Place(surface=Surface.PRIVATE, native_id=f"dm:{user_id}")


def _said_for_us(piece: Piece, listener: str, settings: TwitterSettings, now: datetime) -> SaidForUs | Ignored:
    """What our own account wrote: the copy of a message of ours, or a person in X's own app."""
    body = mapping(piece.body)
    data = mapping(mapping(body.get("message_create")).get("message_data"))
    if listener in ("", settings.user_id):
        return Ignored(reason="own_note")  # to oneself
    return SaidForUs(
        channel=Channel.TWITTER,
        account=settings.user_id,
        at=_at(body, now),
        native_id=native_id(body),
        place=private_place(listener),
        target=listener,
        correspondent=Sender(native_id=listener, name=piece.listener.name, handle=piece.listener.handle),
        text=html.unescape(string(data.get("text"))).strip(),
        order=snowflake.order_of(native_id(body)),
        attachments=attachment.of_message(data),
        via=piece.app or "X",
    )


def _at(body: Mapping[str, object], now: datetime) -> datetime:
    return snowflake.said_at(native_id(body), snowflake.from_milliseconds(body.get("created_timestamp")), now)


def _own_words(text: str) -> str:
    """What the customer wrote besides our code; nothing, where they only sent what the way in had filled in."""
    words = codes.without(text)
    return "" if words == GREETING else words


def _choice(data: Mapping[str, object]) -> str:
    """The intent behind a quick reply of ours: `{"quick_reply_response": {"type", "metadata"}}`."""
    metadata = string(mapping(data.get("quick_reply_response")).get("metadata"))
    return metadata.removeprefix(CHOICE_PREFIX) if metadata.startswith(CHOICE_PREFIX) else ""


def _anchor(created: Mapping[str, object]) -> str:
    """The post whose way in opened the conversation; 1.1 tells it, the Activity API's samples do not."""
    return native_id(mapping(created.get("initiated_via")), "tweet_id")
