"""A case's public threads on their way aside: one row for each thread of a case, with the one-use code of the way in.

The states and what follows from what: `gateway.public_thread`. Here is what is kept: found, written once, due, counted.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import WayIn
from gateway.public_thread import CLOSED, Event, MoveState, Standing
from gateway.storage.rows import as_struct
from gateway.storage.statements import Row, Statement, given, inserting
from gateway.storage.tables import MOVE_DUE, MOVE_TIMELESS, moves

_STAMPS: Final = {
    Event.INVITED: "acked_at",
    Event.TAKEN: "invited_at",
    Event.REMIND: "reminded_at",
    Event.ARRIVED: "arrived_at",
    Event.RESOLVED: "resolved_at",
    Event.ANSWERED: "acked_at",
    Event.PRIVATE_FAILED: "offered_at",
}
"""What is noted the first time that an event has its effect: for the funnel, and for what happens once."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One public thread's way aside."""

    id: int
    case_id: str
    thread_id: int
    target: str
    state: MoveState
    code: str
    code_expires_at: datetime
    code_used_at: datetime | None
    intent: str
    """The matter that the customer brings along."""
    entities: dict[str, str]
    begun: bool
    """Whether we have begun the private conversation already, before the customer arrived."""
    created_at: datetime
    due_at: datetime | None = None
    acked_at: datetime | None = None
    invited_at: datetime | None = None
    reminded_at: datetime | None = None
    offered_at: datetime | None = None
    arrived_at: datetime | None = None
    resolved_at: datetime | None = None
    worded_at: datetime | None = None
    """When a closing word was said."""
    approved: bool = False
    why: str = ""
    """Why it was closed without a word, in one word of ours."""
    way_in: dict[str, str] | None = None

    @property
    def standing(self) -> Standing:
        """Where it stands, for the table of `gateway.public_thread`."""
        return Standing(
            state=self.state,
            due_at=self.due_at,
            reminded=self.reminded_at is not None,
            offered=self.offered_at is not None,
            closed=self.worded_at is not None,
            approved=self.approved,
        )

    @property
    def link(self) -> WayIn | None:
        """The way in as it was shown."""
        return None if self.way_in is None else WayIn(**self.way_in)


_COLUMNS: Final = [moves.c[name] for name in Move.__struct_fields__]
_SEE: Final = Statement(
    inserting(
        moves, "case_id", "thread_id", "target", "code", "code_expires_at", "created_at", "changed_at", "due_at",
        # Given, because what is sealed is sealed as it is written, not once for all.
        "entities",
    )
    .values(state=MoveState.SEEN.value, intent="", begun=False, why="", approved=False)
    .returning(moves.c.id)
)  # fmt: skip


def see(
    conn: Connection, case_id: str, thread_id: int, target: str, code: str, due_at: datetime, now: datetime
) -> None:
    """Note that a customer has spoken in a public thread of a case. `code` is good for nothing yet."""
    _SEE.scalar(
        conn, case_id=case_id, thread_id=thread_id, target=target, code=code, code_expires_at=now, created_at=now,
        changed_at=now, due_at=due_at, entities={},
    )  # fmt: skip


_OF_CASE: Final = Statement(sa.select(*_COLUMNS).where(moves.c.case_id == given(moves.c.case_id)).order_by(moves.c.id))


def of_case(conn: Connection, case_id: str, *states: MoveState) -> list[Move]:
    """A case's moves in the given states, oldest first. What a newer version calls otherwise is none of ours."""
    return [as_struct(row, Move) for row in _OF_CASE.all(conn, case_id=case_id) if row.state in states]


def in_thread(conn: Connection, case_id: str, thread_id: int) -> Move | None:
    """How one public thread of a case stands."""
    mine = [row for row in _OF_CASE.all(conn, case_id=case_id) if row.thread_id == thread_id]
    return as_struct(mine[-1], Move) if mine and mine[-1].state in set(MoveState) else None


def by_code(conn: Connection, code: str, now: datetime) -> Move | None:
    """The move of a code that is still good: neither used nor expired."""
    row = conn.execute(
        sa.select(*_COLUMNS).where(moves.c.code == code, moves.c.code_used_at.is_(None), moves.c.code_expires_at > now)
    ).one_or_none()
    return None if row is None else as_struct(row, Move)


def spend(conn: Connection, move: Move, now: datetime) -> None:
    """The code of a move has been used: it is good for nobody any more."""
    conn.execute(moves.update().where(moves.c.id == move.id, moves.c.code_used_at.is_(None)).values(code_used_at=now))


def not_begun(conn: Connection, case_id: str, target: str) -> None:
    """The first private message did not go out: what it asked has not been asked."""
    conn.execute(moves.update().where(moves.c.case_id == case_id, moves.c.target == target).values(begun=False))


