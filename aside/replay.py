"""`aside replay`: events that were set aside are understood once more, and what came of it is told.

reopened -> whoever works on this database takes them -> looked at for some seconds -> a line for each outcome
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy.engine import Engine

from aside.serve import is_served
from aside.setup import migrated
from gateway.messages import Channel
from gateway.settings import Settings
from gateway.storage import settled
from gateway.storage.database import is_shared
from gateway.storage.settled import InboxStatus

_LONGEST: Final = 10.0  # seconds to wait for an outcome
_LOOK_EVERY: Final = 0.2  # seconds
_OUTCOMES: Final = (
    ((InboxStatus.DONE, InboxStatus.QUEUED), "understood: they are in their cases"),
    ((InboxStatus.IGNORED,), "understood, and not for us"),
    ((InboxStatus.SET_ASIDE,), "set aside again: see /desk/channels for why"),
    ((InboxStatus.PARKED,), "understood; people have their cases, as the assistant failed"),
)


def replay(
    settings: Settings, channel: Channel | None, *, ignored: bool, ids: Sequence[int], reason: str | None
) -> Iterator[str]:
    """Have events understood once more; what is done and what comes of it, in lines. Raises `SettingsError`."""
    statuses = [InboxStatus.SET_ASIDE, *([InboxStatus.IGNORED] if ignored else [])]
    with migrated(settings) as engine:
        with engine.begin() as conn:
            found = [settled.reopened(conn, status, channel, ids=ids or None, reason=reason) for status in statuses]
        again = [number for some in found for number in some]
        yield f"{len(again)} event(s) will be looked at again."
        if again and not is_shared(settings.database) and not is_served(settings):
            yield "Aside does not run on this database: it looks at them when it is started."
        elif again:
            yield from outcome(engine, again)


def outcome(engine: Engine, ids: Sequence[int], longest: float = _LONGEST) -> Iterator[str]:
    """What became of reopened events, in lines, once all are through or after `longest` seconds."""
    ends = time.monotonic() + longest
    while True:
        with engine.connect() as conn:
            found: Counter[InboxStatus] = settled.standing(conn, ids)
        if not found[InboxStatus.NEW] or time.monotonic() > ends:
            break
        time.sleep(_LOOK_EVERY)
    for statuses, words in _OUTCOMES:
        if count := sum(found[status] for status in statuses):
            yield f"{count} {words}."
    if waiting := found[InboxStatus.NEW]:
        yield f"{waiting} still to be looked at; `aside channels status` shows what stays set aside."
