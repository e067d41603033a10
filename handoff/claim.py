"""Claiming: an agent takes a case out of the queue, or takes it over from the assistant. One wins, by the epoch."""

from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, Case, CaseState, HandoffReason
from gateway.errors import StaleEpoch, WrongState
from gateway.storage import cases, episodes
from handoff import users
from handoff.errors import TakenBy
from handoff.holding import done_already
from handoff.rights import Right, access_case
from handoff.users import User

KIND: Final = "case.claimed"


def claim(conn: Connection, user: User, case_id: str, epoch: int, now: datetime) -> Case:
    """Make the case this agent's. Raises `TakenBy`, `StaleEpoch` or `WrongState`.

    Claiming what one has already is no mistake. The time of a promise made to the customer stays.
    """
    case = access_case(conn, user, case_id, Right.WORK_CASES)
    if case.state in HELD_BY_A_PERSON and case.agent_id is not None:
        if case.agent_id != user.id:
            raise TakenBy(users.get(conn, case.agent_id).name)
        if case.epoch == epoch or done_already(conn, user, case, epoch, KIND):
            return case
    if case.epoch != epoch:
        raise StaleEpoch
    if case.state is CaseState.RESOLVED:
        raise WrongState("The case is resolved. Reopen it first.")
    if case.state is CaseState.BOT:
        return _take_over(conn, user, case, now)
    return cases.move(
        conn,
        case,
        CaseState.ACTIVE,
        expected=[CaseState.QUEUED],
        actor=user.actor,
        kind=KIND,
        now=now,
        agent_id=user.id,
        queued_at=None,
    )


def _take_over(conn: Connection, user: User, case: Case, now: datetime) -> Case:
    """Nobody was told that a person would come, so there is no promise to keep."""
    taken = cases.move(
        conn,
        case,
        CaseState.ACTIVE,
        expected=[CaseState.BOT],
        actor=user.actor,
        kind=KIND,
        now=now,
        why=HandoffReason.TAKEOVER,
        agent_id=user.id,
        reason=HandoffReason.TAKEOVER,
    )
    episodes.open_episode(conn, taken, HandoffReason.TAKEOVER, now, due_at=None, why=f"taken over by {user.name}")
    return taken
