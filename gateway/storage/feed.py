"""The feed: the log of events in the order of their ids, none missed and none twice, wherever one goes on reading.

    rows after the last id -> up to a gap -> is whoever may still fill it at work? wait : go on behind it

SQLite gives out ids in the order of commits. PostgreSQL gives them out before: an event with a lower id may be
committed after one with a higher id, and whoever has read the higher one would never see it. A gap is therefore waited
for until every transaction is over that was at work when it was first seen; what is missing then was rolled back.
"""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage import events
from gateway.storage.events import Event

_AT_WORK: Final = sa.text(
    "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS oldest,"
    " CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) AS next"
)
_UNDER_WAY: Final = timedelta(seconds=2)  # longer than a transaction takes


class Feed:
    """One reader's place in the log."""

    def __init__(self, last_id: int) -> None:
        self.last_id = last_id
        """Everything up to here has been read."""
        self._over_at: int | None = None
        """The transaction before which all must be over for the gap behind `last_id` to be believed."""

    @property
    def waits(self) -> bool:
        """Whether an event that comes next may still be on its way to being committed."""
        return self._over_at is not None

    def read(self, conn: Connection, limit: int) -> tuple[list[Event], bool]:
        """What comes next, and whether more may come at once. Call it with a snapshot of its own."""
        found = events.after(conn, self.last_id, limit)
        if conn.dialect.name == "sqlite" or not found:
            return self._passed(found), len(found) == limit
        oldest, following = conn.execute(_AT_WORK).one()
        whole = self._without_gap(found)
        if len(whole) == len(found):
            return self._passed(found), len(found) == limit
        if whole or self._over_at is None:
            self._over_at = following
        elif oldest >= self._over_at:
            # All who could have filled the gap are over, and this snapshot shows what they left.
            self._over_at = None
            return self._passed(found[:1]), True
        return self._passed(whole, keep=True), False

    def _without_gap(self, found: list[Event]) -> list[Event]:
        return [event for place, event in enumerate(found, self.last_id + 1) if event.id == place]

    def _passed(self, read: list[Event], *, keep: bool = False) -> list[Event]:
        if read:
            self.last_id = read[-1].id
        if not keep:
            self._over_at = None
        return read


def beginning(conn: Connection, now: datetime) -> int:
    """Where somebody begins to read who wants to know what happens from now on.

    On PostgreSQL a little back, so that nothing is missed which is being committed: it may then be told though it is
    known already.
    """
    newest = events.last_id(conn)
    if conn.dialect.name == "sqlite":
        return newest
    recent = events.after(conn, newest - 500, 500)
    return next((event.id for event in reversed(recent) if event.at < now - _UNDER_WAY), max(0, newest - 500))
