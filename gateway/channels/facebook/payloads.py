"""The bodies that Facebook delivers: their documented shapes, as far as we read them.

Sources: developers.facebook.com, Messenger Platform, "Webhooks" (5 May 2026) and its pages per event; Graph API, Page
webhooks, field `feed`; recorded bodies of the restfb, bottender, botman and botbuilder test suites. Ids are strings on
the wire, but recorded bodies also hold them as integers.
"""

from typing import Any, Final

import msgspec
from msgspec import Struct, field

from gateway.messages import Place, Sender, Surface

Id = str | int

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What `msgspec` raises for bytes that are no JSON, hold broken UTF-8, or are nested deeper than anything real."""

CHOICE_PREFIX = "choice:"
"""What our own buttons put before the intent in their `payload`, so that nobody else's payload is taken for one."""
GET_STARTED = "get_started"
"""The payload of the Get Started button, as far as it is a convention: `GET_STARTED`, `<GET_STARTED_PAYLOAD>`."""

POST_ITEMS = ("post", "status", "photo", "video")
"""Items of the feed under which a visitor's post comes."""


def messenger_thread(person: str) -> Place:
    """The Messenger thread with the page-scoped id `person`."""
    return Place(surface=Surface.PRIVATE, native_id=f"psid:{person}")


def messenger_account(person: str) -> Sender:
    """The account in Messenger with the page-scoped id `person`."""
    return Sender(native_id=person, scope="messenger")


class Piece(Struct, frozen=True, kw_only=True):
    """One event cut out of its body, with what its envelope said of it: what a `RawEvent` of ours holds."""

    part: str
    """The list that it stood in: `messaging`, `standby` or `changes`; `entry` for an entry that has none of them."""
    page: str
    """`entry.id`: the Page it is about."""
    event: Any


class Party(Struct, frozen=True):
    """`sender` and `recipient` of a Messenger event: a page-scoped id, or the Page's own."""

    id: Id | None = None


class Referral(Struct, frozen=True):
    """How somebody came: `ref` is what an m.me link carried ("m.me links")."""

    ref: str | None = None


class QuickReply(Struct, frozen=True):
    """The quick reply that was pressed."""

    payload: str | None = None


class ReplyTo(Struct, frozen=True):
    """The message that this one answers."""

    mid: str | None = None


class AttachmentPayload(Struct, frozen=True):
    """The media itself. Links expire."""

    url: str | None = None
    sticker_id: Id | None = None


class MessageAttachment(Struct, frozen=True):
    """`type`: audio, file, image, location, video, fallback, template, reel and others."""

    type: str = ""
    title: str | None = None
    payload: AttachmentPayload | None = None


class Message(Struct, frozen=True):
    """`message` of a Messenger event. `text` is missing where only attachments came."""

    mid: str | None = None
    text: str | None = None
    quick_reply: QuickReply | None = None
    reply_to: ReplyTo | None = None
    referral: Referral | None = None
    attachments: list[MessageAttachment] | None = None
    is_unsupported: bool | None = None


class Postback(Struct, frozen=True):
    """A pressed button. `mid` is newer than the rest; `referral` comes with Get Started after an m.me link."""

    mid: str | None = None
    title: str | None = None
    payload: str | None = None
    referral: Referral | None = None


class Messaging(Struct, frozen=True):
    """One element of `entry.messaging` that a person caused. `timestamp` in milliseconds since 1970."""

    timestamp: int
    sender: Party | None = None
    message: Message | None = None
    postback: Postback | None = None
    referral: Referral | None = None


class FeedAuthor(Struct, frozen=True):
    """`from` of a feed change. Nothing says that its id is the page-scoped one: it is a scope of its own."""

    id: Id
    name: str | None = None


class Feed(Struct, frozen=True):
    """`value` of a change of `feed` or `mention` with verb `add`. `created_time` in seconds since 1970.

    `parent_id` is `post_id` for a comment on the post, and the comment's id for an answer to a comment.
    """

    created_time: int
    author: FeedAuthor = field(name="from")
    comment_id: Id | None = None
    post_id: Id | None = None
    parent_id: Id | None = None
    message: str | None = None
    photo: str | None = None
    video: str | None = None
    link: str | None = None
    photos: list[str] | None = None
