"""Crises: when more comes in than a channel lets out, people get what would come too late, and nobody is forgotten.

    every few seconds, for each channel:
      what waits takes longer than the minutes allowed ------------> crisis opened, agents are told
      an answer that would come too late, or is too old already ---> withdrawn; its case goes to people, with a due
                                                                     time, grouped by topic; a short word by policy
      next to nothing has waited for a while ----------------------> crisis closed, agents are told

Of each message of a customer one thing holds at any time: it is answered, or people own it with a due time, or it is
closed with a reason. An answer is withdrawn in the transaction that gives its case to people, or not at all; what
people wrote is never withdrawn; an answer that has begun to be sent is not touched. What may still go out in time does:
the channel's limits are used to the full. Nobody is handed over as `crisis`, which is what the content of a message
asks for; these are `undeliverable`, and keep the usual promise.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway import log, metrics
from gateway.cases import Case, HandoffReason, Owner
from gateway.channels.base import ChannelAdapter
from gateway.clock import Clock
from gateway.errors import StaleEpoch
from gateway.messages import Author, Channel, Surface
from gateway.privacy.wall import Wall
from gateway.routing import private_move, words
from gateway.routing.address import in_public
from gateway.routing.handoff import hand_over
from gateway.sending import backlog, outbox, pace, parcels
from gateway.sending.backlog import Load, Row
from gateway.sending.limits import Outlet, Table
from gateway.settings import Acknowledge
from gateway.storage import cases, crises, moves, threads
from gateway.storage.crises import Crisis
from gateway.storage.database import Database
from gateway.storage.tables import messages

_log = log.get(__name__)

_CALM: Final = 10  # as many times less than what opens a crisis may wait in a calm
_PRUNE_EVERY: Final = timedelta(minutes=10)
_NAMES: Final = {Channel.TWITTER: "X", Channel.FACEBOOK: "Facebook", Channel.TELEGRAM: "Telegram"}
_TOO_LATE: Final = "it would have come too late"


class CrisisSettings(msgspec.Struct, frozen=True, kw_only=True):
    """When what happens."""

    allowed: timedelta
    """That what waits on a channel may take to go out."""
    bot_keeps: timedelta
    """How old an answer of the assistant may be when it is sent."""
    word: Acknowledge
    promise: timedelta
    """After a handoff, by which a person should answer."""


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """How a channel stands."""

    load: Load
    late: list[Row]
    crisis: Crisis | None


class Crises:
    """Looks at the channels' backlogs."""

    def __init__(
        self,
        channels: Mapping[Channel, ChannelAdapter],
        table: Table,
        database: Database,
        wall: Wall,
        clock: Clock,
        settings: CrisisSettings,
    ) -> None:
        self._channels = channels
        self._table = table
        self._database = database
        self._wall = wall
        self._clock = clock
        self._settings = settings
        self._pruned_at = clock()

    async def look(self) -> bool:
        """Look at every channel once."""
        now = self._clock()
        for channel in self._channels.values():
            found = await self._database.read(partial(self._look_at, channel, now))
            crisis = None
            if found.crisis is not None or found.load.takes > self._settings.allowed:
                crisis = await self._database.write(partial(self._judge, channel, found.load, now))
            metrics.crises.labels(channel.name).set(crisis is not None)
            await self._give_up(found.late, crisis, now)
        old = await self._database.read(lambda conn: backlog.too_old(conn, now - self._settings.bot_keeps))
        await self._give_up(old, None, now)
        if abs(now - self._pruned_at) > _PRUNE_EVERY:
            self._pruned_at = now
            await self._database.write(lambda conn: pace.prune(conn, now))
        return False

    def _look_at(self, channel: ChannelAdapter, now: datetime, conn: Connection) -> _Found:
        allowed = self._settings.allowed
        load = backlog.load(conn, self._table, channel.name, channel.account, now)
        late = []
        if load.takes > allowed:
            late = backlog.late(conn, self._table, channel.name, channel.account, now, allowed)
        return _Found(load=load, late=late, crisis=crises.ongoing(conn, channel.name, channel.account))

    def _judge(self, channel: ChannelAdapter, load: Load, now: datetime, conn: Connection) -> Crisis | None:
        """Open, follow or close a channel's crisis. Returns it while it goes on."""
        minutes = int(load.takes.total_seconds() // 60)
        crisis = crises.ongoing(conn, channel.name, channel.account)
        if crisis is None:
            if load.takes > self._settings.allowed:
                crises.begin(conn, channel.name, channel.account, load.why, load.waiting, minutes, now)
                _log.warning("crisis_opened", channel=channel.name, waiting=load.waiting, minutes=minutes)
            return crises.ongoing(conn, channel.name, channel.account)
        calm = load.takes <= self._settings.allowed / _CALM
        for_long = crises.go_on(conn, crisis, load.waiting, minutes, calm=calm, now=now)
        if calm and for_long >= self._settings.allowed / 2 and crises.end(conn, crisis, now):
            _log.warning("crisis_closed", channel=channel.name)
            return None
        return crisis

    async def _give_up(self, found: Iterable[Row], crisis: Crisis | None, now: datetime) -> None:
        for case_id, rows in backlog.cases_of(found).items():
            try:
                await self._database.write(partial(self._to_people, case_id, rows, crisis, now))
            except StaleEpoch:
                continue  # It changed hands in this moment: the next look decides anew.
            except Exception as error:  # noqa: BLE001 - one case's fault must not hold up the others
                _log.error("crisis_case_failed", case_id=case_id, error=type(error).__name__, exc_info=True)

    def _to_people(self, case_id: str, rows: list[Row], crisis: Crisis | None, now: datetime, conn: Connection) -> None:
        """Withdraw a case's answers that come too late, and give the case to people."""
        case = cases.get(conn, case_id, lock=True)
        withdrawn = [parcel for row in rows if (parcel := parcels.withdraw(conn, row.id, now, _TOO_LATE)) is not None]
        for parcel in withdrawn:
            if parcel.out.opens_private:
                moves.not_begun(conn, case_id, parcel.out.target)
        if not any(parcel.author is Author.BOT for parcel in withdrawn):
            return  # a notice: nobody waits for it
        if case.owner is Owner.BOT:
            why = _TOO_LATE
            if crisis is not None:
                why = f"the answer would have come too late, as {_NAMES[crisis.channel]} lets out {crisis.why}"
            case = hand_over(
                conn,
                case,
                HandoffReason.UNDELIVERABLE,
                now=now,
                promise=self._settings.promise,
                wall=self._wall,
                tell=None,
                why=why,
            )
        if crisis is not None and case.owner is Owner.HUMAN:
            first = crises.add(conn, crisis.id, case_id, case.epoch, now)
            if first:
                self._acknowledge(conn, case, crisis, now)

    def _acknowledge(self, conn: Connection, case: Case, crisis: Crisis, now: datetime) -> None:
        """Say a short word, once, where the operator wants it and it can go out."""
        if self._settings.word is Acknowledge.NONE:
            return
        here = [
            thread
            for thread in threads.of_case(conn, case.id)
            if (thread.channel, thread.account) == (crisis.channel, crisis.account)
        ]
        private = next((thread for thread in here if thread.surface is Surface.PRIVATE), None)
        public = next((thread for thread in here if thread.surface is Surface.PUBLIC), None)
        if private is None and public is not None:
            private = private_move.direct_thread(conn, case, public, now)
        outlet = Outlet(channel=crisis.channel, surface=Surface.PRIVATE, account=crisis.account)
        if private is not None and backlog.has_room(conn, self._table, outlet, now):
            outbox.put_private(conn, case, private, words.CRISIS_PRIVATE, author=Author.SYSTEM, now=now)
        elif self._settings.word is Acknowledge.PUBLIC and public is not None and not _said_in(conn, public, crisis):
            text = in_public(conn, case, public.channel, words.CRISIS_PUBLIC, self._wall)
            extras: dict[str, object] = {"crisis": crisis.id}
            outbox.put_public(conn, case, public, text, author=Author.SYSTEM, now=now, extras=extras)


def _said_in(conn: Connection, thread: threads.CaseThread, crisis: Crisis) -> bool:
    """Whether a thread has been told of the crisis already."""
    ours = conn.execute(
        sa.select(messages.c.extras).where(
            messages.c.thread_id == thread.id,
            messages.c.author == Author.SYSTEM,
            messages.c.said_at >= crisis.opened_at,
        )
    ).scalars()
    return any((extras or {}).get("crisis") == crisis.id for extras in ours)
