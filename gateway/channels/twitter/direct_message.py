"""A direct message that is not end-to-end encrypted; both APIs deliver it in the same shape.

`{type: message_create, id, created_timestamp, message_create: {target: {recipient_id}, sender_id, message_data}}`
(X docs, x-api/activity/event-payloads "dm.received" and account-activity/introduction, Aug 2026).
"""

import html
from collections.abc import Mapping
from datetime import datetime

from gateway import codes
from gateway.channels.base import ParseError
from gateway.channels.twitter import attachment, snowflake
from gateway.channels.twitter.fields import mapping, native_id, string
from gateway.channels.twitter.payloads import Piece, speaker_id
from gateway.channels.twitter.render import GREETING
from gateway.channels.twitter.settings import TwitterSettings
from gateway.messages import Channel, Ignored, Place, Said, Sender, Surface


def read_message(piece: Piece, settings: TwitterSettings, now: datetime) -> Said | Ignored:
    """Understand a direct message. Raises `ParseError` where it has no id, no sender or no text."""
    body = mapping(piece.body)
    if string(body.get("type")) not in ("message_create", ""):
        return Ignored(reason="unknown")
    created = mapping(body.get("message_create"))
    data = mapping(created.get("message_data"))
    own_id, author, text = native_id(body), speaker_id(body), data.get("text")
    if not own_id or not author:
        raise ParseError("a direct message without an id or a sender")
    if author == settings.user_id:
        return Ignored(reason="own_echo")
    if native_id(mapping(created.get("target")), "recipient_id") not in (settings.user_id, ""):
        return Ignored(reason="other_account")
    if not isinstance(text, str):
        raise ParseError("a direct message without a text")
    words = html.unescape(string(text)).strip()
    code = codes.find(words)
    return Said(
        channel=Channel.TWITTER,
        account=settings.user_id,
        native_id=own_id,
        place=Place(surface=Surface.PRIVATE, native_id=f"dm:{author}"),
        sender=Sender(native_id=author, name=piece.speaker.name, handle=piece.speaker.handle),
        text=_own_words(words) if code else words,
        at=snowflake.said_at(own_id, snowflake.from_milliseconds(body.get("created_timestamp")), now),
        order=snowflake.order_of(own_id),
        target=author,
        reply_to=_anchor(created),
        code=code,
        attachments=attachment.of_message(data),
    )


def _own_words(text: str) -> str:
    """What the customer wrote besides our code; nothing, where they only sent what the way in had filled in."""
    words = codes.without(text)
    return "" if words == GREETING else words


def _anchor(created: Mapping[str, object]) -> str:
    """The post whose way in opened the conversation; 1.1 tells it, the Activity API's samples do not."""
    return native_id(mapping(created.get("initiated_via")), "tweet_id")
