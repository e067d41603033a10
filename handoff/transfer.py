"""Transferring: a case goes to another agent, or back to the queue."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, Case, CaseState
from gateway.storage import cases
from handoff import notes, users
from handoff.errors import Invalid
from handoff.holding import done_already, held
from handoff.rights import Right, access_case, may
from handoff.users import User

KIND: Final = "case.transferred"


def transfer(
    conn: Connection,
    user: User,
    case_id: str,
    epoch: int,
    *,
    to: str | None,
    note: str,
    promise: timedelta,
    now: datetime,
) -> Case:
    """Give the case to the agent `to`, or to the queue. Raises `Invalid`, `TakenBy`, `NotOwner` or `StaleEpoch`.

    A promise made to the customer keeps its time; in the queue every case has one.
    """
    standing = access_case(conn, user, case_id, Right.WORK_CASES)
    if done_already(conn, user, standing, epoch, KIND):
        return standing
    case = held(conn, user, case_id, epoch)
    heir = None if to is None else _heir(conn, user, to)
    if note:
        notes.add(conn, user, case.id, note, now)
    if heir is None:
        return cases.move(
            conn,
            case,
            CaseState.QUEUED,
            expected=HELD_BY_A_PERSON,
            actor=user.actor,
            kind=KIND,
            now=now,
            why="to the queue",
            due_at=case.due_at or now + promise,
            queued_at=now,
        )
    return cases.move(
        conn,
        case,
        CaseState.ACTIVE,
        expected=HELD_BY_A_PERSON,
        actor=user.actor,
        kind=KIND,
        now=now,
        why=f"to {heir.name}",
        data={"to": heir.name},
        agent_id=heir.id,
    )


def _heir(conn: Connection, user: User, name: str) -> User:
    heir = users.find(conn, name)
    if heir is None or heir.disabled_at is not None or not may(heir, Right.WORK_CASES):
        raise Invalid(f"There is no agent called {name}.")
    if heir.id == user.id:
        raise Invalid("The case is yours already.")
    return heir
