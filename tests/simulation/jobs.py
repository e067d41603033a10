"""Jobs as procrastinate has them, on rows of the simulated store: `gateway.engine.jobs` without PostgreSQL.

    defer (row `todo`, in the caller's transaction) -> a worker takes it (`doing`, its name on it) -> `do` -> row gone
    a worker beats; whoever has not beaten for long is presumed dead: its row and jobs go, their lanes get new ones

The habits are procrastinate's, where they could hurt: a worker that cannot reach the store ends, waits for what is
under way without beating, and begins anew under another number; a job whose end could not be written down stays
`doing`; who was presumed dead deletes its job by its number when it wakes up, whoever does it by then. No number is
given twice (`AUTOINCREMENT`), as by PostgreSQL's sequences: else the job of somebody alive would go with it.
"""

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway.lanes import Lane, LaneKind
from gateway.storage import lanes
from tests.simulation.clock import BEGINNING, Time
from tests.simulation.database import SharedDatabase
from tests.simulation.store import Store, StoreRefused, driver_of, log

if TYPE_CHECKING:
    from tests.simulation.life import Life

BEAT: Final = 1.5  # seconds between heartbeats
DEAD: Final = 6.0  # seconds without one
_POLL: Final = 1.0  # seconds
_AGAIN: Final = 1.0  # seconds until a worker that lost the store begins anew
_GRACE: Final = 10.0  # seconds

_DEFER: Final = (
    "INSERT INTO sim_jobs (lane, queue, status, at) SELECT ?, ?, 'todo', ?"
    " WHERE NOT EXISTS (SELECT 1 FROM sim_jobs WHERE lane = ? AND status = 'todo')"
)
_WAITING: Final = "SELECT id, lane, queue FROM sim_jobs WHERE status = 'todo' AND at <= ? ORDER BY id"
_TODO: Final = "SELECT id, lane FROM sim_jobs WHERE status = 'todo' ORDER BY id"
_STRANDED: Final = (
    "SELECT name, holder <> '' FROM lanes WHERE NOT EXISTS (SELECT 1 FROM sim_jobs"
    " WHERE lane = lanes.name AND (status = 'todo' OR status = 'doing' AND lanes.holder LIKE sim_jobs.id || ':%'))"
    " ORDER BY name"
)
_SILENT: Final = "SELECT id, life, beat FROM sim_workers WHERE beat < ? ORDER BY id"


class Job(NamedTuple):
    """Something to be done."""

    id: int
    lane: str
    queue: str


