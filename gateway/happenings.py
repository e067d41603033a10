"""What platforms tell of besides what somebody says to us: a second half of the vocabulary.

A channel's event is understood as one of `Event`. What is told of here changes what is known of a case, and asks nobody
for an answer.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.messages import Attachment, Channel, Ignored, Place, Said, Sender


class Change(StrEnum):
    """What became of something that was said before."""

    EDITED = "edited"
    REMOVED = "removed"
    HIDDEN = "hidden"
    """Still there, but not shown to everybody."""
    SHOWN = "shown"
    """Not hidden any more."""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened on a channel."""

    channel: Channel
    account: str
    """Our own account on the channel: X user id, Page id, bot id."""
    at: datetime
    """The platform's time, or ours where it tells none."""


class Changed(Happening, frozen=True, kw_only=True, tag="changed"):
    """What was said before reads otherwise now, or is gone. It may have been said by us."""

    native_id: str
    """Of the message, as in `Said.native_id` or `Sent.native_id`."""
    change: Change
    by: Sender | None = None
    """Whose message it is, where the platform says so."""
    text: str = ""
    """What it says now, where it was edited."""
    attachments: tuple[Attachment, ...] | None = None
    """What comes along with it now; None where the platform does not say."""
    order: int = 0
    """Which of several edits is the latest: the highest. 0 where the platform counts none, and the time decides."""
    said: Said | None = None
    """The same as if it were new, where the platform tells all of it: for where nobody knows of what was there before,
    and for what a reply is addressed to from now on (`Said.target`)."""


class Reacted(Happening, frozen=True, kw_only=True, tag="reacted"):
    """Somebody reacted to a message, or took that back."""

    native_id: str
    """Of the message."""
    by: Sender
    emoji: str
    """What is shown, or the platform's word for it; empty where it was taken back."""


class Seen(Happening, frozen=True, kw_only=True, tag="seen"):
    """The customer has seen what was said in a thread up to `at`."""

    place: Place


class SaidForUs(Happening, frozen=True, kw_only=True, tag="said_for_us"):
    """Something was said in our name past Aside: by a person in the platform's own app, or by another program.

    It may be our own message whose answer has not come yet: that is for the outbox to know.
    """

    native_id: str
    place: Place
    target: str
    """What a next reply of ours would be addressed to, as in `Said.target`; empty where it cannot be told."""
    correspondent: Sender | None = None
    """The customer whom it is said to, where the platform says so."""
    text: str
    order: int = 0
    reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()
    via: str = ""
    """What it was said with, in words for people: `Page inbox`, `another app (1234)`, `X`."""


class Reached(Happening, frozen=True, kw_only=True, tag="reached"):
    """The customer shut us out of a private thread, or let us in again."""

    place: Place
    by: Sender
    reachable: bool
    why: str = ""
    """One snake_case word: `blocked`, `left`, `removed`."""


class Moved(Happening, frozen=True, kw_only=True, tag="moved"):
    """A place has another key from now on: a group became a supergroup."""

    before: str
    """`Place.native_id`."""
    after: str


Event = Said | Changed | Reacted | Seen | SaidForUs | Reached | Moved | Ignored
"""What an event is understood as."""
