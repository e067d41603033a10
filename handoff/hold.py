"""Putting a case on hold: the agent keeps it and comes back by a time."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, Case, CaseState
from gateway.storage import cases
from handoff.errors import Invalid
from handoff.holding import held
from handoff.users import User

_LONGEST: Final = timedelta(days=30)


def hold(conn: Connection, user: User, case_id: str, epoch: int, until: datetime, now: datetime) -> Case:
    """Keep the case until a time. Raises `Invalid`, `TakenBy`, `NotOwner` or `StaleEpoch`."""
    case = held(conn, user, case_id, epoch)
    if not now < until <= now + _LONGEST:
        raise Invalid("A hold ends in the future, within 30 days.")
    return cases.move(
        conn,
        case,
        CaseState.ON_HOLD,
        expected=HELD_BY_A_PERSON,
        actor=user.actor,
        kind="case.held",
        now=now,
        data={"due_at": until.isoformat()},
        agent_id=user.id,
        due_at=until,
    )
