"""The carrier of many processes: a called lane is a row, and one outstanding job tells some worker to drain it.

    call: lane row, and a job where the lane was at rest (both in the transaction that leaves the work behind)
    job -> take (our name on the row) -> drain -> leave, unless called again meanwhile -> drain ...
                                          drain says when to come back -> let go, with a job for then
    a worker dies -> its jobs are handed to others (`Jobs.rescue`); the row still bears its name: the lane is orphaned
    a worker presumed dead comes back -> the row bears another name: `LaneLost`, and nothing of it takes effect

What is lost beside the tables (a job, a call) is made good by the sweep.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway import log
from gateway.bell import Bell, keep_doing
from gateway.clock import Clock
from gateway.engine import sweep
from gateway.errors import LaneLost, Overloaded
from gateway.lanes import Drain, Hold, Lane, LaneKind, new_holder
from gateway.messages import Channel
from gateway.storage import lanes
from gateway.storage.database import Database, TransactionLost

T = TypeVar("T")

_log = log.get(__name__)
_SWEEP_EVERY: Final = 3.0  # seconds
_RESCUE_EVERY: Final = 2.0  # seconds
_GATHER: Final = 0.02  # seconds in which several calls of one lane become one
_IN_ONE: Final = 100  # lanes called in one transaction of the sweep
_STORE_AGAIN: Final = 0.1  # seconds until what the store refused is tried again, the first time
_STORE_LATEST: Final = 3.0  # seconds between two tries
_AFTER_A_FAULT: Final = timedelta(seconds=1)


class Jobs(Protocol):
    """Carries jobs from the process that defers them to one that does them: each once, by a worker that lives."""

    def defer(self, conn: Connection, lane: Lane, at: datetime | None) -> None:
        """Have a lane's job done soon or at `at`, if the transaction is committed.

        One that waits already is enough; it is brought forward where it was to be done later.
        """

    async def start(self, do: Callable[[Lane, int], Awaitable[None]]) -> None:
        """Begin to do jobs, each told with its number."""

    async def stop(self, grace: float) -> None:
        """Begin no more; wait for those under way at the most `grace` seconds."""

    def rescue(self, conn: Connection) -> int:
        """Give every called lane a new job whose job is lost, or in the hands of a worker that is presumed dead.

        By the name of a lane's holder it is known which job took it. Returns how many.
        """


class DistributedCarrier:
    """See `Carrier`."""

    def __init__(self, database: Database, jobs: Jobs, channels: Collection[Channel], clock: Clock) -> None:
        self._database = database
        self._jobs = jobs
        self._channels = channels
        self._clock = clock
        self._drains: Mapping[LaneKind, Drain] = {}
        self._calling: dict[Lane, asyncio.Task[None]] = {}
        self._under_way: dict[asyncio.Task[None], Lane] = {}
        self._left_alone: set[asyncio.Future[None]] = set()
        self._loops: list[asyncio.Task[None]] = []

    async def start(self, drains: Mapping[LaneKind, Drain]) -> None:
        """See `Carrier.start`. Without drains it only calls lanes."""
        self._drains = drains
        if not drains:
            return
        await self._jobs.start(self._do)
        # Not all workers at once.
        pace = random.uniform(1.0, 1.3)
        self._loops = [
            asyncio.create_task(keep_doing("sweep", self._sweep, Bell(), _SWEEP_EVERY * pace), name="sweep"),
            asyncio.create_task(keep_doing("rescue", self._rescue, Bell(), _RESCUE_EVERY * pace), name="rescue"),
        ]

    async def stop(self, grace: float) -> None:
        """See `Carrier.stop`."""
        for loop in self._loops:
            loop.cancel()
        works, self._drains = bool(self._drains), {}
        for task, lane in self._under_way.items():
            # What is not committed is decided again, by another worker; what is being sent must come to its end.
            if lane.kind is not LaneKind.THREAD:
                task.cancel()
        if works:
            await self._jobs.stop(grace)
        if self._left_alone:
            await asyncio.wait(self._left_alone, timeout=grace)
        await asyncio.gather(*self._calling.values(), *self._loops, return_exceptions=True)

    async def call(self, lane: Lane) -> None:
        """See `Carrier.call`."""
        if lane not in self._calling:
            self._calling[lane] = asyncio.create_task(self._call_soon(lane))

    async def _call_soon(self, lane: Lane) -> None:
        await asyncio.sleep(_GATHER)
        del self._calling[lane]  # before the transaction: whoever comes now may not be seen by it
        try:
            await self._database.write(lambda conn: lanes.call(conn, lane))
        except Exception as error:  # noqa: BLE001 - the sweep makes it good
            _log.warning("call_failed", lane=lane.kind.value, error=type(error).__name__)

    async def _do(self, lane: Lane, job: int) -> None:
        """One job: see to a lane until it is at rest, or has to be come back to."""
        task = asyncio.current_task()
        drain = self._drains.get(lane.kind)
        if drain is None or task is None:
            await self._give_back(lane, "", None)
            return
        self._under_way[task] = lane
        holder = new_holder(job)
        left_alone = asyncio.Event()
        seeing = asyncio.ensure_future(self._see_to(lane, holder, drain, left_alone))
        try:
            # A worker that loses the database for a moment cancels its jobs: a send in the middle must not be cut.
            await (asyncio.shield(seeing) if lane.kind is LaneKind.THREAD else seeing)
        except LaneLost:
            _log.warning("lane_lost", lane=lane.kind.value)
        except asyncio.CancelledError:
            if self._drains:
                left_alone.set()
                self._watch(seeing)
                raise
            giving_back = asyncio.ensure_future(self._give_back(lane, holder, None))
            self._watch(giving_back)  # whoever runs this job may cancel it once more, and look at nothing
            with suppress(LaneLost):
                await asyncio.shield(giving_back)
        except Exception as error:  # noqa: BLE001 - the edge of a lane's drain: the other lanes go on
            _log.error("drain_failed", lane=lane.kind.value, error=type(error).__name__, exc_info=True)
            await self._give_back(lane, holder, self._clock() + _AFTER_A_FAULT)
        finally:
            del self._under_way[task]

    def _watch(self, seeing: "asyncio.Future[None]") -> None:
        """Let what its job left alone come to its end; if the lane is another's by then, nothing more of it counts."""
        self._left_alone.add(seeing)

        def over(ended: "asyncio.Future[None]") -> None:
            self._left_alone.discard(ended)
            if not ended.cancelled() and (error := ended.exception()) is not None:
                _log.warning("lane_lost" if isinstance(error, LaneLost) else "drain_failed", error=type(error).__name__)

        seeing.add_done_callback(over)

    async def _see_to(self, lane: Lane, holder: str, drain: Drain, left_alone: asyncio.Event) -> None:
        taken = await self._surely(lambda conn: lanes.take(conn, lane, holder))
        if taken is None:
            return
        calls: int | None = taken.calls
        orphaned = taken.before != ""
        while calls is not None:
            hold = Hold(
                lane=lane,
                holder=holder,
                shared=True,
                goes_on=lambda: not left_alone.is_set(),
                orphaned=orphaned,
            )
            back = await drain(hold)
            if back is not None or not self._drains:
                await self._give_back(lane, holder, back)
                return
            if await self._surely(partial(lanes.leave, lane=lane, holder=holder, calls=calls)):
                return
            # Called meanwhile; or it is another's, and we were presumed dead.
            calls = await self._surely(lambda conn: lanes.still_mine(conn, lane, holder))
            orphaned = False

    async def _give_back(self, lane: Lane, holder: str, at: datetime | None) -> None:
        """Let go of a lane that is to be come back to, by whomever. It keeps its row, and gets a job."""
        await self._surely(partial(self._hand_on, lane, holder, at))

    async def _surely(self, work: Callable[[Connection], T]) -> T:
        """Commit, as soon as the store takes it: a job that ended without it would leave its lane to nobody."""
        pause = _STORE_AGAIN
        while True:
            try:
                return await self._database.write(work)
            except (SQLAlchemyError, Overloaded, TransactionLost) as error:
                _log.warning("lane_not_kept", error=type(error).__name__)
                if not self._drains:
                    raise
            await asyncio.sleep(pause * random.uniform(0.7, 1.0))
            pause = min(pause * 2, _STORE_LATEST)

    def _hand_on(self, lane: Lane, holder: str, at: datetime | None, conn: Connection) -> None:
        if lanes.let_go(conn, lane, holder):
            self._jobs.defer(conn, lane, at)

    async def _sweep(self) -> bool:
        found = await self._database.read(lambda conn: sweep.uncalled(conn, self._channels, self._clock()))
        for start in range(0, len(found), _IN_ONE):
            # In one order, so that two sweeps do not wait for each other in a circle.
            some = sorted(found[start : start + _IN_ONE])
            await self._database.write(partial(_call_all, some))
        return False

    async def _rescue(self) -> bool:
        if rescued := await self._database.write(self._jobs.rescue):
            _log.warning("rescued", count=rescued)
        return False


def carried_by(jobs: Jobs, clock: Clock) -> Callable[[Connection, Lane], None]:
    """How a transaction calls a lane: a row, and a job where the lane was at rest."""

    def carry(conn: Connection, lane: Lane) -> None:
        if lanes.note(conn, lane, clock()):
            jobs.defer(conn, lane, None)

    return carry


def _call_all(some: list[Lane], conn: Connection) -> None:
    for lane in some:
        lanes.call(conn, lane)
