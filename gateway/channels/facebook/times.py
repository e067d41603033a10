"""Facebook's times: whole seconds, milliseconds, digits in a string, or ISO 8601, all read as one."""

import math
from datetime import UTC, datetime
from typing import Final

from gateway.channels.base import ParseError

_MILLISECONDS: Final = 100_000_000_000
"""Above this a number counts milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973."""


def moment(*candidates: object) -> datetime | None:
    """The first of them that tells a time. Raises `ParseError` where one lies outside the calendar."""
    for candidate in candidates:
        if (found := _read(candidate)) is not None:
            return found
    return None


def _read(value: object) -> datetime | None:
    if isinstance(value, str):
        value = int(value) if value.isdecimal() and len(value) < 20 else _iso(value)
    if isinstance(value, datetime) or value is None:
        return value
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    try:
        return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ParseError("the time is out of range") from error


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
