"""What is known to have arrived: by the platform's answer, by a look-up, or by its copy of our own message.

sent -> outbox row SENT, and where it opened a private thread: the safe join of commenter and private correspondent
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from gateway.messages import Echoed, Sent
from gateway.public_thread import Event, MoveState, Patience
from gateway.sending import parcels
from gateway.sending.parcels import OutboxStatus, Parcel
from gateway.storage import cases, events, moves, people, progress, threads, transcript, unproven

_REFERENCE: Final = "aside:"


def reference(parcel: Parcel) -> str:
    """Our own id of a message, passed along where the platform takes one."""
    return f"{_REFERENCE}{parcel.message_id}"


def keep(conn: Connection, parcel: Parcel, sent: Sent, account: str, now: datetime) -> None:
    """Keep that a message was taken, and what the platform told us with it. `account` is ours on the channel."""
    if not parcels.finish(conn, parcel, OutboxStatus.SENT, now, native_id=sent.native_id):
        return
    if parcel.out.way_in is not None:
        _stands(conn, parcel.case_id, parcel.out.way_in.code, now)
    if sent.opened is None or sent.opened_by is None:
        return
    # A private reply tells us who the commenter is in Messenger.
    channel = parcel.out.channel
    case = cases.get(conn, parcel.case_id, lock=True)
    unproven.part_others(conn, channel, account, sent.opened_by, case.customer_id, now)
    people.link(conn, channel, account, sent.opened_by, case.customer_id, "private_reply", now)
    thread_id = threads.of_place(conn, channel, account, sent.opened, now)
    threads.join(conn, case.id, thread_id, sent.opened_by.native_id, now)
    transcript.rehome(conn, parcel.message_id, thread_id)
    events.append(
        conn, "identity.linked", case_id=case.id, actor="system", epoch=case.epoch, at=now, why="private_reply"
    )


def _stands(conn: Connection, case_id: str, code: str, now: datetime) -> None:
    """The way in stands where the customer asked."""
    move = next((move for move in moves.of_case(conn, case_id, MoveState.ACKED) if move.code == code), None)
    if move is not None:
        progress.happen(conn, move, Event.TAKEN, Patience(), now)


def keep_found(conn: Connection, parcel: Parcel, found: Sequence[Sent], account: str, now: datetime) -> bool:
    """Keep that a message is there: as the likeliest of what was found that is no other message of ours.

    The same words may have been said twice in one place. False where all that was found is known as other messages.
    """
    for sent in found:
        places = {parcel.out.place} if sent.opened is None else {parcel.out.place, sent.opened.native_id}
        there = threads.at_places(conn, parcel.out.channel, account, places)
        if not transcript.is_anothers(conn, parcel.message_id, there, sent.native_id):
            keep(conn, parcel, sent, account, now)
            return True
    return False


def confirm(conn: Connection, echo: Echoed, account: str, now: datetime) -> None:
    """The platform shows us a message of ours: whatever became of its answer, it is there. Another's is left alone."""
    number = echo.reference.removeprefix(_REFERENCE)
    if number == echo.reference or not number.isdecimal() or len(number) > 18:
        return
    parcel = parcels.of_message(conn, int(number))
    if parcel is None:
        return
    sent = Sent(native_id=echo.native_id)
    if parcel.out.opens_private:
        sent = Sent(native_id=echo.native_id, opened=echo.place, opened_by=echo.correspondent)
    keep(conn, parcel, sent, account, now)
