"""What became of events that came in: how many were set aside or taken for not being for us, why, and which.

Read by the desk's page of channels; made NEW again by whoever replays them. The rows are the inbox's
(`gateway.intake.inbox`), which says how an event gets where it stands.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.lanes import Lane
from gateway.messages import Channel
from gateway.storage import lanes
from gateway.storage.rows import as_struct
from gateway.storage.tables import INBOX_SET_ASIDE, inbox

LOOKED_BACK: Final = 10_000
"""Events, the latest ones, in which ignored ones are counted and looked for: so it costs the same for ever."""

_AT_ONCE: Final = 1_000  # ids in one question


class InboxStatus(StrEnum):
    """Where an event stands."""

    NEW = "new"
    """Recorded, not yet understood."""
    QUEUED = "queued"
    """In its case's line; the customer's message is in the transcript."""
    DONE = "done"
    """Its turn is committed."""
    IGNORED = "ignored"
    """Not for us, for the reason given."""
    SET_ASIDE = "set_aside"
    """Not understood; kept, visible, replayable."""
    PARKED = "parked"
    """Its turn failed too often; a person has the case."""


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """An event that nobody works on any more."""

    id: int
    channel: Channel
    status: InboxStatus
    reason: str
    received_at: datetime
    body: bytes
    """As it came, without card numbers and security codes."""


def set_aside(conn: Connection) -> dict[Channel, dict[str, int]]:
    """How many events wait for somebody to look at them, by channel and reason, the most frequent first."""
    return _counted(conn, INBOX_SET_ASIDE)


def ignored(conn: Connection) -> dict[Channel, dict[str, int]]:
    """How many of the latest events were not for us, by channel and reason, the most frequent first."""
    return _counted(conn, inbox.c.status == InboxStatus.IGNORED, inbox.c.id > _newest(conn) - LOOKED_BACK)


def page(
    conn: Connection, channel: Channel, status: InboxStatus, before: int | None, limit: int
) -> tuple[list[Settled], int | None]:
    """A channel's events that are set aside, or ignored, the newest first; and the id before which to go on.

    Of the ignored ones a page may be short, or empty, and there is more all the same.
    """
    upto = _newest(conn) + 1 if before is None else before
    query = sa.select(*inbox.c["id", "channel", "status", "reason", "received_at", "body"]).where(
        inbox.c.channel == channel, inbox.c.id < upto
    )
    least = 0
    if status is InboxStatus.SET_ASIDE:
        query = query.where(INBOX_SET_ASIDE)
    else:
        least = max(0, upto - LOOKED_BACK)
        query = query.where(inbox.c.status == status, inbox.c.id >= least)
    rows = [as_struct(row, Settled) for row in conn.execute(query.order_by(inbox.c.id.desc()).limit(limit + 1))]
    if len(rows) > limit:
        return rows[:limit], rows[limit - 1].id
    return rows, least or None


def one(conn: Connection, event_id: int) -> Settled | None:
    """An event that was set aside or ignored."""
    query = sa.select(*inbox.c["id", "channel", "status", "reason", "received_at", "body"]).where(
        inbox.c.id == event_id, inbox.c.status.in_([InboxStatus.SET_ASIDE, InboxStatus.IGNORED])
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else as_struct(row, Settled)


def reopen(
    conn: Connection,
    status: InboxStatus,
    channel: Channel | None = None,
    *,
    ids: Collection[int] | None = None,
    reason: str | None = None,
) -> int:
    """Make settled events NEW again, to be understood once more: all, some, or those of a reason. Returns how many."""
    return len(reopened(conn, status, channel, ids=ids, reason=reason))


def reopened(
    conn: Connection,
    status: InboxStatus,
    channel: Channel | None = None,
    *,
    ids: Collection[int] | None = None,
    reason: str | None = None,
) -> list[int]:
    """The same; returns which."""
    query = inbox.update().where(INBOX_SET_ASIDE if status is InboxStatus.SET_ASIDE else inbox.c.status == status)
    if channel is not None:
        query = query.where(inbox.c.channel == channel)
    if ids is not None:
        query = query.where(inbox.c.id.in_(ids))
    if reason is not None:
        query = query.where(inbox.c.reason == reason)
    fresh: dict[str, Any] = {"status": InboxStatus.NEW, "reason": "", "attempts": 0, "deaths": 0}
    made = query.values(**fresh, failing_since=None, due_at=None).returning(inbox.c.id)
    again = list(conn.execute(made).scalars())
    if again:
        for called in Channel if channel is None else [channel]:
            lanes.call(conn, Lane.arrivals(called))
    return again


def standing(conn: Connection, ids: Sequence[int]) -> Counter[InboxStatus]:
    """Where these events stand now."""
    found: Counter[InboxStatus] = Counter()
    for begin in range(0, len(ids), _AT_ONCE):
        some = inbox.c.id.in_(ids[begin : begin + _AT_ONCE])
        query = sa.select(inbox.c.status, sa.func.count()).where(some).group_by(inbox.c.status)
        found.update({InboxStatus(status): count for status, count in conn.execute(query)})
    return found


def _counted(conn: Connection, *which: sa.ColumnElement[bool]) -> dict[Channel, dict[str, int]]:
    count = sa.func.count()
    rows = conn.execute(
        sa.select(inbox.c.channel, inbox.c.reason, count)
        .where(*which)
        .group_by(inbox.c.channel, inbox.c.reason)
        .order_by(count.desc(), inbox.c.reason)
    )
    found: dict[Channel, dict[str, int]] = {}
    for channel, reason, number in rows:
        found.setdefault(Channel(channel), {})[reason] = number
    return found


def _newest(conn: Connection) -> int:
    return int(conn.execute(sa.select(sa.func.coalesce(sa.func.max(inbox.c.id), 0))).scalar_one())
