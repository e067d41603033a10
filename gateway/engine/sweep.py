"""The sweep: which lanes have work and have not been called for it, by the rows that wait.

A call that was lost with its process, or that nobody could carry, is made good here: the rows are the truth.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.lanes import Lane, LaneKind
from gateway.messages import Channel
from gateway.sending.parcels import OutboxStatus
from gateway.storage.tables import INBOX_NEW, INBOX_QUEUED, OUTBOX_UNSETTLED, inbox, outbox
from gateway.storage.traffic_tables import lanes

_MOST: Final = 2_000  # lanes in one sweep; the next one finds the rest


def uncalled(conn: Connection, channels: Collection[Channel], now: datetime) -> list[Lane]:
    """Lanes of these channels, and of all cases, in which something waits though nobody has called them."""
    arrivals = sa.select(inbox.c.channel).where(INBOX_NEW, inbox.c.channel.in_(channels))
    cases = sa.select(inbox.c.case_id).where(INBOX_QUEUED)
    threads = sa.select(outbox.c.thread_key).where(
        OUTBOX_UNSETTLED,
        # What is looked for has a timer; it is called here where the timer's call was lost, or came to a slow clock.
        sa.or_(outbox.c.status != OutboxStatus.LOOKING, outbox.c.due_at <= now),
        outbox.c.channel.in_(channels),
    )
    return [
        *_at_rest(conn, LaneKind.ARRIVALS, arrivals),
        *_at_rest(conn, LaneKind.CASE, cases),
        *_at_rest(conn, LaneKind.THREAD, threads),
    ]


def _at_rest(conn: Connection, kind: LaneKind, keys: sa.Select[tuple[str]]) -> list[Lane]:
    waiting = keys.distinct().subquery()
    key = waiting.c[0]
    called = sa.select(lanes.c.name).where(lanes.c.name == sa.literal(f"{kind}/") + key).exists()
    found = conn.execute(sa.select(key).where(~called).limit(_MOST)).scalars()
    return [Lane(kind=kind, key=name) for name in found]
