"""Claims: what a drain of a thread does next, decided under the row's lock and on disk before the request leaves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.lanes import Hold
from gateway.messages import Author
from gateway.sending import parcels
from gateway.sending.parcels import OutboxStatus, Parcel
from gateway.storage import lanes
from gateway.storage.statements import Statement, given
from gateway.storage.tables import OUTBOX_UNSETTLED, outbox
from gateway.storage.tables import cases as cases_table

_LONGEST_WAIT: Final = timedelta(hours=25)  # X's longest window, and a little: further off, and the clock was put back


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a drain of a thread does next."""

    parcel: Parcel
    look: bool
    """Ask the platform what became of it, rather than send it."""
    last: bool
    """Nothing else of this thread is waiting."""


_THIS: Final = outbox.c.id == given(outbox.c.id, "row_id")
_HEAD: Final = Statement(
    sa.select(*outbox.c, cases_table.c.epoch.label("case_epoch"))
    .join_from(outbox, cases_table, cases_table.c.id == outbox.c.case_id)
    .where(outbox.c.thread_key == given(outbox.c.thread_key), OUTBOX_UNSETTLED)
    .order_by(outbox.c.status == OutboxStatus.LOOKING.value, outbox.c.id)
    .limit(2)
    .with_for_update(key_share=True)
)
_CLAIM: Final = Statement(
    outbox.update()
    .where(_THIS)
    .values(
        status=OutboxStatus.SENDING.value,
        holder=given(outbox.c.holder),
        attempts=outbox.c.attempts + 1,
        tried_at=given(outbox.c.tried_at, "now"),
    )
)
_CLAIM_LOOK: Final = Statement(
    outbox.update().where(_THIS).values(holder=given(outbox.c.holder), looks=outbox.c.looks + 1)
)


def claim_next(
    conn: Connection, hold: Hold, now: datetime, in_doubt: Callable[[Connection, Parcel], None]
) -> Claim | datetime | None:
    """Claim the head of a thread's line: what to do, or when to come back, or None where nothing waits.

    Rows that the bot decided before the case changed hands are withdrawn here, in the transaction that would send them;
    what somebody was sending who is gone is handed to `in_doubt`, which settles it. Raises `LaneLost`.
    """
    lanes.check(conn, hold)
    while True:
        head, more = _head(conn, hold.lane.key)
        if head is None:
            return None
        if head.status == OutboxStatus.SENDING:
            in_doubt(conn, parcels.of_row(head))
            continue
        if head.status == OutboxStatus.NEW and head.author == Author.BOT and head.epoch != head.case_epoch:
            parcels.finish(conn, parcels.of_row(head), OutboxStatus.WITHDRAWN, now, error="case changed hands")
            continue
        clock_went_back = head.tried_at is not None and head.tried_at > now  # nobody waits for it to catch up
        if now < head.due_at < now + _LONGEST_WAIT and not clock_went_back:
            due: datetime = head.due_at
            return None if head.status == OutboxStatus.LOOKING else due
        look = head.status == OutboxStatus.LOOKING
        (_CLAIM_LOOK if look else _CLAIM).run(conn, row_id=head.id, holder=hold.holder, now=now)
        parcel = parcels.of_row(head)
        parcel = msgspec.structs.replace(
            parcel,
            attempts=parcel.attempts + (not look),
            looks=parcel.looks + look,
            tried_at=parcel.tried_at if look else now,
        )
        return Claim(parcel=parcel, look=look, last=not more)


def _head(conn: Connection, thread_key: str) -> tuple[Any, bool]:
    """The first row that a thread's drain has to see to, what is to be sent before what is looked up; and whether it
    is not the only one. Its case is locked: nobody takes it between our look and our claim."""
    rows = _HEAD.all(conn, thread_key=thread_key)
    return (rows[0] if rows else None), len(rows) > 1
