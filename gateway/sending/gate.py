"""The gate of a channel: which threads may send next, so many at once, no faster than the platform takes it.

    drain --permit(thread)--> waits here -> [breaker closed? a place free? room in the limits, best rank first] -> go
      `-- done(thread, how it went) -> a place is free, and the watch over the platform learns

One gate for each of our accounts, so that a channel that is slow or away makes nobody wait but its own threads. A
thread is as urgent as the most urgent message that waits in it: within a thread all go in their order.
While the breaker is open nobody gets in, so that no row is claimed and no try is counted; then one does, as a probe.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.engine import Connection

from gateway import log, metrics
from gateway.breaker import BreakerState
from gateway.clock import Clock
from gateway.messages import Channel
from gateway.sending import pace
from gateway.sending.limits import Outlet, Rank, Table
from gateway.sending.pace import Ask
from gateway.sending.watch import Watch, Went
from gateway.storage.database import Database

_log = log.get(__name__)

_SHARED_PATIENCE: Final = 1.0  # seconds in which a drain that has taken one of few places waits here
_SOONEST: Final = timedelta(seconds=1)
_LATEST: Final = timedelta(seconds=30)  # an agent's message may join the thread meanwhile
_LOOKED_AT: Final = 4  # waiting threads that are looked at, for each place that is free: some lack room of their own
_LOOK_AGAIN: Final = (
    1.0  # seconds, at the latest: clocks jump, and a better message may have joined a thread that waits
)
_SHORTEST_SLEEP: Final = 0.02  # seconds: the limits are asked for several at once
_AFTER_A_FAULT: Final = 1.0  # seconds
_CHATS_ARE_ALL: Final = 3  # chats that Telegram has turned away at the same time: it means our whole account


Ranks = Callable[[Connection, Channel, str], Mapping[str, Rank]]
"""The threads of an account in which something better than chatter waits, with its rank."""


class _Waiter:
    """A drain that wants to send."""

    def __init__(self, thread_key: str, number: int) -> None:
        self.thread_key = thread_key
        self.number = number
        self.rank = Rank.CHATTER
        self.not_before: datetime | None = None
        """By its rank; a better one may go earlier."""
        self.admitted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()


class Gate:
    """One channel account's gate."""

    def __init__(
        self,
        channel: Channel,
        account: str,
        table: Table,
        places: int,
        database: Database,
        clock: Clock,
        ranks: Ranks,
    ) -> None:
        """`places`: how many may send at once."""
        self._channel = channel
        self._account = account
        self._table = table
        self._places = places
        self._database = database
        self._clock = clock
        self._ranks = ranks
        self._numbers = itertools.count()
        self._waiting: dict[str, _Waiter] = {}
        self._sending = 0
        self._closed = False
        self._throttled: dict[str, datetime] = {}
        self._changed = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._watch = Watch(channel, account, database, clock, self._changed.set)
        self._breaker = self._watch.breaker

    async def start(self) -> None:
        """Make ready to let threads in."""
        await self._watch.start()

    def close(self) -> None:
        """Let nobody in any more, and everybody go who waits."""
        self._closed = True
        for waiter in self._waiting.values():
            if not waiter.admitted.done():
                waiter.admitted.set_result(False)

    async def stop(self) -> None:
        """End, once nobody sends any more."""
        self.close()
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        await self._watch.stop()

    async def permit(self, thread_key: str, *, shared: bool) -> datetime | None:
        """Wait to be let in: None, then say `done`; or when to come back.

        `shared`: the drain has one of few places that other threads need as well, and does not wait long.
        """
        if self._closed:
            return self._clock()
        waiter = self._waiting[thread_key] = _Waiter(thread_key, next(self._numbers))
        self._changed.set()
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve(), name=f"gate-{self._channel}")
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(_SHARED_PATIENCE if shared else None):
                admitted = await asyncio.shield(waiter.admitted)
        except TimeoutError:
            admitted = waiter.admitted.done() and waiter.admitted.result()
        except asyncio.CancelledError:
            if waiter.admitted.done() and waiter.admitted.result():
                self.done(thread_key, Went.UNKNOWN, "")
            raise
        finally:
            waiter.admitted.cancel()
            if self._waiting.get(thread_key) is waiter:
                del self._waiting[thread_key]
        metrics.send_waits.labels(self._channel).observe(asyncio.get_running_loop().time() - started)
        return None if admitted else self._come_back(waiter)

    def done(self, thread_key: str, went: Went, why: str) -> None:
        """Whoever was let in is through, with this result."""
        self._sending -= 1
        self._changed.set()
        self._watch.learn(thread_key, went, why)

    async def give_back(self, thread_key: str) -> None:
        """What was counted for a thread that had nothing to send may go to another."""
        now = self._clock()
        await self._database.write(lambda conn: pace.give_back(conn, self._table, thread_key, now))
        self._changed.set()

    def throttled(self, conn: Connection, thread_key: str, until: datetime, now: datetime) -> None:
        """The platform wants nothing more before `until`.

        Telegram may mean that chat alone: our whole account, once it has said so of several.
        """
        self._throttled = {key: time for key, time in self._throttled.items() if now < time} | {thread_key: until}
        if self._channel is not Channel.TELEGRAM or len(self._throttled) >= _CHATS_ARE_ALL:
            pace.pause(conn, self._table, thread_key, until, now)

    def _come_back(self, waiter: _Waiter) -> datetime:
        """When somebody who is sent away should come back: about when it is their turn."""
        now = self._clock()
        outlet = Outlet.of(waiter.thread_key)
        rates = [limit.rate for limit in self._table.get((outlet.channel, outlet.surface), ())]
        ahead = sum(other.number < waiter.number for other in self._waiting.values())
        turn = now + timedelta(seconds=ahead / min(rates, default=1000.0) + self._breaker.wait())
        return min(max(turn, waiter.not_before or now, now + _SOONEST), now + _LATEST)

    async def _serve(self) -> None:
        """Let in whoever may, as long as somebody waits."""
        while self._waiting:
            self._changed.clear()
            try:
                pause = await self._let_in()
            except Exception as error:  # noqa: BLE001 - the edge of the gate's task: the threads wait on
                _log.error("gate_failed", channel=self._channel, error=type(error).__name__, exc_info=True)
                pause = _AFTER_A_FAULT
            if pause > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), min(pause, _LOOK_AGAIN))

    async def _let_in(self) -> float:
        """Let in whoever may now. Returns how long nothing will change, in seconds, unless something happens."""
        if (pause := self._breaker.wait()) > 0:
            return pause
        probing = self._breaker.state is not BreakerState.CLOSED
        free = min(self._places - self._sending, 1 if probing else self._places)
        now = self._clock()
        waiting = [waiter for waiter in self._waiting.values() if not waiter.admitted.done()]
        if free <= 0 or not waiting:
            return _LOOK_AGAIN
        verdicts = await self._database.write(partial(self._take, waiting, free, now))
        for waiter, rank, verdict in verdicts:
            waiter.rank, waiter.not_before = rank, verdict
            if verdict is None:
                self._admit(waiter)
        if any(verdict is None for _, _, verdict in verdicts):
            return 0
        times = [waiter.not_before for waiter in waiting if waiter.not_before is not None]
        return max(_SHORTEST_SLEEP, min([(time - now).total_seconds() for time in times], default=_LOOK_AGAIN))

    def _take(
        self, waiting: list[_Waiter], free: int, now: datetime, conn: Connection
    ) -> list[tuple[_Waiter, Rank, datetime | None]]:
        """Ask the limits for those who go first."""
        ranks = self._ranks(conn, self._channel, self._account)
        able = []
        for waiter in waiting:
            rank = ranks.get(waiter.thread_key, Rank.CHATTER)
            if waiter.not_before is None or _has_come(waiter.not_before, now) or rank < waiter.rank:
                able.append((rank, waiter.number, waiter))
        order = heapq.nsmallest(_LOOKED_AT * self._places, able, key=lambda item: item[:2])
        asks = [Ask(thread_key=waiter.thread_key, rank=rank) for rank, _, waiter in order]
        verdicts = pace.take(conn, self._table, asks, now, most=free)
        return [(waiter, rank, verdict) for (rank, _, waiter), verdict in zip(order, verdicts, strict=False)]

    def _admit(self, waiter: _Waiter) -> None:
        self._sending += 1
        if waiter.admitted.done() or not self._breaker.admit():
            # It went away meanwhile, or the breaker has opened: what was counted for it stays counted.
            self._sending -= 1
            return
        waiter.admitted.set_result(True)


def _has_come(time: datetime, now: datetime) -> bool:
    """Whether it is time; or so far off that the clock was put back since."""
    return time <= now or time > now + timedelta(hours=24)
