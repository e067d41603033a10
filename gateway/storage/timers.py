"""Timers: what is to happen later, as rows, so that it happens once, also after a restart."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given
from gateway.storage.tables import TIMER_PENDING, timers


class Alarm(StrEnum):
    """What a timer is for."""

    PUBLIC_CLOSE = "public_close"
    """Close the public threads of a matter that was resolved in private."""
    UNDELIVERABLE = "undeliverable"
    """Have a person look at a message that was refused."""
    LOOK_UP = "look_up"
    """Ask the platform what became of a message."""
    UNCLEAR = "unclear"
    """Have a person look at a message of which nobody knows."""


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is due."""

    id: int
    kind: str
    """An `Alarm`; a newer version beside us may have others, which must not stop ours."""
    case_id: str
    due_at: datetime
    payload: dict[str, object]

    @property
    def attempts(self) -> int:
        """How often it has failed."""
        return int(str(self.payload.get("attempts", 0)))


def set_timer(
    conn: Connection, kind: Alarm, case_id: str, due_at: datetime, payload: Mapping[str, object] | None = None
) -> None:
    """Have something happen at `due_at`."""
    conn.execute(
        timers.insert().values(kind=kind, case_id=case_id, due_at=due_at, payload=dict(payload or {}), status="pending")
    )


_DUE: Final = Statement(
    sa.select(timers.c.id, timers.c.kind, timers.c.case_id, timers.c.due_at, timers.c.payload)
    .where(TIMER_PENDING, timers.c.due_at <= given(timers.c.due_at, "now"))
    .order_by(timers.c.due_at, timers.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def due(conn: Connection, now: datetime, limit: int = 100) -> list[Timer]:
    """What is due, the oldest first."""
    return [as_struct(row, Timer) for row in _DUE.all(conn, now=now, most=limit)]


def fire(conn: Connection, timer: Timer) -> bool:
    """Mark a timer as fired, in the transaction of what it does. False if it has been fired or cancelled before."""
    changed = conn.execute(
        timers.update().where(timers.c.id == timer.id, timers.c.status == "pending").values(status="fired")
    )
    return changed.rowcount == 1


def put_off(conn: Connection, timer: Timer, until: datetime) -> None:
    """Note that a timer has failed, and have it try again at `until`; what somebody else has fired stays fired."""
    payload = {**timer.payload, "attempts": timer.attempts + 1}
    pending = timers.c.id == timer.id, timers.c.status == "pending"
    conn.execute(timers.update().where(*pending).values(due_at=until, payload=payload))


def cancel(conn: Connection, case_id: str, kind: Alarm) -> None:
    """Cancel what has not happened yet."""
    conn.execute(
        timers.update()
        .where(timers.c.case_id == case_id, timers.c.kind == kind, timers.c.status == "pending")
        .values(status="cancelled")
    )
