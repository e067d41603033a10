"""The gate of a channel: which threads may send next, so many at once, no faster than the platform takes it.

    drain --claim(thread)--> waits here -> [breaker closed? a place free? room in the limits, best rank first] -> sends
      `-- done(thread, how it went) -> a place is free, and the watch over the platform learns

One gate for each of our accounts, so that a channel that is slow or away makes nobody wait but its own threads. A
thread is as urgent as the most urgent message that waits in it: within a thread all go in their order. What is counted
against a limit and what is claimed is one transaction. While the breaker is open nobody gets in, so that no row is
claimed and no try is counted; then one does, as a probe.
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
from sqlalchemy.exc import DBAPIError

from gateway import log, metrics
from gateway.breaker import BreakerState
from gateway.clock import Clock
from gateway.messages import Channel
from gateway.sending import pace
from gateway.sending.limits import Outlet, Rank, Table
from gateway.sending.pace import Ask
from gateway.sending.throttles import Throttles
from gateway.sending.waiter import Claimed, Claiming, FailedAlone, LetIn, Waiter, is_to_be_sent
from gateway.sending.watch import Watch, Went
from gateway.storage.database import Database
from gateway.storage.statements import savepoint

_log = log.get(__name__)

_SHARED_PATIENCE: Final = 1.0  # seconds in which a drain that has taken one of few places waits here
_CHOSEN: Final = 0.05  # seconds between two looks at whether a claim is still being made
_SOONEST: Final = timedelta(seconds=1)
_LATEST: Final = timedelta(seconds=30)  # an agent's message may join the thread meanwhile
_LOOKED_AT: Final = 4  # waiting threads that are looked at, for each place that is free: some lack room of their own
_LOOK_AGAIN: Final = (
    1.0  # seconds, at the latest: clocks jump, and a better message may have joined a thread that waits
)
_SHORTEST_SLEEP: Final = 0.02  # seconds: the limits are asked for several at once
_AFTER_A_FAULT: Final = 1.0  # seconds


Ranks = Callable[[Connection, Channel, str], Mapping[str, Rank]]
"""The threads of an account in which something better than chatter waits, with its rank."""


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
        self._waiting: dict[str, Waiter] = {}
        self._sending = 0
        self._closed = False
        self._throttles = Throttles()
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
            if not waiter.chosen and not waiter.result.done():
                waiter.result.set_result(self._clock())

    async def stop(self) -> None:
        """End, once nobody sends any more."""
        self.close()
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        await self._watch.stop()

    async def claim(self, thread_key: str, claim: Claiming, *, shared: bool) -> Claimed:
        """Wait to be let in, and claim. Where a message is to be sent, say `done` afterwards.

        `shared`: the drain has one of few places that other threads need as well, and does not wait long. Raises what
        `claim` raises.
        """
        if self._closed:
            return self._clock()
        waiter = self._waiting[thread_key] = Waiter(thread_key, claim, next(self._numbers))
        self._changed.set()
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve(), name=f"gate-{self._channel}")
        started = asyncio.get_running_loop().time()
        try:
            await asyncio.wait([waiter.result], timeout=_SHARED_PATIENCE if shared else None)
            while waiter.chosen and not waiter.result.done():
                await asyncio.wait([waiter.result], timeout=_CHOSEN)
            return waiter.result.result() if waiter.result.done() else self._come_back(waiter)
        except asyncio.CancelledError:
            waiter.result.add_done_callback(self._nobody_sends)
            raise
        finally:
            if not waiter.chosen:
                waiter.result.cancel()
            if self._waiting.get(thread_key) is waiter:
                del self._waiting[thread_key]
            metrics.send_waits.labels(self._channel).observe(asyncio.get_running_loop().time() - started)

    def _nobody_sends(self, result: "asyncio.Future[Claimed]") -> None:
        """Whoever waited was stopped: what was claimed for them is in doubt to the next."""
        if not result.cancelled() and result.exception() is None and is_to_be_sent(result.result()):
            self._sending -= 1

    def done(self, thread_key: str, went: Went, why: str) -> None:
        """Whoever has claimed a message has sent it, with this result."""
        self._sending -= 1
        self._changed.set()
        self._watch.learn(thread_key, went, why)

    async def give_back(self, thread_key: str) -> None:
        """What was counted for a message that was not sent after all may go to another."""
        now = self._clock()
        await self._database.write(lambda conn: pace.give_back(conn, self._table, thread_key, now))
        self._changed.set()

    def let_through(self, thread_key: str) -> None:
        """The platform has taken something of this thread, just now."""
        self._throttles.let_through(self._budget(thread_key))

    def turned_away(self, thread_key: str, until: datetime, *, used_up: bool) -> datetime | None:
        """The platform wants nothing more of a thread before `until`; returns until when it wants nothing of anybody.

        `used_up`: it says so of a whole limit. Told as the answers come, not as they are written down, which is many at
        once.
        """
        budget = self._budget(thread_key)
        return self._throttles.turned_away(budget, thread_key, until, self._clock(), used_up=used_up)

    def _budget(self, thread_key: str) -> str:
        """What a thread shares with others: its surface, or the whole account where that has a limit."""
        return " ".join(sorted(pace.shared(self._table, thread_key)))

    def pause(self, conn: Connection, thread_key: str, until: datetime, now: datetime) -> None:
        """Let nobody of a thread's budgets in before `until`, in whichever process."""
        pace.pause(conn, self._table, thread_key, until, now)

    def _come_back(self, waiter: Waiter) -> datetime:
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
            if self._closed:
                self.close()
                return
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
        waiting = [waiter for waiter in self._waiting.values() if not waiter.result.done()]
        if free <= 0 or not waiting or not self._breaker.admit():
            return _LOOK_AGAIN
        for waiter in waiting:
            waiter.chosen = True
        let_in: list[LetIn] = []
        try:
            let_in = await self._database.write(partial(self._take, waiting, free, now))
        except FailedAlone as failed:
            let_in = [LetIn(waiting[0], Rank.CHATTER, error=failed.error)]
        finally:
            for waiter in waiting:
                waiter.chosen = False
            for one in let_in:
                self._admit(one)
            if probing and not any(is_to_be_sent(one.result) for one in let_in):
                self._breaker.let_go()
        if any(one.not_before is None for one in let_in):
            return 0
        times = [waiter.not_before for waiter in waiting if waiter.not_before is not None]
        return max(_SHORTEST_SLEEP, min([(time - now).total_seconds() for time in times], default=_LOOK_AGAIN))

    def _take(self, waiting: list[Waiter], free: int, now: datetime, conn: Connection) -> list[LetIn]:
        """Ask the limits for those who go first, and claim for those who may."""
        if len(waiting) == 1:
            # Nobody to go before: its rank matters only where there is no room for the least.
            [alone] = waiting
            if pace.take(conn, self._table, [Ask(thread_key=alone.thread_key, rank=Rank.CHATTER)], now) == [None]:
                try:
                    return [self._claim(conn, alone, Rank.CHATTER, now)]
                except DBAPIError:
                    raise
                except Exception as error:
                    raise FailedAlone(error) from error
        ranks = self._ranks(conn, self._channel, self._account)
        able = []
        for waiter in waiting:
            rank = ranks.get(waiter.thread_key, Rank.CHATTER)
            if waiter.not_before is None or _has_come(waiter.not_before, now) or rank < waiter.rank:
                able.append((rank, waiter.number, waiter))
        order = heapq.nsmallest(_LOOKED_AT * self._places, able, key=lambda item: item[:2])
        asks = [Ask(thread_key=waiter.thread_key, rank=rank) for rank, _, waiter in order]
        verdicts = pace.take(conn, self._table, asks, now, most=free)
        return [
            LetIn(waiter, rank, not_before=verdict) if verdict else self._claim_among_others(conn, waiter, rank, now)
            for (rank, _, waiter), verdict in zip(order, verdicts, strict=False)
        ]

    def _claim(self, conn: Connection, waiter: Waiter, rank: Rank, now: datetime) -> LetIn:
        """Claim for somebody who was counted; what there is nothing to send for is not counted after all."""
        result = waiter.claim(conn)
        if not is_to_be_sent(result):
            pace.give_back(conn, self._table, waiter.thread_key, now)
        return LetIn(waiter, rank, result=result)

    def _claim_among_others(self, conn: Connection, waiter: Waiter, rank: Rank, now: datetime) -> LetIn:
        """The same, so that one thread's fault undoes only its own and is raised to whoever drains it."""
        try:
            with savepoint(conn, "claim"):
                return self._claim(conn, waiter, rank, now)
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            pace.give_back(conn, self._table, waiter.thread_key, now)
            return LetIn(waiter, rank, error=error)

    def _admit(self, one: LetIn) -> None:
        """Tell somebody what came of their waiting."""
        waiter, waiter.rank, waiter.not_before = one.waiter, one.rank, one.not_before
        if one.not_before is not None:
            return
        waiter.chosen = True
        self._sending += is_to_be_sent(one.result)
        if one.error is not None:
            waiter.result.set_exception(one.error)
        else:
            waiter.result.set_result(one.result)


def _has_come(time: datetime, now: datetime) -> bool:
    """Whether it is time; or so far off that the clock was put back since."""
    return time <= now or time > now + timedelta(hours=24)
