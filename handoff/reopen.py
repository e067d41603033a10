"""Reopening: a resolved case comes back to the agent who opens it, or to the queue."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.engine import Connection

from gateway.cases import Case, CaseState, HandoffReason
from gateway.errors import StaleEpoch
from gateway.storage import cases, episodes
from handoff import users
from handoff.errors import TakenBy
from handoff.holding import done_already
from handoff.rights import Right, access_case
from handoff.users import User

KIND: Final = "case.reopened"


def reopen(
    conn: Connection, user: User, case_id: str, epoch: int, *, to_queue: bool, promise: timedelta, now: datetime
) -> Case:
    """Open a resolved case again. Raises `TakenBy`, `StaleEpoch` or `WrongState`."""
    case = access_case(conn, user, case_id, Right.WORK_CASES)
    if done_already(conn, user, case, epoch, KIND):
        return case
    if case.agent_id is not None and case.agent_id != user.id:
        raise TakenBy(users.get(conn, case.agent_id).name)
    if case.epoch != epoch:
        raise StaleEpoch
    due_at = now + promise if to_queue else None
    opened = cases.move(
        conn,
        case,
        CaseState.QUEUED if to_queue else CaseState.ACTIVE,
        expected=[CaseState.RESOLVED],
        actor=user.actor,
        kind=KIND,
        now=now,
        agent_id=None if to_queue else user.id,
        reason=HandoffReason.TAKEOVER,
        due_at=due_at,
        queued_at=now if to_queue else None,
    )
    episodes.open_episode(conn, opened, HandoffReason.TAKEOVER, now, due_at=due_at, why=f"reopened by {user.name}")
    return opened
