"""Handing back: the case returns to the assistant, on an agent's word only, and the customer is told."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, Case, CaseState
from gateway.messages import Author, Surface
from gateway.sending import outbox
from gateway.storage import cases, episodes, people, threads, vault
from gateway.storage.tables import messages
from handoff.holding import done_already, held
from handoff.rights import Right, access_case
from handoff.users import User

KIND: Final = "case.returned"

WORDS: Final = "You're back with our assistant. Ask for a person any time."


def hand_back(conn: Connection, user: User, case_id: str, epoch: int, reason: str, now: datetime) -> Case:
    """Give the case back to the assistant. Raises `TakenBy`, `NotOwner` or `StaleEpoch`.

    The event is the marker: it names the last message said before, on which nothing can hand the case over again.
    """
    standing = access_case(conn, user, case_id, Right.WORK_CASES)
    if done_already(conn, user, standing, epoch, KIND):
        return standing
    case = held(conn, user, case_id, epoch)
    last = conn.execute(sa.select(sa.func.max(messages.c.id)).where(messages.c.case_id == case.id)).scalar_one()
    returned = cases.move(
        conn,
        case,
        CaseState.BOT,
        expected=HELD_BY_A_PERSON,
        actor=user.actor,
        kind=KIND,
        now=now,
        why=vault.masked(reason),
        data={"last_message_id": last},
        due_at=None,
        queued_at=None,
        reason="",
        severity=0,
        dialogue=cases.clean_slate(case),
    )
    episodes.end_episode(conn, case.id, "returned", now)
    _tell(conn, returned, now)
    return returned


def _tell(conn: Connection, case: Case, now: datetime) -> None:
    """In private only: in public it would tell everybody that there was something to talk about.

    Nothing to who wants no automatic answers: they would get none, and their next message is people's again.
    """
    its_threads = threads.of_case(conn, case.id)
    thread = next((thread for thread in its_threads if thread.surface is Surface.PRIVATE), None)
    if thread is not None and not people.has_opted_out(conn, case.customer_id, thread.channel, thread.account):
        outbox.put_private(conn, case, thread, WORDS, author=Author.SYSTEM, now=now)
