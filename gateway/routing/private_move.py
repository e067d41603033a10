"""Moving aside: INVITED (public word with the way in) -> ARRIVED -> PRIVATE_RESOLVED -> PUBLIC_CLOSED, each once.

What the customer said in public comes along as an intent with its entities, so that nobody is asked twice.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy.engine import Connection

from gateway import metrics
from gateway.cases import Case
from gateway.errors import WallRefusal
from gateway.messages import Author, Channel, WayIn
from gateway.privacy.wall import Wall
from gateway.routing import words
from gateway.routing.address import in_public
from gateway.sending import outbox
from gateway.storage import events, moves, threads, timers
from gateway.storage.moves import Move, MoveState
from gateway.storage.timers import Alarm


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What an invitation needs besides its words."""

    intent: str
    entities: dict[str, str]
    way_in: WayIn
    lasts: timedelta
    begun: bool
    """Whether we write first in private, along with the invitation."""


def invite(
    conn: Connection,
    case: Case,
    thread: threads.CaseThread,
    text: str,
    invitation: Invitation,
    wall: Wall,
    now: datetime,
) -> None:
    """Acknowledge in public with the way in. The text passes the wall or is replaced by the fixed one."""
    way_in = invitation.way_in
    if standing_invitation(conn, case.id, thread.id) is None:
        moves.invite(
            conn,
            case_id=case.id,
            thread_id=thread.id,
            target=thread.target,
            code=way_in.code,
            expires_at=now + invitation.lasts,
            intent=invitation.intent,
            entities=invitation.entities,
            begun=invitation.begun,
            now=now,
        )
        _note(conn, case, "move.invited", now, thread.id)
    try:
        said = in_public(conn, case, thread.channel, text, wall, Author.BOT)
    except WallRefusal:
        metrics.wall_refusals.labels(Author.BOT).inc()
        said = in_public(conn, case, thread.channel, words.ACKNOWLEDGEMENT[thread.channel], wall)
    outbox.put_public(conn, case, thread, said, author=Author.BOT, now=now, way_in=way_in)


def standing_invitation(conn: Connection, case_id: str, thread_id: int) -> Move | None:
    """The invitation that a public thread has already: the same link is shown again rather than a second one."""
    return next((move for move in moves.of_case(conn, case_id, MoveState.INVITED) if move.thread_id == thread_id), None)


def arrive(conn: Connection, case: Case, now: datetime) -> None:
    """The customer has written in private: all of the case's invitations are answered."""
    for move in moves.of_case(conn, case.id, MoveState.INVITED):
        if moves.advance(conn, move, MoveState.ARRIVED, now):
            _note(conn, case, "move.arrived", now, move.thread_id)


def resolve_in_private(conn: Connection, case: Case, now: datetime) -> None:
    """The matter has been answered in private: the public threads will be closed with a word."""
    timers.set_timer(conn, Alarm.PUBLIC_CLOSE, case.id, now)


def close_in_public(conn: Connection, case: Case, wall: Wall, now: datetime) -> None:
    """Close, once, each public thread whose customer has come aside and been answered there."""
    its_threads = {thread.id: thread for thread in threads.of_case(conn, case.id)}
    for move in moves.of_case(conn, case.id, MoveState.ARRIVED, MoveState.PRIVATE_RESOLVED):
        thread = its_threads[move.thread_id]
        if not moves.advance(conn, move, MoveState.PUBLIC_CLOSED, now):
            continue
        # The closing answers the post that asked, not whatever the customer wrote in that place since.
        where = msgspec.structs.replace(thread, target=move.target)
        said = in_public(conn, case, thread.channel, words.CLOSING, wall)
        outbox.put_public(conn, case, where, said, author=Author.SYSTEM, now=now, extras={"closing": True})
        _note(conn, case, "move.public_closed", now, move.thread_id)


def direct_thread_id(conn: Connection, case: Case, channel: Channel, account: str) -> int | None:
    """The private thread in which we may write first, because the customer has written to us there before.

    Telegram only: a bot may write to whoever has started it. X lets an automated account write only after the customer
    did so about this matter; Messenger has its 24-hour window, and the private reply instead.
    """
    if channel is not Channel.TELEGRAM:
        return None
    return threads.private_with(conn, case.customer_id, channel, account)


def direct_thread(conn: Connection, case: Case, public: threads.CaseThread, now: datetime) -> threads.CaseThread | None:
    """That thread, made one of the case's own."""
    known = direct_thread_id(conn, case, public.channel, public.account)
    if known is None:
        return None
    thread = next((thread for thread in threads.of_case(conn, case.id) if thread.id == known), None)
    if thread is not None:
        return thread
    native_id = threads.native_id_of(conn, known)
    threads.join(conn, case.id, known, native_id, now)
    return next(thread for thread in threads.of_case(conn, case.id) if thread.id == known)


def _note(conn: Connection, case: Case, kind: str, now: datetime, thread_id: int) -> None:
    events.append(conn, kind, case_id=case.id, actor="system", epoch=case.epoch, at=now, data={"thread_id": thread_id})
