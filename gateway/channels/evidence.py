"""What a platform shows, weighed against a message of ours whose answer was lost.

    the adapter lists what our account said there -> Shown -> weigh -> those that may be ours | none | doubt

Which of several it is, the adapter cannot tell: whoever asks knows which of them are other messages of ours.

To say "it is not there" leads to the message being sent again, so that is said only where it is plain: every doubt is a
`SendRefused` (a person must look), and until `SETTLES` has passed an absence proves nothing (`SendRetryable`).
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Final

import msgspec

from gateway.errors import SendRefused, SendRetryable

SETTLES: Final = timedelta(seconds=60)
"""Until then a request may still be under way inside the platform, or a list may lag behind. No platform prints a
figure; a recorded `GET /2/dm_events` was empty right after a message was taken (tweepy's cassettes, 2022)."""
EARLY: Final = timedelta(seconds=3)
"""How far before our own time the platform's may lie: it counts in whole seconds, and so does its `Date`."""
LATE: Final = timedelta(minutes=10)
"""How long after a request left its effect may appear; what was said later is another message."""

UNKNOWN_LINK: Final = "\ufffc"
"""Stands in a shown text for a short link whose goal the platform does not tell."""

_FARTHEST: Final = timedelta(days=1)
_LINK: Final = re.compile(r"https?://([^\s<>\"]+)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"\S*\w\.\w\S*")
"""Whatever a platform might have made a short link of."""
_UNSEEN: Final = dict.fromkeys((0x200B, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF))
"""Has no form of its own, and gets lost on the way."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A message of our own account that the platform shows where ours would stand."""

    native_id: str
    text: str
    """Without what the platform does to a text (short links, escapes), as far as that can be undone."""
    at: datetime
    """The platform's time."""


class Likeness(Enum):
    """How a text that is shown compares with ours."""

    SAME = "same"
    NEARLY = "nearly"
    """The same letters and digits, but not the same text: a rewriting that we do not know, or another message."""
    OTHER = "other"


def weigh(shown: Iterable[Shown], text: str, since: datetime) -> list[Shown]:
    """The messages that may be ours: the same words, sent at about `since` (by the platform's clock).

    The nearest in time is the first. Raises `SendRefused` where one is nearly ours and none is.
    """
    near = [one for one in shown if since - EARLY <= one.at <= since + LATE]
    likenesses = [(likeness(one.text, text), one) for one in near]
    same = {one.native_id: one for how, one in likenesses if how is Likeness.SAME}
    if same:
        return sorted(same.values(), key=lambda one: abs(one.at - since))
    if any(how is Likeness.NEARLY for how, _ in likenesses):
        raise SendRefused("The platform shows a message that is nearly this one. Please look.")
    return []


def settle(since: datetime, now: datetime) -> None:
    """Raise `SendRetryable` while it is too soon to say that a message of `since` is not there; both by our clock."""
    rest = since + SETTLES - now
    if rest > timedelta(0):
        # A clock that was put back must not make us wait for days.
        wait = min(rest, SETTLES).total_seconds()
        raise SendRetryable("It is too soon to say that the message is not there.", retry_after=max(wait, 1.0))


def clock_ahead(date: str | None, now: datetime) -> timedelta:
    """How far the platform's clock is ahead of ours, by the `Date` of its answer; zero within what cannot be told.

    `date` may be anything: without a date that can be read, the clocks are taken to agree.
    """
    try:
        theirs = parsedate_to_datetime(date or "")
        ahead = theirs.replace(tzinfo=theirs.tzinfo or UTC) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return timedelta(0)
    return ahead if EARLY < abs(ahead) <= _FARTHEST else timedelta(0)


def likeness(theirs: str, ours: str) -> Likeness:
    """Compare two texts, as platforms treat them: spaces, composed letters and a link's `https://` do not count."""
    left, right = _even(theirs), _even(ours)
    if left == right:
        return Likeness.SAME
    if UNKNOWN_LINK in left:
        left, right = (_ADDRESS.sub("", text) for text in (left, right))
        return Likeness.NEARLY if _bones(left) == _bones(right) else Likeness.OTHER
    bones = _bones(left)
    return Likeness.NEARLY if bones and bones == _bones(right) else Likeness.OTHER


def _even(text: str) -> str:
    seen = unicodedata.normalize("NFC", text).translate(_UNSEEN)
    return " ".join(_LINK.sub(lambda match: match.group(1).rstrip("/"), seen).split())


def _bones(text: str) -> str:
    """Letters and digits only."""
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())
