"""Jobs by procrastinate: PostgreSQL carries them, its NOTIFY wakes workers, their heartbeats tell who lives.

    defer (SQL, in the caller's transaction) -> queue of the lane's kind -> a worker of that queue -> `do`

A queue for each channel's sends: threads of a channel that hangs must not take the places of another's.
"""

import asyncio
import logging
import select
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg
import sqlalchemy as sa
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.engine import Connection

from gateway import log
from gateway.clock import Clock, utc_now
from gateway.lanes import Lane, LaneKind
from gateway.messages import Channel
from gateway.storage import lanes
from gateway.storage.postgres import address

_log = log.get(__name__)

_TASK: Final = "drain"
_BEAT: Final = 1.5  # seconds between heartbeats
_DEAD: Final = 6.0  # seconds without one
_POLL: Final = 1.0  # seconds: how late a job with a time may be
_FURTHEST: Final = 30.0  # seconds: a lane is looked at again by then, whatever its drain said; clocks jump
_AGAIN: Final = 1.0  # seconds until a worker that lost its database is started again

_DEFER: Final = sa.text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, 'drain', 0, NULL, :name, CAST(:args AS jsonb),"
    " now() + make_interval(secs => CAST(:delay AS double precision)))]::procrastinate_job_to_defer_v1[])"
    " WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = :name AND status = 'todo')"
)
_ONE_AT_A_TIME: Final = sa.text(
    "SELECT pg_advisory_xact_lock(4707185)"
)  # of those who rescue; the number means nothing
_BURY: Final = sa.text("DELETE FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => :dead)")
# Never put back to be done again: who is presumed dead may come back and finish, or be doing, a job by that number.
_CLEAR: Final = sa.text(
    "DELETE FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL AND task_name = 'drain'"
)
_HASTEN: Final = sa.text(
    "UPDATE procrastinate_jobs SET scheduled_at = NULL"
    " WHERE queueing_lock = :name AND status = 'todo' AND scheduled_at IS NOT NULL"
)
_BEAT_FOR: Final = (
    "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id IN"
    " (SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing' AND queueing_lock = ANY(%(names)s))"
)
# A job that is being done speaks for a lane that it has taken itself: one that found it taken by somebody who has died
# since, and whose end could not be written down, is `doing` for ever. Versions before gave holders no number.
_STRANDED: Final = sa.text(
    "SELECT name, holder <> '' AS held FROM lanes WHERE NOT EXISTS (SELECT FROM procrastinate_jobs AS job"
    " WHERE queueing_lock = lanes.name AND (status = 'todo' OR status = 'doing' AND CASE WHEN holder LIKE '%\\:%'"
    " THEN holder LIKE job.id || '\\:%' ELSE length(holder) > 1 END)) LIMIT 1000"
)


