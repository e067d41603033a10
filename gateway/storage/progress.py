"""What happens to a case's public threads, by the table of `gateway.public_thread`, under the case's lock.

event -> rule -> row written, if nobody has written it since -> the effect that is to follow, once
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from gateway.public_thread import Effect, Event, MoveState, Patience, step
from gateway.storage import moves
from gateway.storage.moves import Move

_ALL: Final = tuple(MoveState)


def happen(
    conn: Connection, move: Move, event: Event, patience: Patience, now: datetime, why: str = ""
) -> Effect | None:
    """Something happens to a thread. What is to follow; None where nothing has changed."""
    taken = step(move.standing, event, patience, now)
    if taken is None or not moves.write(conn, move, taken.standing, event, now, why=why):
        return None
    return taken.effect


def happen_to_all(
    conn: Connection, case_id: str, event: Event, patience: Patience, now: datetime, states: Iterable[MoveState] = _ALL
) -> list[tuple[Move, Effect]]:
    """The same to each of a case's threads in these states; those that changed, as they were, with what follows."""
    found = [(move, happen(conn, move, event, patience, now)) for move in moves.of_case(conn, case_id, *states)]
    return [(move, effect) for move, effect in found if effect is not None]


def happen_in(conn: Connection, case_id: str, thread_id: int, event: Event, patience: Patience, now: datetime) -> bool:
    """The same to one thread of a case. Whether it changed."""
    move = moves.in_thread(conn, case_id, thread_id)
    return move is not None and happen(conn, move, event, patience, now) is not None
