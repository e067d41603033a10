"""Public threads whose time has come: reminded, given to a person, closed; each once, under the lock of its case.

due -> case locked, thread read again -> facts -> `public_thread.when_due` -> rule -> the word, or the person
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway import log
from gateway.cases import Case, HandoffReason, Owner
from gateway.clock import Clock
from gateway.errors import NotFound
from gateway.messages import Author, Channel, Delivery
from gateway.privacy.wall import Wall
from gateway.public_thread import CLOSED, Effect, Event, Facts, MoveState, Patience, when_due
from gateway.routing import helpful, words
from gateway.routing.address import in_public
from gateway.routing.handoff import hand_over
from gateway.sending import outbox
from gateway.sending.limits import Table
from gateway.settings import Closing
from gateway.storage import cases, events, moves, progress, threads
from gateway.storage.database import Database
from gateway.storage.moves import Move
from gateway.storage.tables import messages

_log = log.get(__name__)
_TRIED_AGAIN: Final = timedelta(minutes=5)  # after a fault of ours
_ADOPT_EVERY: Final = timedelta(minutes=1)
_HANDED_OVER: Final = {
    MoveState.SEEN: (HandoffReason.LEFT_HANGING, "a public post got no answer"),
    MoveState.WATCHED: (HandoffReason.NO_SHOW, "asked aside and reminded, and did not come"),
}
_NOTES: Final = {
    Effect.REMIND: "move.reminded",
    Effect.SAY_WHERE: "move.no_show",
    Effect.THANK: "move.public_closed",
    Effect.HAND_OVER: "move.watched",
}


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """How public threads are seen through."""

    patience: Patience
    code_lasts: timedelta
    """How long a way in is good that is shown again."""
    closing: Closing
    promise: timedelta
    """After a handoff, by which a person should look."""
    table: Table
    """What platforms let out."""


class DueThreads:
    """Sees public threads through to their end."""

    def __init__(self, channels: Collection[Channel], database: Database, wall: Wall, clock: Clock, ways: Ways) -> None:
        """`channels`: those that are on."""
        self._channels = channels
        self._database = database
        self._wall = wall
        self._clock = clock
        self._ways = ways
        self._adopted_at: datetime | None = None

    async def look(self) -> bool:
        """See to what is due. True if anything was seen to: more may be."""
        now = self._clock()
        if self._adopted_at is None or abs(now - self._adopted_at) >= _ADOPT_EVERY:
            await self._adopt(now)
            self._adopted_at = now
        due = await self._database.read(lambda conn: moves.due(conn, now))
        seen_to = [await self._tried(row.id, row.case_id) for row in due]
        return any(seen_to)

    async def _tried(self, move_id: int, case_id: str) -> bool:
        """See to one thread. False where that failed: its fault must neither hold up the others nor go on at once."""
        try:
            await self._database.write(partial(self._see_to, move_id, case_id))
        except Exception as error:  # noqa: BLE001 - see above
            _log.error("alarm_failed", kind="public_thread", case_id=case_id, error=type(error).__name__)
            until = self._clock() + _TRIED_AGAIN
            await self._database.write(lambda conn: moves.put_off(conn, move_id, until))
            return False
        return True

    def _see_to(self, move_id: int, case_id: str, conn: Connection) -> None:
        now = self._clock()
        try:
            case = cases.get(conn, case_id, lock=True)
        except NotFound:
            return
        move = moves.get(conn, move_id)
        if move is None or move.state in CLOSED or move.due_at is None or move.due_at > now:
            return
        thread = next((thread for thread in threads.of_case(conn, case.id) if thread.id == move.thread_id), None)
        why = self._obstacle(conn, case, move, thread, now)
        event = when_due(move.standing, self._facts(conn, case, move, why, now))
        silent = why or self._ways.closing.value if event is Event.CLOSE_SILENTLY else ""
        effect = progress.happen(conn, move, event, self._ways.patience, now, why=silent)
        if effect is not None and thread is not None:
            self._perform(conn, case, move, thread, effect, now)

    def _facts(self, conn: Connection, case: Case, move: Move, why: str, now: datetime) -> Facts:
        return Facts(
            people_own=case.owner is Owner.HUMAN,
            nobody_owns=case.owner is Owner.NONE,
            asks=_asks(conn, case.id, move.thread_id),
            on_its_way=outbox.leads_aside(conn, case.id, move.code),
            spoken_lately=case.last_message_at > now - self._ways.patience.quiet,
            a_word_helps=not why,
            automatic=self._ways.closing is Closing.AUTOMATIC,
        )

    def _obstacle(
        self, conn: Connection, case: Case, move: Move, thread: threads.CaseThread | None, now: datetime
    ) -> str:
        """Why a word would not help; looked for only where one may be said."""
        thanks = move.state is MoveState.PRIVATE_RESOLVED
        if not thanks and move.state not in (MoveState.INVITED, MoveState.WATCHED):
            return ""
        if thread is None:
            return "gone"
        if thread.channel not in self._channels:
            return "channel_off"
        if thanks and self._ways.closing is Closing.NEVER and not move.approved:
            return "by_policy"
        if not thanks and move.link is None:
            return "no_way_in"  # written by the version before, which did not keep it
        return helpful.obstacle(conn, self._ways.table, case, thread, now, thanks=thanks)

    def _perform(
        self, conn: Connection, case: Case, move: Move, thread: threads.CaseThread, effect: Effect, now: datetime
    ) -> None:
        # What we say answers the post that asked, not whatever the customer wrote in that place since.
        where = msgspec.structs.replace(thread, target=move.target)
        match effect:
            case Effect.REMIND:
                self._say(conn, case, where, words.REMINDER[thread.channel], move, now, reminder=True)
            case Effect.SAY_WHERE:
                self._say(conn, case, where, words.WHERE_TO_WRITE[thread.channel], move, now, closing=True)
            case Effect.THANK:
                self._say(conn, case, where, words.CLOSING, None, now, closing=True)
            case Effect.HAND_OVER if case.owner is Owner.BOT:
                reason, why = _HANDED_OVER[MoveState.SEEN if move.state is MoveState.SEEN else MoveState.WATCHED]
                hand_over(
                    conn, case, reason, now=now, promise=self._ways.promise, wall=self._wall, tell=None, why=why
                )  # fmt: skip
        kind = _NOTES.get(effect)
        if kind is not None:
            data = {"thread_id": move.thread_id}
            events.append(conn, kind, case_id=case.id, actor="system", epoch=case.epoch, at=now, data=data)

    def _say(
        self,
        conn: Connection,
        case: Case,
        where: threads.CaseThread,
        text: str,
        leads: Move | None,
        now: datetime,
        **extras: object,
    ) -> None:
        """Say a word in public; with the way in of `leads`, which is good for longer then."""
        said = in_public(conn, case, where.channel, text, self._wall)
        if leads is not None:
            moves.prolong(conn, leads, now + self._ways.code_lasts)
        way_in = None if leads is None else leads.link
        outbox.put_public(conn, case, where, said, author=Author.SYSTEM, now=now, way_in=way_in, extras=extras)

    async def _adopt(self, now: datetime) -> None:
        """What the version before has left without a due time gets one."""
        found = await self._database.read(moves.without_time)
        if found:
            await self._database.write(lambda conn: self._give_times(conn, found, now))

    def _give_times(self, conn: Connection, found: Sequence[Move], now: datetime) -> None:
        for move in found:
            self._give_time(conn, move, now)

    def _give_time(self, conn: Connection, move: Move, now: datetime) -> None:
        latest = moves.in_thread(conn, move.case_id, move.thread_id)
        if latest is None or latest.id != move.id:
            moves.adopt(conn, move, None)
            return
        patience = self._ways.patience
        length = {MoveState.INVITED: patience.reminder, MoveState.ARRIVED: patience.quiet}
        moves.adopt(conn, move, now + length.get(move.state, timedelta()))


_SPOKEN: Final = (Delivery.QUEUED, Delivery.SENT, Delivery.UNCLEAR)


def _asks(conn: Connection, case_id: str, thread_id: int) -> bool:
    """Whether the customer's word is the last in a public thread, and still stands."""
    last = conn.execute(
        sa.select(messages.c.author, messages.c.extras)
        .where(
            messages.c.case_id == case_id,
            messages.c.thread_id == thread_id,
            sa.or_(messages.c.author == Author.CUSTOMER, messages.c.delivery.in_(_SPOKEN)),
        )
        .order_by(messages.c.at.desc(), messages.c.id.desc())
        .limit(1)
    ).one_or_none()
    return last is not None and last.author == Author.CUSTOMER and "removed" not in (last.extras or {})