class RowJobs:
    """See `Jobs`. One life's."""

    def __init__(
        self, store: Store, database: SharedDatabase, life: "Life", time: Time, stream: random.Random, places: int
    ) -> None:
        """`places`: how many jobs of a queue it does side by side."""
        self._store = store
        self._database = database
        self._life = life
        self._time = time
        self._stream = stream
        self._places = places
        self._do: Callable[[Lane, int], Awaitable[None]]
        self._running: dict[asyncio.Task[None], str] = {}
        self._news = asyncio.Event()
        self._working: asyncio.Task[None] | None = None
        self._stopping = False
        self._grace = _GRACE

    def defer(self, conn: Connection, lane: Lane, at: datetime | None) -> None:
        """See `Jobs.defer`."""
        due = self._time.seconds() if at is None else (at - BEGINNING).total_seconds()
        driver_of(conn).execute(_DEFER, (str(lane), _queue_of(lane), due, str(lane)))

    async def start(self, do: Callable[[Lane, int], Awaitable[None]]) -> None:
        """See `Jobs.start`."""
        self._do = do
        self._store.on_commit.append(self._news.set)
        self._working = asyncio.create_task(self._keep_working(), name="worker")

    async def stop(self, grace: float) -> None:
        """See `Jobs.stop`."""
        self._stopping, self._grace = True, grace
        self._news.set()
        if self._working is not None:
            await asyncio.wait([self._working], timeout=grace + 2)

    def rescue(self, conn: Connection) -> int:
        """See `Jobs.rescue`.

        Never the same job once more: a zombie that finishes its own finds nothing then. The lane is nobody's at once: a
        zombie that gives it back finds another's name.
        """
        driver, limit = driver_of(conn), self._time.lived() - DEAD
        for number, life, beat in driver.execute(_SILENT, (limit,)).fetchall():
            driver.execute("DELETE FROM sim_workers WHERE id = ?", (number,))
            log(conn, "jobs.presumes_dead", life=life, silent=round(self._time.lived() - beat, 3))
        driver.execute("DELETE FROM sim_jobs WHERE status = 'doing' AND worker IS NULL")
        stranded = driver.execute(_STRANDED).fetchall()
        for name, held in stranded:
            driver.execute(_DEFER, (name, _queue_of(Lane.named(name)), self._time.seconds(), name))
            if held:
                lanes.take_from_the_dead(conn, name)
            log(conn, "jobs.renewed", lane=name)
        return len(stranded)

    async def _keep_working(self) -> None:
        while not self._stopping:
            with suppress(SQLAlchemyError, sqlite3.Error):  # who was presumed dead cannot take a job under its number
                await self._work()
            await asyncio.sleep(_AGAIN)

    async def _work(self) -> None:
        worker = await self._database.write(self._register)
        beating = asyncio.create_task(self._beat(worker), name="beat")
        try:
            while not self._stopping and not beating.done():
                self._news.clear()
                while (job := await self._fetch(worker)) is not None:
                    task = asyncio.create_task(self._process(job), name=job.lane)
                    self._running[task] = job.queue
                    task.add_done_callback(self._is_through)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), _POLL)
        finally:
            beating.cancel()
            if self._running:
                await asyncio.wait(self._running, timeout=self._grace)
            for task in self._running:
                task.cancel()
            await asyncio.gather(beating, *self._running, return_exceptions=True)
            await self._database.write(lambda conn: self._unregister(conn, worker))

    def _is_through(self, task: "asyncio.Task[None]") -> None:
        del self._running[task]
        self._news.set()

    async def _process(self, job: Job) -> None:
        try:
            await self._do(Lane.named(job.lane), job.id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job has failed and is gone
            self._store.history.add("jobs.fails", lane=job.lane, life=self._life.name, error=type(error).__name__)
        finally:
            with suppress(SQLAlchemyError):
                await self._database.write(lambda conn: self._finish(conn, job))

    def _finish(self, conn: Connection, job: Job) -> None:
        driver_of(conn).execute("DELETE FROM sim_jobs WHERE id = ?", (job.id,))

    async def _fetch(self, worker: int) -> Job | None:
        """Take a job that is due and has a place, if there is one."""
        idle = self._stopping or self._next(None) is None
        return None if idle else await self._database.write(lambda conn: self._take(conn, worker))

    def _take(self, conn: Connection, worker: int) -> Job | None:
        job = self._next(conn)
        if job is not None:
            driver_of(conn).execute(
                "UPDATE sim_jobs SET status = 'doing', worker = ?, life = ? WHERE id = ?",
                (worker, self._life.name, job.id),
            )
        return job

    def _next(self, conn: Connection | None) -> Job | None:
        if conn is None:
            return self._store.read(self._next)
        taken = Counter(self._running.values())
        for row in driver_of(conn).execute(_WAITING, (self._time.seconds(),)):
            job = Job(*row)
            if taken[job.queue] < self._places:
                return job
        return None

    def _register(self, conn: Connection) -> int:
        values = (self._life.name, self._time.lived())
        return int(driver_of(conn).execute("INSERT INTO sim_workers (life, beat) VALUES (?, ?)", values).lastrowid or 0)

    def _unregister(self, conn: Connection, worker: int) -> None:
        driver_of(conn).execute("DELETE FROM sim_workers WHERE id = ?", (worker,))

    async def _beat(self, worker: int) -> None:
        while True:
            await asyncio.sleep(BEAT)
            if self._life.cut_off:
                raise StoreRefused
            self._store.transact([lambda conn: self._beats(conn, worker)])

    def _beats(self, conn: Connection, worker: int) -> None:
        driver_of(conn).execute("UPDATE sim_workers SET beat = ? WHERE id = ?", (self._time.lived(), worker))


def lose_a_job(store: Store, draw: random.Random) -> None:
    """A job that waits vanishes."""
    waiting = store.read(lambda conn: driver_of(conn).execute(_TODO).fetchall())
    if waiting:
        number, lane = draw.choice(waiting)
        store.transact([lambda conn: driver_of(conn).execute("DELETE FROM sim_jobs WHERE id = ?", (number,))])
        store.history.add("jobs.lost", lane=lane)


def _queue_of(lane: Lane) -> str:
    return f"thread-{lane.key.partition(':')[0]}" if lane.kind is LaneKind.THREAD else lane.kind.value
