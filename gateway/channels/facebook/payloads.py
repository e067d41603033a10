"""The bodies that Facebook delivers: their documented shapes, as far as we read them.

Sources: developers.facebook.com, Messenger Platform, "Webhooks" (5 May 2026), "messages" (2026) and its pages per
event; Graph API, Page webhooks, field `feed`; recorded bodies of the restfb, bottender, botman and botbuilder test
suites. Ids are strings on the wire, but recorded bodies also hold them as integers. Recorded bodies of before Graph
2.11 name an author as `sender_id` and `sender_name`.
"""

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from gateway.messages import Place, Sender, Surface

Id = str | int
Moment = int | float | str

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What `msgspec` raises for bytes that are no JSON, hold broken UTF-8, or are nested deeper than anything real."""

CHOICE_PREFIX = "choice:"
"""What our own buttons put before the intent in their `payload`, so that nobody else's payload is taken for one."""
GET_STARTED = "get_started"
"""The payload of the Get Started button, as far as it is a convention: `GET_STARTED`, `<GET_STARTED_PAYLOAD>`."""
REFERENCE_PREFIX: Final = "aside:"
"""What our own references in `metadata` begin with (`gateway.sending.arrived`): another application's do not."""
PAGE_INBOX: Final = "263902037430900"
"""The application that people answer with in the Page's inbox ("Conversation routing", 24 Sep 2025)."""

POST_ITEMS = ("post", "status", "photo", "video")
"""Items of the feed under which a visitor's post comes."""

_HUMP: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")
_DEEP: Final = 8


def messenger_thread(person: str) -> Place:
    """The Messenger thread with the page-scoped id `person`."""
    return Place(surface=Surface.PRIVATE, native_id=f"psid:{person}")


def messenger_account(person: str) -> Sender:
    """The account in Messenger with the page-scoped id `person`."""
    return Sender(native_id=person, scope="messenger")


def text_id(value: object) -> str:
    """A platform id as text, from the string or the integer on the wire; empty where it is neither."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def plain(value: Any, depth: int = _DEEP) -> Any:
    """`value` with the wire's names of keys: bottender's recorded bodies have them as JavaScript does (`commentId`)."""
    if depth and isinstance(value, dict):
        return {_HUMP.sub(r"_\1", key).lower(): plain(inner, depth - 1) for key, inner in value.items()}
    if depth and isinstance(value, list):
        return [plain(inner, depth - 1) for inner in value]
    return value


class Piece(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event cut out of its body, with what its envelope said of it: what a `RawEvent` of ours holds."""

    part: str
    """The list that it stood in: `messaging`, `standby` or `changes`; `entry` for an entry that has none of them."""
    page: str
    """`entry.id`: the Page it is about."""
    event: Any
    time: Moment | None = None
    """`entry.time`: milliseconds since 1970 with `messaging`, seconds with `changes`."""
    object: str | None = None
    """What it is about where that is no Page, and so not for us."""


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
    """The message that this one answers; without `mid` it answers a story."""

    mid: str | None = None


class Message(Struct, frozen=True):
    """`message` of a Messenger event. `text` is missing where only attachments came."""

    mid: str | None = None
    text: str | None = None
    quick_reply: QuickReply | None = None
    reply_to: ReplyTo | None = None
    referral: Referral | None = None
    attachments: list[Any] | None = None
    sticker_id: Id | None = None
    is_unsupported: bool | None = None
    app_id: Id | None = None
    metadata: Any = None


class Postback(Struct, frozen=True):
    """A pressed button. `mid` is newer than the rest; `referral` comes with Get Started after an m.me link."""

    mid: str | None = None
    title: str | None = None
    payload: str | None = None
    referral: Referral | None = None


class Messaging(Struct, frozen=True):
    """One element of `entry.messaging` that says something. `timestamp` in milliseconds since 1970."""

    timestamp: Moment | None = None
    sender: Party | None = None
    recipient: Party | None = None
    message: Message | None = None
    postback: Postback | None = None
    referral: Referral | None = None


class Edit(Struct, frozen=True):
    """`message_edit` ("message_edits", 9 Apr 2024). `num_edit` is documented as a number, and recorded as a string."""

    mid: str
    text: str | None = None
    num_edit: Id | None = None


class Reaction(Struct, frozen=True):
    """`reaction`: `action` is `react` or `unreact`, which may come without the rest."""

    mid: str
    action: str | None = None
    reaction: str | None = None
    emoji: str | None = None


class FeedAuthor(Struct, frozen=True):
    """`from` of a feed change. Nothing says that its id is the page-scoped one: it is a scope of its own."""

    id: Id | None = None
    name: str | None = None


class Feed(Struct, frozen=True, rename={"author": "from"}):
    """`value` of a change of `feed` or `mention`. `created_time` in seconds since 1970; recorded without, too.

    `parent_id` is `post_id` for a comment on the post, and the comment's id for an answer to a comment.
    """

    item: str | None = None
    verb: str | None = None
    created_time: Moment | None = None
    author: FeedAuthor | None = None
    sender_id: Id | None = None
    sender_name: str | None = None
    user_id: Id | None = None
    comment_id: Id | None = None
    post_id: Id | None = None
    parent_id: Id | None = None
    message: str | None = None
    reaction_type: str | None = None
    photo: str | None = None
    video: str | None = None
    link: str | None = None
    photos: list[str] | None = None
