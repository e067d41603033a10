"""Takeover: somebody answered in our name past Aside. It stands in the case, and the assistant falls silent there.

our own message (`gateway.sending.echoes`) -> it has arrived | perhaps our own -> come again, for some seconds
no case there -> ignored
else -> transcript; the bot had the case: people have it now, silently, and what it had not sent is withdrawn
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.engine import Connection

from gateway.cases import Case, CaseState, HandoffReason
from gateway.errors import NotFound
from gateway.happenings import SaidForUs
from gateway.intake.inbox import Recorded
from gateway.messages import Surface
from gateway.privacy.wall import Wall
from gateway.routing.handoff import hand_over
from gateway.sending import echoes
from gateway.sending.echoes import Whose
from gateway.storage import afterwards, cases, events, files, people, threads, transcript

_PATIENCE: Final = timedelta(seconds=15)  # in which the answer to a message of ours comes, or is lost


class Takeovers:
    """Keeps what was said past us."""

    def __init__(self, wall: Wall, *, promise: timedelta) -> None:
        """`promise`: after a takeover, by which a person should look."""
        self._wall = wall
        self._promise = promise

    def keep(self, conn: Connection, recorded: Recorded, said: SaidForUs, now: datetime, *, old: bool) -> str | None:
        """Keep what was said. What became of it in one word; None to come again. `old`: history, which mutes nobody."""
        # The clock may have been put back since: nobody waits for it to catch up.
        patient = abs(now - recorded.received_at) < _PATIENCE
        thread_id = threads.find(conn, said.channel, said.account, said.place.native_id)
        case = _case_of(conn, said, thread_id, now)
        if case is None:
            opening = patient and echoes.opening(conn, said.channel, said.place.surface)
            known = afterwards.find(conn, said.channel, said.account, said.native_id)
            return "own_echo" if known else None if opening else "said_by_us"
        match echoes.whose(conn, said, case.id, thread_id, now, heard_at=recorded.received_at, patient=patient):
            case Whose.KNOWN:
                return "own_echo"
            case Whose.MAYBE:
                return None
        self._append(conn, case, said, now)
        if case.state is CaseState.BOT and not old:
            hand_over(
                conn,
                case,
                HandoffReason.TAKEOVER,
                now=now,
                promise=self._promise,
                wall=self._wall,
                tell=None,
                why=f"answered past Aside: {said.via}" if said.via else "answered past Aside",
                silenced=True,
            )
            return "takeover"
        return "said_for_us"

    def _append(self, conn: Connection, case: Case, said: SaidForUs, now: datetime) -> None:
        thread_id = threads.of_place(conn, said.channel, said.account, said.place, now)
        its_own = any(thread.id == thread_id for thread in threads.of_case(conn, case.id))
        if not its_own and said.target:
            threads.join(conn, case.id, thread_id, said.target, now)
        message_id = transcript.append_for_us(conn, case.id, thread_id, said, now)
        if said.attachments:
            files.expect(conn, message_id, said.channel, said.attachments, now)
        cases.touch(conn, case.id, now)
        events.append(
            conn,
            "message.added",
            case_id=case.id,
            actor="agent",
            epoch=case.epoch,
            at=now,
            data={"message_id": message_id, "surface": said.place.surface, "via": said.via},
        )


def _case_of(conn: Connection, said: SaidForUs, thread_id: int | None, now: datetime) -> Case | None:
    """The case in which something was said, locked: that of the message it answers, else the one that goes on there,
    else what its reader has open with us."""
    case_id = None
    if said.reply_to and said.place.surface is Surface.PUBLIC:
        answered = afterwards.find(conn, said.channel, said.account, said.reply_to)
        case_id = None if answered is None else answered.case_id
    if case_id is None and said.correspondent is not None:
        customer = people.customer_of(conn, said.channel, said.account, said.correspondent)
        theirs = None if customer is None else cases.current_of(conn, customer, now)
        if theirs is not None:
            return theirs
    if case_id is None and thread_id is not None:
        case_id = threads.case_in(conn, thread_id)
    try:
        return None if case_id is None else cases.get(conn, case_id, lock=True)
    except NotFound:
        return None