def bring_only(conn: Connection, move: Move, entities: Mapping[str, str]) -> None:
    """Have a move bring along no more than `entities`: the customer has taken the rest back."""
    conn.execute(moves.update().where(moves.c.id == move.id).values(entities=dict(entities)))


_WRITE: Final = Statement(
    moves.update()
    .where(
        moves.c.id == given(moves.c.id, "move_id"),
        moves.c.state == given(moves.c.state, "was"),
    )
    .values(
        **{
            name: given(moves.c[name])
            for name in ("state", "changed_at", "due_at", "approved", "acked_at", "invited_at", "reminded_at",
                         "offered_at", "arrived_at", "resolved_at", "worded_at", "closed_at", "why", "code_used_at")
        }
    )
)  # fmt: skip


def write(conn: Connection, move: Move, to: Standing, event: Event, now: datetime, *, why: str = "") -> bool:
    """Write where a thread stands now. False if somebody else has moved it on before: whatever follows happens once."""
    noted: dict[str, Any] = {
        name: getattr(move, name)
        for name in ("acked_at", "invited_at", "reminded_at", "offered_at", "arrived_at", "resolved_at", "worded_at")
    }
    stamp = _STAMPS.get(event)
    if stamp is not None:
        noted[stamp] = noted[stamp] or now
    if event is Event.APPROVED and to.state is MoveState.PRIVATE_RESOLVED:
        noted["resolved_at"] = noted["resolved_at"] or now
    if to.closed:
        noted["worded_at"] = noted["worded_at"] or now
    return bool(
        _WRITE.run(
            conn, move_id=move.id, was=move.state.value, state=to.state.value, changed_at=now,
            due_at=to.due_at, approved=to.approved, closed_at=now if to.state in CLOSED else None,
            why=why, code_used_at=now if event is Event.ARRIVED else move.code_used_at, **noted,
        )
    )  # fmt: skip


_INVITE: Final = Statement(
    moves.update()
    .where(moves.c.id == given(moves.c.id, "move_id"))
    .values(
        **{
            name: given(moves.c[name])
            for name in ("target", "code", "code_expires_at", "code_used_at", "intent", "entities", "begun", "way_in")
        }
    )
)


def show_way_in(
    conn: Connection,
    move: Move,
    way_in: WayIn,
    *,
    target: str,
    expires_at: datetime,
    intent: str,
    entities: Mapping[str, str],
    begun: bool,
) -> None:
    """Note with which link, and for which matter, the customer is asked aside. The link's code is good from now on."""
    _INVITE.run(
        conn, move_id=move.id, target=target, code=way_in.code, code_expires_at=expires_at, code_used_at=None,
        intent=intent, entities=dict(entities), begun=begun, way_in=msgspec.to_builtins(way_in),
    )  # fmt: skip


def prolong(conn: Connection, move: Move, until: datetime) -> None:
    """The way in is shown again: its code is good for longer."""
    conn.execute(moves.update().where(moves.c.id == move.id).values(code_expires_at=until, code_used_at=None))


_DUE: Final = Statement(
    sa.select(moves.c.id, moves.c.case_id)
    .where(MOVE_DUE, moves.c.due_at <= given(moves.c.due_at, "now"))
    .order_by(moves.c.due_at, moves.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def due(conn: Connection, now: datetime, limit: int = 100) -> list[Row]:
    """Ids, with their cases' ids, of the threads whose time has come, the oldest first."""
    return _DUE.all(conn, now=now, most=limit)


def put_off(conn: Connection, move_id: int, until: datetime) -> None:
    """Look at a thread later: what was due for it failed."""
    conn.execute(moves.update().where(moves.c.id == move_id, MOVE_DUE).values(due_at=until))


def get(conn: Connection, move_id: int) -> Move | None:
    """A thread's way aside, in a state that this version knows."""
    row = conn.execute(sa.select(*_COLUMNS).where(moves.c.id == move_id)).one_or_none()
    return None if row is None or row.state not in set(MoveState) else as_struct(row, Move)


def without_time(conn: Connection, limit: int = 100) -> list[Move]:
    """Open moves without a due time: the version before this one wrote them."""
    rows = conn.execute(sa.select(*_COLUMNS).where(MOVE_TIMELESS).order_by(moves.c.id).limit(limit))
    return [as_struct(row, Move) for row in rows]


def adopt(conn: Connection, move: Move, due_at: datetime | None) -> None:
    """Give a move of the version before a due time; None: it is over, since a later one stands in its thread."""
    values: dict[str, Any] = {"due_at": due_at}
    if due_at is None:
        values |= {"state": MoveState.PUBLIC_CLOSED.value, "why": "superseded"}
    conn.execute(moves.update().where(moves.c.id == move.id, moves.c.due_at.is_(None)).values(values))
