"""The order of a transcript: the moments under which its messages stand, one after another, as they were said.

a customer's: before what customers said later by the platforms' times | ours: at the end
"""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.statements import Statement, given
from gateway.storage.tables import MESSAGE_FROM_CUSTOMER, messages

_STEP: Final = timedelta(milliseconds=1)
_ROOM: Final = timedelta(seconds=1)

_SPOKEN: Final = (messages.c.said_at, messages.c.said_order)
# Customers' messages stand in the order in which they were said, so the first that was said later is the one that
# stands first.
_SAID_LATER: Final = Statement(
    sa.select(messages.c.at)
    .where(
        messages.c.case_id == given(messages.c.case_id),
        MESSAGE_FROM_CUSTOMER,
        sa.tuple_(*_SPOKEN) > sa.tuple_(*(given(column) for column in _SPOKEN)),
    )
    .order_by(*_SPOKEN, messages.c.at)
    .limit(1)
)


def first_said_later(conn: Connection, case_id: str, said_at: datetime, said_order: int) -> datetime | None:
    """Where the first message stands that customers said later in this case; None where there is none."""
    at: datetime | None = _SAID_LATER.scalar(conn, case_id=case_id, said_at=said_at, said_order=said_order)
    return at


_LAST_AT: Final = Statement(
    sa.select(messages.c.at)
    .where(messages.c.case_id == given(messages.c.case_id))
    .order_by(messages.c.at.desc(), messages.c.id.desc())
    .limit(1)
)


def at_the_end(conn: Connection, case_id: str, at: datetime) -> datetime:
    """A moment after every message of a case: `at` where it lies there."""
    last = _LAST_AT.scalar(conn, case_id=case_id)
    return at if last is None else max(at, last + _STEP)


def just_before(conn: Connection, case_id: str, later: datetime, at: datetime) -> datetime:
    """A moment between a message and the one before it: `at` where it lies there, else so that more can still come."""
    earlier: datetime | None = conn.execute(
        sa.select(sa.func.max(messages.c.at)).where(messages.c.case_id == case_id, messages.c.at < later)
    ).scalar_one_or_none()
    if earlier is None:
        return min(at, later - _STEP)
    if earlier < at < later:
        return at
    if later - earlier < 2 * datetime.resolution:
        # Some twenty halvings later there is no moment left between them: what follows moves on.
        moved = sa.type_coerce(messages.c.at, sa.BigInteger()) + _ROOM // datetime.resolution
        conn.execute(messages.update().where(messages.c.case_id == case_id, messages.c.at >= later).values(at=moved))
        later += _ROOM
    return earlier + (later - earlier) / 2
