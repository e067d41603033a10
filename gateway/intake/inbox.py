"""The inbox: the durable table of what arrived. One row is both the mark that it came and the work that it asks for.

NEW --understood--> QUEUED --turn committed--> DONE
 |--not for us----> IGNORED (reason)   QUEUED --tried too often--> PARKED (reason; the case goes to people)
 |--unreadable----> SET_ASIDE (reason; `aside replay` makes it NEW again)
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from gateway.messages import Channel, RawEvent, Said
from gateway.storage.rows import as_struct
from gateway.storage.tables import inbox

_LOOK_AHEAD: Final = 100  # messages of one line that are looked at to see whether it has come to rest


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


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event that waits to be understood."""

    id: int
    channel: Channel
    account: str
    event: RawEvent
    received_at: datetime
    attempts: int


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's message that waits for its turn."""

    id: int
    message_id: int
    said: Said
    received_at: datetime
    attempts: int
    failing_since: datetime | None
    due_at: datetime | None


def record(conn: Connection, channel: Channel, account: str, raw: Iterable[RawEvent], now: datetime) -> int:
    """Record events, each once however often it is delivered. Returns how many were new."""
    rows = [
        {
            "channel": channel,
            "account": account,
            "native_id": event.native_id,
            "body": event.payload,
            "received_at": now,
            "status": InboxStatus.NEW,
        }
        for event in raw
    ]
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    return sum(conn.execute(insert(inbox).on_conflict_do_nothing(), row).rowcount for row in rows)


def new_ones(conn: Connection, channels: Collection[Channel], limit: int = 200) -> list[Recorded]:
    """Events of these channels that nobody has looked at yet, in the order of their arrival."""
    rows = conn.execute(
        sa.select(inbox)
        .where(inbox.c.status == InboxStatus.NEW, inbox.c.channel.in_(channels))
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return [
        Recorded(
            id=row.id,
            channel=Channel(row.channel),
            account=row.account,
            event=RawEvent(native_id=row.native_id, payload=row.body),
            received_at=row.received_at,
            attempts=row.attempts,
        )
        for row in rows
    ]


def queue_up(conn: Connection, inbox_id: int, case_id: str, message_id: int, said: Said) -> None:
    """Put an understood message into its case's line."""
    conn.execute(
        inbox.update()
        .where(inbox.c.id == inbox_id, inbox.c.status == InboxStatus.NEW)
        .values(
            status=InboxStatus.QUEUED,
            case_id=case_id,
            message_id=message_id,
            said=msgspec.to_builtins(said),
            said_at=said.at,
            said_order=said.order,
        )
    )


def settle(conn: Connection, inbox_id: int, status: InboxStatus, reason: str = "") -> bool:
    """Give an event its last status. False if it had been settled before: somebody else did the work."""
    changed = conn.execute(
        inbox.update()
        .where(inbox.c.id == inbox_id, inbox.c.status.in_([InboxStatus.NEW, InboxStatus.QUEUED]))
        .values(status=status, reason=reason)
    )
    return changed.rowcount == 1


def not_for_us(conn: Connection, inbox_id: int) -> bool:
    """Settle an event that turned out not to be for us: nothing of it stays but the event itself. False as `settle`."""
    changed = conn.execute(
        inbox.update()
        .where(inbox.c.id == inbox_id, inbox.c.status == InboxStatus.QUEUED)
        .values(status=InboxStatus.IGNORED, reason="not_for_us", case_id=None, message_id=None, said=None)
    )
    return changed.rowcount == 1


def line_of(conn: Connection, case_id: str) -> list[Waiting]:
    """The head of a case's line: waiting messages in the order in which they were said, as far as platforms tell."""
    rows = conn.execute(
        sa.select(*(inbox.c[name] for name in Waiting.__struct_fields__))
        .where(inbox.c.case_id == case_id, inbox.c.status == InboxStatus.QUEUED)
        .order_by(inbox.c.said_at, inbox.c.said_order, inbox.c.id)
        .limit(_LOOK_AHEAD)
    )
    return [as_struct(row, Waiting) for row in rows]


def put_off(conn: Connection, inbox_id: int, now: datetime, until: datetime) -> None:
    """Note a failed try, and when to try again."""
    conn.execute(
        inbox.update()
        .where(inbox.c.id == inbox_id)
        .values(
            attempts=inbox.c.attempts + 1,
            failing_since=sa.func.coalesce(inbox.c.failing_since, sa.literal(now, inbox.c.failing_since.type)),
            due_at=until,
        )
    )


def cases_in_line(conn: Connection) -> list[str]:
    """Cases that have a message waiting for its turn."""
    return list(
        conn.execute(sa.select(inbox.c.case_id).where(inbox.c.status == InboxStatus.QUEUED).distinct()).scalars()
    )


def reopen(conn: Connection, status: InboxStatus, channel: Channel | None = None) -> int:
    """Make settled events NEW again, to be understood once more. Returns how many."""
    query = inbox.update().where(inbox.c.status == status)
    if channel is not None:
        query = query.where(inbox.c.channel == channel)
    return conn.execute(query.values(status=InboxStatus.NEW, reason="", attempts=0, failing_since=None)).rowcount


def counts(conn: Connection) -> dict[tuple[str, str, str], int]:
    """How many events per (channel, status, reason)."""
    rows = conn.execute(
        sa.select(inbox.c.channel, inbox.c.status, inbox.c.reason, sa.func.count()).group_by(
            inbox.c.channel, inbox.c.status, inbox.c.reason
        )
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}
