"""Holding a case: what every act of an agent on a case begins with."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, Case
from gateway.errors import NotOwner, StaleEpoch
from gateway.storage.tables import events
from handoff import users
from handoff.errors import HeldBy, TakenBy
from handoff.rights import Right, access_case
from handoff.users import User


def agent_of(conn: Connection, case: Case) -> str | None:
    """The name of the agent who has the case."""
    return None if case.agent_id is None else users.get(conn, case.agent_id).name


def held_for_reply(conn: Connection, user: User, case_id: str) -> Case:
    """The case, if this agent has it. Raises `NotOwner`, with the name of whoever has it."""
    case = access_case(conn, user, case_id, Right.WORK_CASES)
    if case.state not in HELD_BY_A_PERSON or case.agent_id is None:
        raise NotOwner
    if case.agent_id != user.id:
        raise HeldBy(users.get(conn, case.agent_id).name)
    return case


def held(conn: Connection, user: User, case_id: str, epoch: int) -> Case:
    """The case, if this agent has it under this epoch. Raises `TakenBy`, `NotOwner` or `StaleEpoch`."""
    case = access_case(conn, user, case_id, Right.WORK_CASES)
    if case.agent_id is not None and case.agent_id != user.id:
        raise TakenBy(users.get(conn, case.agent_id).name)
    if case.epoch != epoch:
        raise StaleEpoch
    if case.state not in HELD_BY_A_PERSON:
        raise NotOwner
    return case


def done_already(conn: Connection, user: User, case: Case, epoch: int, kind: str) -> bool:
    """Whether the case moved from `epoch` to its present one by this very act of this user.

    A page that asks again because an answer was lost gets the same answer, not a refusal.
    """
    if case.epoch != epoch + 1:
        return False
    query = sa.select(events.c.id).where(
        events.c.case_id == case.id, events.c.epoch == case.epoch, events.c.kind == kind, events.c.actor == user.actor
    )
    return conn.execute(query.limit(1)).first() is not None
