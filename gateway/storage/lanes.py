"""Called lanes: how a transaction leaves work behind, and the rows by which several processes share it.

    call (row, in the transaction that leaves work behind) -> take (holder) -> drain -> leave (row gone), unless called
    again meanwhile

A row is there exactly while a lane has been called and not been left. In one process it takes no rows: the connection
itself knows how to carry a call (`CARRY`).
"""

from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import LaneLost
from gateway.lanes import Carry, Hold, Lane
from gateway.storage.statements import Statement, given
from gateway.storage.traffic_tables import lanes

CARRY: Final = "aside_carry"
"""The execution option that holds a database's `Carry`."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A lane as it stood when it was taken."""

    calls: int
    """How often it had been called."""
    before: str
    """Who held it before without leaving it; empty where nobody did."""


def call(conn: Connection, lane: Lane) -> None:
    """Have a lane seen to once this transaction is committed.

    Without somebody to carry the call (a command of the operator's) the carriers' sweep finds what was left.
    """
    carry: Carry | None = conn.get_execution_options().get(CARRY)
    if carry is not None:
        carry(conn, lane)


_NOBODY: Final = "-"  # the holder of a lane whose holder is presumed dead
_NAME: Final = lanes.c.name == given(lanes.c.name)
_MINE: Final = lanes.c.holder == given(lanes.c.holder, "mine")


def _noting(insert: Any) -> sa.Executable:
    new = insert(lanes).values(name=given(lanes.c.name), calls=1, holder="", called_at=given(lanes.c.called_at))
    again = new.on_conflict_do_update(index_elements=[lanes.c.name], set_={"calls": lanes.c.calls + 1})
    return again.returning(lanes.c.calls, lanes.c.holder)  # type: ignore[no-any-return]


_NOTE: Final = Statement(_noting)
_LOOK: Final = Statement(sa.select(lanes.c.calls, lanes.c.holder).where(_NAME).with_for_update())
_TAKE: Final = Statement(lanes.update().where(_NAME).values(holder=given(lanes.c.holder)))
_LEAVE: Final = Statement(lanes.delete().where(_NAME, _MINE, lanes.c.calls == given(lanes.c.calls)))
_LET_GO: Final = Statement(lanes.update().where(_NAME, _MINE).values(holder=""))
_BURY: Final = Statement(lanes.update().where(_NAME, lanes.c.holder != "").values(holder=_NOBODY))
_HOLDER: Final = Statement(sa.select(lanes.c.holder).where(_NAME))


def note(conn: Connection, lane: Lane, now: datetime) -> bool:
    """Note a call as a row. True if somebody has to be told: the lane was at rest, or is to be come back to later.

    The row stays locked until the transaction ends: whoever is about to leave the lane waits, and sees our work.
    """
    row = _NOTE.one(conn, name=str(lane), called_at=now)
    return row is not None and not row.holder


def take(conn: Connection, lane: Lane, holder: str) -> Taken | None:
    """Take a lane that is nobody's. None where it is at rest, or another's: somebody else sees to it."""
    row = _LOOK.one(conn, name=str(lane))
    if row is None or row.holder not in ("", _NOBODY, holder):
        return None
    _TAKE.run(conn, name=str(lane), holder=holder)
    return Taken(calls=row.calls, before=row.holder)


def still_mine(conn: Connection, lane: Lane, holder: str) -> int | None:
    """How often a lane that `holder` has taken has been called by now. None where it is another's, or at rest."""
    row = _LOOK.one(conn, name=str(lane))
    return None if row is None or row.holder != holder else int(row.calls)


def take_from_the_dead(conn: Connection, name: str) -> None:
    """Whoever holds a lane is presumed dead: nothing that they do with it from now on counts."""
    _BURY.run(conn, name=name)


def leave(conn: Connection, lane: Lane, holder: str, calls: int) -> bool:
    """Leave a lane at rest. False if it was called since, or is another's by now."""
    return _LEAVE.run(conn, name=str(lane), mine=holder, calls=calls) == 1


def let_go(conn: Connection, lane: Lane, holder: str) -> bool:
    """Give a lane back, still called, for whoever is told to come back to it. False if it is another's by now."""
    return _LET_GO.run(conn, name=str(lane), mine=holder) == 1


def check(conn: Connection, hold: Hold) -> None:
    """Raise `LaneLost` if another has the lane by now; call it in the transaction of an effect.

    No lock: that an effect happens once is the doing of the row that it settles. This saves two holders from being at
    odds about whose turn it is.
    """
    if hold.shared and _HOLDER.scalar(conn, name=str(hold.lane)) != hold.holder:
        raise LaneLost
