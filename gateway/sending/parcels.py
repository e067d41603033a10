"""Parcels: the rows of the outbox, and what becomes of each.

NEW | SENDING | LOOKING --finish--> SENT | FAILED | UNCLEAR | WITHDRAWN; see `outbox` for the whole road
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Author, Delivery, Outbound
from gateway.storage import events, tallies, transcript
from gateway.storage.columns import spelt_out
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given
from gateway.storage.tables import OUTBOX_UNDECIDED, outbox


class OutboxStatus(StrEnum):
    """Where a message of ours stands."""

    NEW = "new"
    SENDING = "sending"
    """The request may have left."""
    SENT = "sent"
    FAILED = "failed"
    LOOKING = "looking"
    """Of unknown outcome; the platform is being asked."""
    UNCLEAR = "unclear"
    """Of unknown outcome, and nobody left to ask; a person looks."""
    WITHDRAWN = "withdrawn"
    """Decided by the bot before the case changed hands, or would have come too late; never sent."""


DELIVERY_OF = {
    OutboxStatus.NEW: Delivery.QUEUED,
    OutboxStatus.SENDING: Delivery.QUEUED,
    OutboxStatus.SENT: Delivery.SENT,
    OutboxStatus.FAILED: Delivery.FAILED,
    OutboxStatus.LOOKING: Delivery.UNCLEAR,
    OutboxStatus.UNCLEAR: Delivery.UNCLEAR,
    OutboxStatus.WITHDRAWN: Delivery.WITHDRAWN,
}
"""What the transcript shows for each status."""


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed row, ready to be sent."""

    id: int
    case_id: str
    message_id: int
    thread_key: str
    author: Author
    out: Outbound
    attempts: int
    tried_at: datetime | None
    """When the latest try to send it began."""
    looks: int
    """How often the platform has been asked what became of it."""
    created_at: datetime


_DOUBTFUL: Final = (OutboxStatus.NEW, OutboxStatus.SENDING, OutboxStatus.LOOKING)
_BEFORE: Final = {
    OutboxStatus.WITHDRAWN: (OutboxStatus.NEW,),
    OutboxStatus.LOOKING: (OutboxStatus.SENDING, OutboxStatus.LOOKING),
    OutboxStatus.UNCLEAR: _DOUBTFUL,
    OutboxStatus.FAILED: (*_DOUBTFUL, OutboxStatus.UNCLEAR),
    OutboxStatus.SENT: (*_DOUBTFUL, OutboxStatus.UNCLEAR),
}
"""From which states each may follow."""
_THIS: Final = outbox.c.id == given(outbox.c.id, "row_id")
_SETTLE: Final = {
    status: Statement(
        outbox.update()
        .where(_THIS, spelt_out(outbox.c.status, *before))
        .values(status=status.value, error=given(outbox.c.error))
    )
    for status, before in _BEFORE.items()
}


def of_row(row: Any) -> Parcel:
    """The parcel of a row."""
    return as_struct(row, Parcel, out=msgspec.convert(row.payload, Outbound))


def of_message(conn: Connection, message_id: int) -> Parcel | None:
    """The parcel of a message of ours, whatever became of it."""
    row = conn.execute(sa.select(outbox).where(outbox.c.message_id == message_id)).one_or_none()
    return None if row is None else of_row(row)


def put_back(conn: Connection, parcel: Parcel, until: datetime, error: str) -> None:
    """The platform could not take it: try again at `until`."""
    conn.execute(
        outbox.update()
        .where(outbox.c.id == parcel.id, outbox.c.status == OutboxStatus.SENDING)
        .values(status=OutboxStatus.NEW, due_at=until, error=error)
    )


def unsent(conn: Connection, case_id: str) -> list[int]:
    """What the bot has said in a case and nobody has begun to send, by row."""
    its_own = outbox.c.case_id == case_id, OUTBOX_UNDECIDED, outbox.c.author == Author.BOT
    waiting = sa.select(outbox.c.id).where(*its_own, outbox.c.status == OutboxStatus.NEW)
    return list(conn.execute(waiting.order_by(outbox.c.id)).scalars())


def withdraw(conn: Connection, row_id: int, now: datetime, why: str) -> Parcel | None:
    """Have a message that still waits not be sent at all. None where it does not wait any more."""
    row = conn.execute(sa.select(outbox).where(outbox.c.id == row_id).with_for_update()).one_or_none()
    if row is None or not finish(conn, parcel := of_row(row), OutboxStatus.WITHDRAWN, now, error=why):
        return None
    return parcel


def look_for(conn: Connection, parcel: Parcel, now: datetime, at: datetime, error: str) -> bool:
    """Have the platform asked at `at` what became of a parcel. False as `finish`."""
    if parcel.looks == 0 and not finish(conn, parcel, OutboxStatus.LOOKING, now, error=error):
        return False
    looking = outbox.c.id == parcel.id, outbox.c.status == OutboxStatus.LOOKING
    return conn.execute(outbox.update().where(*looking).values(due_at=at, error=error)).rowcount == 1


def finish(
    conn: Connection,
    parcel: Parcel,
    status: OutboxStatus,
    now: datetime,
    *,
    native_id: str | None = None,
    error: str = "",
) -> bool:
    """Keep what became of a parcel. False if more was known of it already: knowledge wins over doubt."""
    if not _SETTLE[status].run(conn, row_id=parcel.id, error=error):
        return False
    if DELIVERY_OF[status] in (Delivery.SENT, Delivery.UNCLEAR):
        tallies.say(conn, parcel.out.channel, parcel.case_id, parcel.message_id)
    transcript.set_delivery(conn, parcel.message_id, DELIVERY_OF[status], native_id)
    events.append(
        conn,
        "message.delivery",
        case_id=parcel.case_id,
        actor="system",
        epoch=0,
        at=now,
        why=error,
        data={"message_id": parcel.message_id, "delivery": DELIVERY_OF[status]},
    )
    return True
