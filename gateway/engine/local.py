"""The carrier of one process: a called lane becomes an asyncio task, at most one for each lane at a time.

commit --its calls--> task: drain --back at--> a timer of the event loop --> call
start, and every few seconds: the sweep calls what waits, so that a lost call costs seconds and nothing else
"""

import asyncio
from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

from sqlalchemy.engine import Connection

from gateway import log
from gateway.bell import Bell, keep_doing
from gateway.clock import Clock
from gateway.engine import sweep
from gateway.lanes import Drain, Hold, Lane, LaneKind, new_holder
from gateway.messages import Channel
from gateway.storage.database import Database

_log = log.get(__name__)
_SWEEP_EVERY: Final = 2.0  # seconds
_AFTER_A_FAULT: Final = 1.0  # seconds
_FURTHEST: Final = {LaneKind.ARRIVALS: 1.0, LaneKind.CASE: 5.0, LaneKind.THREAD: 30.0}
"""Seconds after which a lane is looked at again, whatever its drain said: clocks jump in between."""


class LocalCarrier:
    """See `Carrier`."""

    def __init__(self, database: Database, channels: Collection[Channel], clock: Clock) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._drains: Mapping[LaneKind, Drain] = {}
        self._called: set[Lane] = set()
        self._running: dict[Lane, asyncio.Task[None]] = {}
        self._coming_back: dict[Lane, asyncio.TimerHandle] = {}
        self._orphaned: set[Lane] = set()
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self, drains: Mapping[LaneKind, Drain]) -> None:
        """See `Carrier.start`."""
        self._drains = drains
        # Whatever waits before our first step may be what the last run died over.
        self._orphaned.update(await self._database.read(self._uncalled))
        self._sweeping = asyncio.create_task(keep_doing("sweep", self._sweep, Bell(), _SWEEP_EVERY), name="sweep")

    async def stop(self, grace: float) -> None:
        """See `Carrier.stop`."""
        self._drains = {}
        if self._sweeping is not None:
            self._sweeping.cancel()
        for timer in self._coming_back.values():
            timer.cancel()
        sending = [task for lane, task in self._running.items() if lane.kind is LaneKind.THREAD]
        for task in self._running.values():
            # What is not committed is decided again; what is being sent must come to its end, or becomes unclear.
            if task not in sending:
                task.cancel()
        tasks = [*self._running.values(), *filter(None, [self._sweeping])]
        if sending:
            await asyncio.wait(sending, timeout=grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def call(self, lane: Lane) -> None:
        """See `Carrier.call`."""
        self.kick(lane)

    def kick(self, lane: Lane) -> None:
        """Have a lane drained: now, or once more after the drain that is under way. Call it on the event loop."""
        if lane.kind not in self._drains:
            return
        self._called.add(lane)
        if (timer := self._coming_back.pop(lane, None)) is not None:
            timer.cancel()
        if lane not in self._running:
            self._running[lane] = asyncio.create_task(self._see_to(lane), name=str(lane))

    async def _see_to(self, lane: Lane) -> None:
        pause = None
        try:
            while lane in self._called and (drain := self._drains.get(lane.kind)):
                self._called.discard(lane)
                orphaned = lane in self._orphaned
                self._orphaned.discard(lane)
                back = await drain(Hold(lane=lane, holder=new_holder(), orphaned=orphaned))
                pause = None if back is None else (back - self._clock()).total_seconds()
        except Exception as error:  # noqa: BLE001 - the edge of a lane's task: the other lanes go on
            _log.error("drain_failed", lane=lane.kind.value, error=type(error).__name__, exc_info=True)
            pause = _AFTER_A_FAULT
        finally:
            del self._running[lane]
        if pause is not None and lane.kind in self._drains:
            delay = min(max(pause, 0.01), _FURTHEST[lane.kind])
            self._coming_back[lane] = asyncio.get_running_loop().call_later(delay, partial(self.kick, lane))

    async def _sweep(self) -> bool:
        for lane in await self._database.read(self._uncalled):
            if lane not in self._coming_back:
                self.kick(lane)
        return False

    def _uncalled(self, conn: Connection) -> list[Lane]:
        return sweep.uncalled(conn, self._channels, self._clock())
