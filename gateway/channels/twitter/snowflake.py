"""When something was said, from what X says of it: a date, a number of milliseconds, or the id itself.

An id of X holds its time: the bits above the lowest 22 count milliseconds since X's epoch, 2010-11-04 01:42:54.657 UTC.
"""

import re
from datetime import UTC, datetime, timedelta

_EPOCH_MS = 1_288_834_974_657
_FIRST = datetime(2010, 11, 5, tzinfo=UTC)
"""Older ids were counted up one by one: read as a snowflake they all fall on the scheme's first day."""
_AHEAD = timedelta(days=1)
_SAME = timedelta(seconds=2)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 2**63 - 1

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Not strptime: its month names follow the machine's language.
_RUBY_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) \+0000 (\d{4})", re.ASCII)


def order_of(native_id: str) -> int:
    """The id as a number, for the order of messages; 0 where it is no number of 63 bits."""
    if not (native_id.isascii() and native_id.isdigit() and len(native_id) <= 19):
        return 0
    number = int(native_id)
    return number if number <= _LARGEST else 0


def id_at(moment: datetime) -> int:
    """The first id that can be given at a moment; 0 before X counted so."""
    return max((moment - _UNIX_EPOCH) // timedelta(milliseconds=1) - _EPOCH_MS, 0) << 22


def time_of_id(native_id: str, now: datetime) -> datetime | None:
    """The time inside an id, in milliseconds; None for ids older than the scheme and unbelievable times."""
    number = order_of(native_id)
    moment = from_milliseconds((number >> 22) + _EPOCH_MS) if number else None
    return moment if moment and _FIRST <= moment <= now + _AHEAD else None


def from_milliseconds(value: object) -> datetime | None:
    """Milliseconds since 1970, as a number or as a string of digits; None where it is neither."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return None
    try:
        return _UNIX_EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        return None


def from_date(value: object) -> datetime | None:
    """A date of API 2 (`2026-07-24T21:05:48.000Z`) or 1.1 (`Wed Dec 23 17:12:08 +0000 2020`), else None."""
    if not isinstance(value, str):
        return None
    try:
        if found := _RUBY_DATE.fullmatch(value):
            month, day, hour, minute, second, year = found.groups()
            parts = (int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second))
            return datetime(*parts, tzinfo=UTC)
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def said_at(native_id: str, stated: datetime | None, now: datetime) -> datetime:
    """The best time we have of an event: the id's milliseconds where they agree with the stated time to 2 s.

    Else what X stated, else the id's time, else `now`.
    """
    held = time_of_id(native_id, now)
    if stated is None:
        return held or now
    return held if held is not None and abs(held - stated) <= _SAME else stated
