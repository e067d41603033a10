"""A case's move from a public thread into a private one: its state, and the one-use code that joins the two."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given
from gateway.storage.tables import moves


class MoveState(StrEnum):
    """Where a public thread stands on its way aside."""

    INVITED = "invited"
    """Acknowledged in public, with the way in."""
    ARRIVED = "arrived"
    """The customer is in the private thread."""
    PRIVATE_RESOLVED = "private_resolved"
    """The matter has been answered in private."""
    PUBLIC_CLOSED = "public_closed"
    """And the public thread has been closed with a word."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One public thread's move aside."""

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


def invite(
    conn: Connection,
    *,
    case_id: str,
    thread_id: int,
    target: str,
    code: str,
    expires_at: datetime,
    intent: str,
    entities: Mapping[str, str],
    begun: bool,
    now: datetime,
) -> None:
    """Note an invitation."""
    conn.execute(
        moves.insert().values(
            case_id=case_id,
            thread_id=thread_id,
            target=target,
            state=MoveState.INVITED,
            code=code,
            code_expires_at=expires_at,
            intent=intent,
            entities=dict(entities),
            begun=begun,
            created_at=now,
            changed_at=now,
        )
    )


def by_code(conn: Connection, code: str, now: datetime) -> Move | None:
    """The move of a code that is still good: neither used nor expired."""
    row = conn.execute(
        sa.select(*_columns()).where(
            moves.c.code == code, moves.c.code_used_at.is_(None), moves.c.code_expires_at > now
        )
    ).one_or_none()
    return None if row is None else as_struct(row, Move)


_OF_CASE: Final = Statement(
    sa.select(*(moves.c[name] for name in Move.__struct_fields__))
    .where(moves.c.case_id == given(moves.c.case_id))
    .order_by(moves.c.id)
)


def of_case(conn: Connection, case_id: str, *states: MoveState) -> list[Move]:
    """A case's moves in the given states, oldest first."""
    return [as_struct(row, Move) for row in _OF_CASE.all(conn, case_id=case_id) if row.state in states]


def not_begun(conn: Connection, case_id: str, target: str) -> None:
    """The first private message did not go out: what it asked has not been asked."""
    conn.execute(moves.update().where(moves.c.case_id == case_id, moves.c.target == target).values(begun=False))


def bring_only(conn: Connection, move: Move, entities: Mapping[str, str]) -> None:
    """Have a move bring along no more than `entities`: the customer has taken the rest back."""
    conn.execute(moves.update().where(moves.c.id == move.id).values(entities=dict(entities)))


def advance(conn: Connection, move: Move, to: MoveState, now: datetime) -> bool:
    """Move on. False if somebody else has moved it on before: whatever follows happens once."""
    changed = conn.execute(
        moves.update()
        .where(moves.c.id == move.id, moves.c.state == move.state)
        .values(
            state=to,
            changed_at=now,
            **({"code_used_at": now} if to is MoveState.ARRIVED else {}),
        )
    )
    return changed.rowcount == 1


def _columns() -> list[sa.Column[object]]:
    return [moves.c[name] for name in Move.__struct_fields__]