class ProcrastinateJobs:
    """See `Jobs`."""

    def __init__(
        self, url: str, channels: Collection[Channel], *, cases: int, threads: int, clock: Clock = utc_now
    ) -> None:
        """`clock`: by which due times are told; the database has its own.

        `cases`: turns that one process takes side by side; `threads`: the same for sends, for each channel.
        """
        self._clock = clock
        self._places = {_queue_of(LaneKind.ARRIVALS): len(Channel), _queue_of(LaneKind.CASE): cases}
        self._places |= {_queue_of(LaneKind.THREAD, channel.value): threads for channel in channels}
        conninfo = address(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connector = PsycopgConnector(
            conninfo=conninfo,
            min_size=1,
            max_size=6,
            timeout=10,
            kwargs={"application_name": "aside", "keepalives_idle": 5, "tcp_user_timeout": 10_000},
            pool_factory=_pool,
        )
        self._app = App(connector=self._connector)
        self._workers: list[asyncio.Task[None]] = []
        self._doing: list[str] = []
        self._stopping = False
        self._grace = 10.0

    def defer(self, conn: Connection, lane: Lane, at: datetime | None) -> None:
        """See `Jobs.defer`."""
        channel = lane.key.partition(":")[0]
        arguments = msgspec.json.encode({"lane": str(lane)}).decode()
        delay = None if at is None else min(max((at - self._clock()).total_seconds(), 0.0), _FURTHEST)
        name, queue = str(lane), _queue_of(lane.kind, channel)
        deferred = conn.execute(_DEFER, {"queue": queue, "name": name, "args": arguments, "delay": delay})
        if at is None and deferred.first() is None:
            conn.execute(_HASTEN, {"name": name})

    async def start(self, do: Callable[[Lane, int], Awaitable[None]]) -> None:
        """See `Jobs.start`."""
        for name in ("procrastinate", "psycopg.pool"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what they say of our jobs we say ourselves

        @self._app.task(name=_TASK, pass_context=True)
        async def drain(context: JobContext, lane: str) -> None:
            number = context.job.id
            assert number is not None  # noqa: S101 - whatever is done was stored
            self._doing.append(lane)
            try:
                await do(Lane.named(lane), number)
            finally:
                self._doing.remove(lane)

        await self._app.open_async()
        self._workers = [
            asyncio.create_task(self._keep_working(queue, places), name=f"worker-{queue}")
            for queue, places in self._places.items()
        ]

    async def stop(self, grace: float) -> None:
        """See `Jobs.stop`."""
        self._stopping = True
        self._grace = grace
        for worker in self._workers:
            worker.cancel()
        if self._workers:
            beating = asyncio.create_task(self._beat_to_the_end(), name="last-beats")
            await asyncio.wait(self._workers, timeout=grace + 2)
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        with suppress(TimeoutError, psycopg.Error, ConnectorException):
            await asyncio.wait_for(self._app.close_async(), 2)

    def rescue(self, conn: Connection) -> int:
        """See `Jobs.rescue`."""
        conn.execute(_ONE_AT_A_TIME)
        conn.execute(_BURY, {"dead": _DEAD})
        conn.execute(_CLEAR)
        stranded = conn.execute(_STRANDED).all()
        for name, held in stranded:
            if held:
                lanes.take_from_the_dead(conn, name)
            self.defer(conn, Lane.named(name), None)
        return len(stranded)

    async def _beat_to_the_end(self) -> None:
        """A worker that is asked to stop beats no more; whoever still sends for it must not be presumed dead."""
        while True:
            with suppress(psycopg.Error, ConnectorException):
                await self._connector.execute_query_async(_BEAT_FOR, names=list(self._doing))
            await asyncio.sleep(_BEAT)

    async def _keep_working(self, queue: str, places: int) -> None:
        """Run a worker, and again after the database was away."""
        while not self._stopping:
            try:
                await self._app.run_worker_async(
                    queues=[queue],
                    name=queue,
                    concurrency=places,
                    fetch_job_polling_interval=_POLL,
                    abort_job_polling_interval=60.0,
                    shutdown_graceful_timeout=self._grace,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    update_heartbeat_interval=_BEAT,
                    stalled_worker_timeout=_DEAD,
                )
            except Exception as error:  # noqa: BLE001 - the edge of a worker: whatever it is, work must go on
                _log.error("worker_stopped", queue=queue, error=type(error).__name__)
            await asyncio.sleep(_AGAIN)


def _pool(**arguments: Any) -> AsyncConnectionPool[psycopg.AsyncConnection]:
    """Procrastinate's connections, without what it asks of the server beside its queries: five round trips a job."""
    return AsyncConnectionPool(**(arguments | {"check": _check_open, "configure": _commit_at_once}))


async def _commit_at_once(connection: psycopg.AsyncConnection) -> None:
    """Without BEGIN and COMMIT: each of procrastinate's queries is one statement."""
    await connection.set_autocommit(True)


async def _check_open(connection: psycopg.AsyncConnection) -> None:
    """Refuse a connection that the server has closed: its end waits to be read."""
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    if looking.poll(0):
        await connection.close()  # so that the pool does not keep it
        raise psycopg.OperationalError("the server has closed the connection")


def _queue_of(kind: LaneKind, channel: str = "") -> str:
    return f"{kind.value}-{channel}" if kind is LaneKind.THREAD else kind.value
