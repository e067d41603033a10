"""Resolving: the matter is done. Public threads that were moved aside are closed with it, by routing."""

from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, Case, CaseState
from gateway.public_thread import Event, Patience
from gateway.storage import cases, episodes, progress, vault
from handoff.holding import done_already, held
from handoff.rights import Right, access_case
from handoff.users import User

KIND: Final = "case.resolved"


def resolve(
    conn: Connection, user: User, case_id: str, epoch: int, *, outcome: str, public_close: bool, now: datetime
) -> Case:
    """Close the case. Raises `TakenBy`, `NotOwner` or `StaleEpoch`."""
    standing = access_case(conn, user, case_id, Right.WORK_CASES)
    if done_already(conn, user, standing, epoch, KIND):
        return standing
    case = held(conn, user, case_id, epoch)
    resolved = cases.move(
        conn,
        case,
        CaseState.RESOLVED,
        expected=HELD_BY_A_PERSON,
        actor=user.actor,
        kind=KIND,
        now=now,
        why=vault.masked(outcome),
        due_at=None,
        queued_at=None,
    )
    episodes.end_episode(conn, case.id, vault.masked(outcome) or "resolved", now)
    # Whether a word helps is looked at when it is about to be said.
    progress.happen_to_all(conn, case.id, Event.APPROVED if public_close else Event.SETTLED, Patience(), now)
    return resolved
