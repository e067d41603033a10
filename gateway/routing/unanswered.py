"""Turns that the assistant does not take: people own the case, or the message asks for something else.

resolved: opened again, for the bot | people's: done, the desk has seen it
"stop", "start": one word of ours | unreadable, of somebody who opted out, of a program: people have the case, quietly
"""

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from gateway.cases import Case, CaseState, HandoffReason
from gateway.intake import inbox
from gateway.intake.inbox import InboxStatus, Waiting
from gateway.messages import Author, Surface
from gateway.privacy.wall import Wall
from gateway.public_thread import Patience
from gateway.routing import private_move, words
from gateway.routing.handoff import hand_over
from gateway.sending import outbox
from gateway.storage import cases, threads


def as_it_asks(conn: Connection, case: Case, head: Waiting, promise: timedelta, wall: Wall, now: datetime) -> None:
    """A word that the customer asks for by theirs, or a person, quietly. Raises `StaleEpoch`."""
    cases.fence(conn, case)
    if not inbox.settle(conn, head.id, InboxStatus.DONE, head.reason):
        return
    if head.reason in words.WISHES:
        thread = threads.one_of(conn, case.id, head.said.place.native_id, head.said.target)
        outbox.put_private(conn, case, thread, words.WISHES[head.reason], author=Author.SYSTEM, now=now)
        return
    hand_over(
        conn,
        case,
        HandoffReason(head.reason),
        now=now,
        promise=promise,
        wall=wall,
        tell=None,
        why=head.said.unreadable,
    )


def wake_up(conn: Connection, case: Case, now: datetime) -> None:
    """A resolved case is spoken of again: the bot has it."""
    cases.move(
        conn,
        case,
        CaseState.BOT,
        expected=[CaseState.RESOLVED],
        actor="customer",
        kind="reopened",
        now=now,
        why="the customer wrote again",
        dialogue=cases.clean_slate(case),
        reason="",
        due_at=None,
        severity=0,
    )


def for_people(conn: Connection, case: Case, head: Waiting, patience: Patience, now: datetime) -> None:
    """People own it: the message is in the transcript already, where the desk shows it."""
    cases.fence(conn, case)
    if not inbox.settle(conn, head.id, InboxStatus.DONE):
        return
    if head.said.place.surface is Surface.PRIVATE:
        private_move.arrive(conn, case, patience, now)
    if case.state is CaseState.WAITING_CUSTOMER:
        cases.move(
            conn,
            case,
            CaseState.ACTIVE,
            expected=[CaseState.WAITING_CUSTOMER],
            actor="customer",
            kind="customer.answered",
            now=now,
            agent_id=case.agent_id,
        )
