"""What `aside doctor` says: lines, each of one thing that was looked at."""

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """What is to be made of something."""

    OK = "ok"
    LOOK = "look"
    """It may be as it should; somebody ought to look."""
    BROKEN = "broken"
    """Something does not work because of this."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    part: str
    """Whose it is: `machine`, `settings`, `database`, `assistant`, or a channel."""
    name: str
    verdict: Verdict
    words: str
    advice: str = ""


def ok(part: str, name: str, words: str) -> Line:
    """All is well."""
    return Line(part=part, name=name, verdict=Verdict.OK, words=words)


def look(part: str, name: str, words: str, advice: str) -> Line:
    """Somebody ought to look."""
    return Line(part=part, name=name, verdict=Verdict.LOOK, words=words, advice=advice)


def broken(part: str, name: str, words: str, advice: str = "") -> Line:
    """Something does not work because of this."""
    return Line(part=part, name=name, verdict=Verdict.BROKEN, words=words, advice=advice)
