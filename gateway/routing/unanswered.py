"""Turns that the assistant does not take: people own the case, or the message asks for something else.

resolved: opened again, for the bot | people's: done, the desk has seen it
"stop", "start": one word of ours, unless a person is speaking; "start" takes back a case that waits for no other reason
unreadable, of somebody who opted out, of a program: people have the case, quietly
"""

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from gateway.cases import Case, CaseState, HandoffReason, Owner
from gateway.intake import inbox
from gateway.intake.inbox import InboxStatus
from gateway.intake.line import Waiting
from gateway.messages import Author, Surface
from gateway.privacy.wall import Wall
from gateway.public_thread import Patience
from gateway.routing import private_move, stop, words
from gateway.routing.address import in_public
from gateway.routing.handoff import hand_over
from gateway.routing.leaks import Leaks
from gateway.sending import outbox, parcels
from gateway.storage import cases, episodes, events, moves, threads


def as_it_asks(
    conn: Connection, case: Case, head: Waiting, promise: timedelta, wall: Wall, leaks: Leaks, now: datetime
) -> None:
    """A person, quietly. Raises `StaleEpoch`."""
    cases.fence(conn, case)
    if not inbox.settle(conn, head.id, InboxStatus.DONE, head.reason):
        return
    leaks.overheard(conn, head.said, head.message_id, now)
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


def as_wished(conn: Connection, case: Case, head: Waiting, promise: timedelta, wall: Wall, now: datetime) -> None:
    """Confirm a "stop" or a "start"; where a person has the case, they do. Raises `StaleEpoch`.

    What the assistant had answered before a "stop" and nobody has sent yet is not sent: people answer it.
    """
    cases.fence(conn, case)
    if not inbox.settle(conn, head.id, InboxStatus.DONE, head.reason):
        return
    events.append(
        conn, f"customer.{head.reason}", case_id=case.id, actor="customer", epoch=case.epoch, at=now,
    )  # fmt: skip
    if head.reason == stop.STOP and case.state is CaseState.BOT and _withdraw_answers(conn, case, now):
        case = hand_over(conn, case, HandoffReason.OPTED_OUT, now=now, promise=promise, wall=wall, tell=None)
    waits = case.state is CaseState.QUEUED
    if waits and head.reason == stop.START and case.reason == HandoffReason.OPTED_OUT:
        case = _with_the_bot(conn, case, "case.returned", now, "the customer wants automatic answers again", waits=True)
        episodes.end_episode(conn, case.id, "returned", now)
    if case.owner is Owner.HUMAN and not waits:
        return
    thread = threads.one_of(conn, case.id, head.said.place.native_id, head.said.target)
    word = words.WISHES[head.reason]
    if thread.surface is Surface.PRIVATE:
        outbox.put_private(conn, case, thread, word, author=Author.SYSTEM, now=now)
    else:
        said = in_public(conn, case, thread.channel, word, wall)
        outbox.put_public(conn, case, thread, said, author=Author.SYSTEM, now=now)


def _withdraw_answers(conn: Connection, case: Case, now: datetime) -> bool:
    why = "the customer wants no automatic answers"
    withdrawn = [parcel for row in parcels.unsent(conn, case.id) if (parcel := parcels.withdraw(conn, row, now, why))]
    for parcel in withdrawn:
        if parcel.out.opens_private:
            moves.not_begun(conn, case.id, parcel.out.target)
    return bool(withdrawn)


def wake_up(conn: Connection, case: Case, now: datetime) -> None:
    """A resolved case is spoken of again: the bot has it."""
    _with_the_bot(conn, case, "reopened", now, "the customer wrote again")


def _with_the_bot(conn: Connection, case: Case, kind: str, now: datetime, why: str, *, waits: bool = False) -> Case:
    return cases.move(
        conn,
        case,
        CaseState.BOT,
        expected=[CaseState.QUEUED if waits else CaseState.RESOLVED],
        actor="customer",
        kind=kind,
        now=now,
        why=why,
        dialogue=cases.clean_slate(cases.get(conn, case.id, lock=True)),
        reason="",
        due_at=None,
        queued_at=None,
        severity=0,
    )


def for_people(conn: Connection, case: Case, head: Waiting, leaks: Leaks, patience: Patience, now: datetime) -> None:
    """People own it: the message is in the transcript already, where the desk shows it."""
    cases.fence(conn, case)
    if not inbox.settle(conn, head.id, InboxStatus.DONE):
        return
    leaks.overheard(conn, head.said, head.message_id, now)
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
