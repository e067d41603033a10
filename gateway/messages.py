"""The vocabulary: a channel's event becomes a `Said` or an `Ignored`, a decision an `Outbound`; no vendor object.

All times are timezone-aware UTC. All native ids are strings, as the platforms advise: JavaScript rounds large integers.
"""

from datetime import datetime
from enum import StrEnum

import msgspec


class Channel(StrEnum):
    """A network; the values are the keys of `credentials.yml`."""

    TWITTER = "twitter"
    FACEBOOK = "facebook"
    TELEGRAM = "telegram"


class Surface(StrEnum):
    """Who can read a thread. A note between agents is a third kind, and has no thread."""

    PUBLIC = "public"
    """A post, a comment, a group: everybody reads it."""
    PRIVATE = "private"
    """A direct message, a Messenger thread, a private chat."""
    NOTE = "note"
    """Between agents; it has no way out."""


class Author(StrEnum):
    """Who said a message."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Delivery(StrEnum):
    """What became of a message that we say."""

    NONE = "none"
    """Nothing to deliver: said by the customer, or a note."""
    WITHDRAWN = "withdrawn"
    """Decided, and taken back before it was sent: the customer never got it."""
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    """The platform refused it for good."""
    UNCLEAR = "unclear"
    """The request left and no answer came back. Never sent again by itself."""


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """The account on a channel that said something.

    `scope` names the id space of `native_id` where a platform has several: on Facebook `feed` (author of a comment) and
    `messenger` (page-scoped id); `account` elsewhere.
    """

    native_id: str
    scope: str = "account"
    name: str = ""
    handle: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The thread in which something was said, by the channel's own key for it."""

    surface: Surface
    native_id: str
    """X: conversation id, or `dm:<user id>`; Facebook: id of the top-level comment or post, or `psid:<id>`;
    Telegram: chat id, `<chat>/<topic>` with topics, `<connection>:<chat>` of a business account."""
    title: str = ""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came along with a text."""

    kind: str
    """image, video, voice, audio, document, location, contact, sticker, link or other."""
    native_id: str = ""
    """By which the platform hands it out, where that is no address (Telegram's file id, X's media key)."""
    url: str = ""
    """Whence it can be fetched, for as long as the platform says; empty where only `native_id` leads to it."""
    name: str = ""
    mime: str = ""
    """What the platform says it is; empty where it does not."""
    size: int = 0
    """Bytes, as the platform says; 0 where it does not."""
    words: str = ""
    """What there is to read: a place's coordinates, a contact's name, a sticker's emoji, a link's title."""


class Said(msgspec.Struct, frozen=True, kw_only=True, tag="said"):
    """A customer said something to us, or came in through a way in without words (`text` is then empty)."""

    channel: Channel
    account: str
    """Our own account on the channel: X user id, Page id, bot id."""
    native_id: str
    """The message's id on the channel; unique within (channel, account)."""
    place: Place
    sender: Sender
    text: str
    at: datetime
    """The platform's time."""
    order: int = 0
    """The platform's order among messages of one time (message id, snowflake); 0 where it has none."""
    target: str
    """What a reply is addressed to: the post or comment or group message in public, the person or chat in private."""
    reply_to: str = ""
    """Native id of the message that this one answers, if any."""
    code: str = ""
    """The one-use code of a way in that came along (`start`, `ref`, or found in a direct message's text)."""
    choice: str = ""
    """The intent of a button that the customer pressed, or of a command; never free text."""
    overheard: bool = False
    """Said among others, not to us: it may be for us, and is answered only if it is plainly our matter."""
    attachments: tuple[Attachment, ...] = ()
    album: str = ""
    """What was sent in one go has this in common: one of them is answered, the others stand beside it."""
    only_with_album: bool = False
    """For us where another one of its album is, and only then."""
    perhaps_at: Place | None = None
    """Where it stands if we know that place: a narrower one than `place`, which nothing in the message proves."""
    unreadable: str = ""
    """Why nobody but a person in the platform's own app can read it, in one snake_case word: `encrypted`."""
    acknowledge: str = ""
    """What the platform waits to have confirmed (`Sign.PRESSED`): a pressed button."""
    automated: bool = False
    """The platform marks the account as run by a program: people see what it says, the assistant does not answer."""


class Ignored(msgspec.Struct, frozen=True, kw_only=True, tag="ignored"):
    """An event that is not for us, with the reason in one snake_case word."""

    reason: str


class Restricted(Ignored, frozen=True, kw_only=True, tag="restricted"):
    """The platform restricts our account, or does so no longer: nothing that somebody says, but an alarm."""

    restricted: bool
    why: str
    """In the platform's words."""


class Echoed(Ignored, frozen=True, kw_only=True, tag="echoed"):
    """The platform's copy of a message of our own, with the reference that we sent along: it is surely there.

    Not for us as something said, hence an `Ignored`. Another application's message has a reference as well: it is for
    the outbox to know its own.
    """

    reason: str = "own_echo"
    reference: str
    native_id: str
    place: Place
    """The private thread in which it stands."""
    correspondent: Sender
    """The customer's account in that thread: of a private reply, the safe join with the commenter."""


class RawEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it came, cut out of its envelope: the unit that is recorded once.

    `native_id` is the platform's own key where one can be read, else `sha256:<hex of the bytes>`.
    """

    native_id: str
    payload: bytes
    """JSON where the body was JSON, else the bytes as they came."""


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A choice offered to the customer. `choice` is an intent's name."""

    title: str
    choice: str


class WayIn(msgspec.Struct, frozen=True, kw_only=True):
    """The link that leads a customer from a public thread into a private one."""

    url: str
    label: str
    code: str


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is kept with us, without its content."""

    id: str
    kind: str
    """As in `Attachment.kind`."""
    name: str
    mime: str
    size: int
    """Bytes."""


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """One message that we say, as the outbox keeps it.

    A public `text` becomes a value that a channel can send only by passing the wall (`gateway.privacy.wall`).
    """

    channel: Channel
    surface: Surface
    place: str
    """`Place.native_id` of the thread."""
    target: str
    text: str
    author: Author
    buttons: tuple[Button, ...] = ()
    way_in: WayIn | None = None
    opens_private: bool = False
    """The first private message to somebody who has only commented in public, anchored on `target`, the comment's id:
    Facebook's private reply."""
    files: tuple[File, ...] = ()
    """What an agent sends along; in private only, for nobody can check what a picture shows."""
    heard_at: datetime | None = None
    """When the customer last said something in the thread, as far as was known when this was decided."""
    waived: tuple[str, ...] = ()
    """What a supervisor has let pass of a public text, by the wall's kinds."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform answered to a message it took."""

    native_id: str
    opened: Place | None = None
    """The private thread that a private reply has opened."""
    opened_by: Sender | None = None
    """The customer's account in that thread: the safe join of commenter and private correspondent."""
