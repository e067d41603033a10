"""Storable: what a platform tells, without what no store keeps, at times that can be reckoned with.

event understood -> no NUL (PostgreSQL keeps none) and no half of a character in any of its texts, names and ids
                 -> its time within the calendar as far as anything of ours counts, and at most a day ahead of us
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec

from gateway.happenings import Changed, Event, Happening
from gateway.messages import Said

E = TypeVar("E", bound=msgspec.Struct)

_AHEAD: Final = timedelta(days=1)  # clocks of platforms and hosts are apart, by hours at the worst
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)  # before every platform


def storable(event: Event, received_at: datetime) -> Event:
    """An event as it can be kept. One in ten thousand is changed by that: it costs a look."""
    event = _clean(event)
    if isinstance(event, Changed) and event.said is not None:
        event = msgspec.structs.replace(event, said=_in_time(event.said, received_at))
    return _in_time(event, received_at) if isinstance(event, Said | Happening) else event


def _in_time(told: Any, received_at: datetime) -> Any:
    at = min(max(told.at, _EARLIEST), received_at + _AHEAD)
    return told if at == told.at else msgspec.structs.replace(told, at=at)


def _clean(event: E) -> E:
    try:
        if b"\\u0000" not in msgspec.json.encode(event):
            return event
    except UnicodeEncodeError:
        pass  # half of a character
    return msgspec.convert(_cleaned(msgspec.to_builtins(event)), type(event))


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "").encode("utf-8", "replace").decode()
        case dict():
            return {name: _cleaned(each) for name, each in value.items()}
        case list() | tuple():
            return [_cleaned(each) for each in value]
    return value
