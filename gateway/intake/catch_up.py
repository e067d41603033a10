"""Catch-up: what no webhook has brought is asked for; where there is no webhook, everything is.

cursors -> the platform -> masked -> one transaction: events (each once, by its key), cursors, what was repaired

By webhook: at the start, and every few minutes. What is found then, though it is older than a delivery takes, shows
that deliveries get lost: everybody is told. By polling: all the time, as fast as the platform likes.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway import log, metrics
from gateway.channels.base import ChannelAdapter, ParseError
from gateway.channels.supply import Receive, Supplied, Supply
from gateway.clock import Clock
from gateway.errors import LaneLost, Overloaded, SendError
from gateway.happenings import Happening
from gateway.intake import inbox
from gateway.intake.asking import Asking
from gateway.intake.pulse import Pulse
from gateway.lanes import Lane
from gateway.messages import RawEvent, Said
from gateway.privacy.mask import mask_body
from gateway.storage import checks, cursors, lanes, repairs
from gateway.storage.checks import Finding
from gateway.storage.database import Database, TransactionLost

_log = log.get(__name__)

_ONE_ANSWER: Final = 120.0  # seconds that a platform may take
_NOTHING_NEW: Final = 1.0  # seconds, at the least, between two empty answers
_IN_ONE_GO: Final = 200  # answers of a platform that always has more, before we rest
_JUST_NOW: Final = timedelta(seconds=5)
_DELIVERY_TAKES: Final = timedelta(seconds=60)  # what is younger may still come by webhook
_LARGE: Final = 50_000  # bytes
_OURS: Final = (SQLAlchemyError, Overloaded, TransactionLost)


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking once."""

    new: int
    """Events that were not known."""
    repaired: int
    """Those of them that a webhook should have brought."""
    asked: bool
    """Whether there was anything to ask: Telegram lists nothing while it delivers by webhook."""
    more: bool
    pause: float
    """As in `Supplied`."""


