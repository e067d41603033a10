"""What the detector and the wall report: a kind, a span of the given text, and why."""

from enum import StrEnum

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """A piece of personal data in a text; `start` and `end` are offsets into that text."""

    type: str
    """One of `gateway.privacy.kinds.NAMES`."""
    start: int
    end: int
    score: float
    """Between 0 and 1: how sure the detector is."""
    reason: str


class WallKind(StrEnum):
    """Why a public text must not be said."""

    IDENTIFIER = "identifier"
    """It shows personal data."""
    REQUEST = "request"
    """It asks for personal data in public, or for a password and the like in any way."""
    REPEAT = "repeat"
    """It repeats what was said or looked up in the case's private threads."""
    CONFIRMATION = "confirmation"
    """It tells the public that somebody is a customer, or what became of their order."""
    PLATFORM = "platform"
    """The platform would not take it."""


WAIVABLE = frozenset({WallKind.REQUEST, WallKind.CONFIRMATION, WallKind.PLATFORM})
"""What a supervisor may let pass all the same, with a reason: never what shows or repeats somebody's data."""


class WallFinding(msgspec.Struct, frozen=True):
    """One reason why a text cannot be said in public; the span is where the desk marks it."""

    kind: WallKind
    start: int
    end: int
    reason: str
