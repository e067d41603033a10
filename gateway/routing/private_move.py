"""Moving aside: what becomes of a public thread while its case is talked about, by `gateway.public_thread`.

heard -> answered there | invited (public word with the way in) -> the customer arrives -> resolved in private

What the customer said in public comes along as an intent with its entities, so that nobody is asked twice. What follows
when nothing happens, and the closing word, is for `gateway.routing.due_threads`.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy.engine import Connection

from gateway import codes, metrics
from gateway.cases import Case
from gateway.errors import WallRefusal
from gateway.messages import Author, Channel, WayIn
from gateway.privacy.wall import Wall
from gateway.public_thread import AWAITED, Event, MoveState, Patience
from gateway.routing import words
from gateway.routing.address import in_public
from gateway.sending import outbox
from gateway.storage import events, moves, private_words, progress, threads
from gateway.storage.moves import Move


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What an invitation needs besides its words."""

    intent: str
    entities: dict[str, str]
    way_in: WayIn
    lasts: timedelta
    begun: bool
    """Whether we write first in private, along with the invitation."""
    patience: Patience


def hear(conn: Connection, case_id: str, thread_id: int, target: str, patience: Patience, now: datetime) -> None:
    """The customer speaks in a public thread: from now on it is watched until it is closed."""
    move = moves.in_thread(conn, case_id, thread_id)
    if move is None:
        moves.see(conn, case_id, thread_id, target, codes.mint(), now + patience.answer, now)
    else:
        progress.happen(conn, move, Event.HEARD, patience, now)


def answer(conn: Connection, case: Case, thread: threads.CaseThread, now: datetime) -> None:
    """We have answered where we were asked."""
    progress.happen_in(conn, case.id, thread.id, Event.ANSWERED, Patience(), now)


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
    before = _watched(conn, case.id, thread, invitation.patience, now)
    awaited = before.state in AWAITED
    progress.happen(conn, before, Event.INVITED, invitation.patience, now)
    moves.show_way_in(
        conn,
        before,
        way_in,
        target=thread.target,
        expires_at=now + invitation.lasts,
        # What they were asked aside for first stays; whatever else they tell about it comes along as well.
        intent=before.intent if awaited else invitation.intent,
        entities={**before.entities, **invitation.entities} if awaited else invitation.entities,
        begun=before.begun if awaited else invitation.begun,
    )
    if not awaited:
        _note(conn, case, "move.invited", now, thread.id)
    try:
        told = private_words.told(conn, case.id, now)
        said = in_public(conn, case, thread.channel, text, wall, Author.BOT, told)
    except WallRefusal:
        metrics.wall_refusals.labels(Author.BOT).inc()
        said = in_public(conn, case, thread.channel, words.ACKNOWLEDGEMENT[thread.channel], wall)
    outbox.put_public(conn, case, thread, said, author=Author.BOT, now=now, way_in=way_in)


def _watched(conn: Connection, case_id: str, thread: threads.CaseThread, patience: Patience, now: datetime) -> Move:
    move = moves.in_thread(conn, case_id, thread.id)
    if move is None:  # the version before has taken the message in
        moves.see(conn, case_id, thread.id, thread.target, codes.mint(), now + patience.answer, now)
        return _watched(conn, case_id, thread, patience, now)
    return move


def standing_invitation(conn: Connection, case_id: str, thread_id: int) -> Move | None:
    """The invitation that a public thread has already: the same link is shown again rather than a second one."""
    move = moves.in_thread(conn, case_id, thread_id)
    return move if move is not None and move.state in AWAITED else None


def arrive(conn: Connection, case: Case, patience: Patience, now: datetime) -> None:
    """The customer has written in private, on whichever channel: all of the case's invitations are answered."""
    for move, _ in progress.happen_to_all(conn, case.id, Event.ARRIVED, patience, now):
        _note(conn, case, "move.arrived", now, move.thread_id)


def resolve_in_private(conn: Connection, case: Case, patience: Patience, now: datetime) -> None:
    """The matter has been answered in private: the public threads will be closed."""
    for move, _ in progress.happen_to_all(conn, case.id, Event.RESOLVED, patience, now, [MoveState.ARRIVED]):
        _note(conn, case, "move.resolved", now, move.thread_id)


def offer_another_way(
    conn: Connection, case: Case, wall: Wall, patience: Patience, lasts: timedelta, now: datetime
) -> None:
    """What we say in private does not arrive: say so where the customer asked, once, with a fresh way in.

    `lasts`: how long its code is good. A word of ours that was on its way already is not waited for.
    """
    its_threads = {thread.id: thread for thread in threads.of_case(conn, case.id)}
    for move in moves.of_case(conn, case.id, MoveState.ARRIVED, MoveState.PRIVATE_RESOLVED):
        thread, link = its_threads.get(move.thread_id), move.link
        if thread is None or link is None or thread.closed:
            continue
        if progress.happen(conn, move, Event.PRIVATE_FAILED, patience, now) is None:
            continue
        code = codes.mint()
        way_in = WayIn(url=link.url.replace(link.code, code), label=link.label, code=code)
        moves.show_way_in(
            conn,
            move,
            way_in,
            target=move.target,
            expires_at=now + lasts,
            intent=move.intent,
            entities=move.entities,
            begun=False,
        )
        where = msgspec.structs.replace(thread, target=move.target)
        said = in_public(conn, case, thread.channel, words.OFFER, wall)
        outbox.put_public(conn, case, where, said, author=Author.SYSTEM, now=now, way_in=way_in)
        _note(conn, case, "move.offered", now, thread.id)


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