class CatchUp:
    """Asks for one of our accounts."""

    def __init__(
        self, channel: ChannelAdapter, supply: Supply, database: Database, clock: Clock, pulse: Pulse, minutes: float
    ) -> None:
        """`supply` is the same channel. `minutes` between two times where there is a webhook; 0: never."""
        self._channel = channel
        self._supply = supply
        self._database = database
        self._clock = clock
        self._pulse = pulse
        self._minutes = minutes
        self._polls = supply.receive is Receive.POLLING
        self._asking = Asking(supply.receive, lambda: asyncio.get_running_loop().time())
        self._told: Finding | None = None

    @property
    def is_on(self) -> bool:
        """Whether anything is ever asked for."""
        return self._polls or self._minutes > 0

    async def run(self, mine: str) -> None:
        """Ask again and again, for as long as `mine` keeps the channel. Raises `LaneLost` once it does not any more."""
        pause = await self._first_pause()
        while True:
            await asyncio.sleep(pause)
            pause = await self.round(mine)

    async def round(self, mine: str) -> float:
        """Ask until there is no more. Returns the seconds until it is worth asking again. Raises `LaneLost`."""
        for _ in range(_IN_ONE_GO):
            began = asyncio.get_running_loop().time()
            try:
                brought = await self.ask(mine)
            except LaneLost:
                raise
            except _OURS as error:
                _log.error("not_stored", channel=self._channel.name, error=type(error).__name__)
                return self._asking.failed(error)[0]
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the asking
                return await self._failed(error)
            if brought.asked:
                await self._tell(self._asking.went_well())
            if not brought.more:
                return self._pause(brought, asyncio.get_running_loop().time() - began)
            await asyncio.sleep(brought.pause)
        return _NOTHING_NEW

    async def ask(self, mine: str) -> Brought:
        """Ask once, and keep what comes.

        Raises `LaneLost` where another process keeps the channel, `TimeoutError`, and what the platform or the database
        raises.
        """
        name, account = self._channel.name, self._channel.account
        place = await self._database.read(lambda conn: cursors.of(conn, name, account))
        before = {} if place is None else place.values
        async with asyncio.timeout(_ONE_ANSWER):
            supplied = await self._supply.supply(before)
        events = await _masked(supplied.events)
        brought = await self._database.write(partial(self._keep, mine, supplied, events, not before))
        metrics.catch_up_events.labels(name, "new").inc(brought.new)
        metrics.catch_up_events.labels(name, "repeated").inc(len(events) - brought.new)
        if self._polls and brought.new:
            self._pulse.note(name, account, brought.new)
        if brought.repaired:
            metrics.repaired.labels(name).inc(brought.repaired)
            _log.error("channel_repaired", channel=name, events=brought.repaired)
        return brought

    def _keep(
        self, mine: str, supplied: Supplied, events: Sequence[RawEvent], first: bool, conn: Connection
    ) -> Brought:
        name, account, now = self._channel.name, self._channel.account, self._clock()
        known = inbox.known(conn, name, account, [event.native_id for event in events])
        new = inbox.record(conn, name, account, events, now, supplied=True)
        asked = bool(supplied.cursors or events)
        if asked:
            cursors.keep(conn, name, account, mine, supplied.cursors, now)
        if new:
            lanes.call(conn, Lane.arrivals(name))
        missed: list[datetime] = []
        if not (self._polls or first):
            times = [self._told_at(event) for key, event in _by_key(events).items() if key not in known]
            missed = [at for at in times if at is not None and at < now - _DELIVERY_TAKES]
            if missed:
                repairs.note(conn, name, account, len(missed), min(missed), now)
            else:
                repairs.none(conn, name, account, now)
        pause = max(supplied.pause, 0.0)
        return Brought(new=new, repaired=len(missed), asked=asked or self._polls, more=supplied.more, pause=pause)

    def _told_at(self, event: RawEvent) -> datetime | None:
        """When it happened; None for what would not have been missed."""
        try:
            understood = self._channel.parse(event)
        except ParseError:
            return None
        return understood.at if isinstance(understood, Said | Happening) else None

    async def _failed(self, error: Exception) -> float:
        if not isinstance(error, SendError | TimeoutError):
            _log.error("asking_failed", channel=self._channel.name, error=type(error).__name__, exc_info=error)
        pause, finding = self._asking.failed(error)
        if finding is not None:
            await self._tell(finding)
        return pause

    async def _tell(self, finding: Finding) -> None:
        """Have everybody see how it goes, once it goes otherwise than before."""
        if finding == self._told:
            return
        name, account = self._channel.name, self._channel.account
        try:
            await self._database.write(lambda conn: checks.note(conn, name, account, [finding], self._clock()))
        except _OURS as error:
            _log.error("not_stored", channel=name, error=type(error).__name__)
            return
        self._told = finding
        if finding.well is not True:
            _log.error("asking_failed", channel=name, why=finding.words)

    def _pause(self, brought: Brought, took: float) -> float:
        if self._polls:
            # A platform that answers at once, and has nothing, is not asked as fast as it can answer.
            return brought.pause if brought.new else max(brought.pause, _NOTHING_NEW - took)
        return max(brought.pause, self._minutes * 60 * random.uniform(0.9, 1.1))

    async def _first_pause(self) -> float:
        """None, but where somebody else has asked a moment ago: processes that start together ask once."""
        if self._polls:
            return 0.0
        account = self._channel.name, self._channel.account
        place = await self._database.read(lambda conn: cursors.of(conn, *account))
        asked = None if place is None else place.asked_at
        now = self._clock()
        ago = _JUST_NOW if asked is None or asked > now else min(now - asked, _JUST_NOW)
        return (_JUST_NOW - ago).total_seconds()


def _by_key(events: Sequence[RawEvent]) -> dict[str, RawEvent]:
    """Each once, under the key as it is stored."""
    return {inbox.key_of(event.native_id): event for event in events}


async def _masked(events: Sequence[RawEvent]) -> list[RawEvent]:
    """As a webhook's body: card numbers and security codes leave it before the first write."""
    if sum(len(event.payload) for event in events) > _LARGE:
        # Looked through beside the event loop, so that nobody else waits for it.
        return await asyncio.to_thread(_mask_all, events)
    return _mask_all(events)


def _mask_all(events: Sequence[RawEvent]) -> list[RawEvent]:
    return [msgspec.structs.replace(event, payload=mask_body(event.payload)) for event in events]
