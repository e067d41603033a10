"""SQLite, the embedded database of one process.

    write(work) -> queue -> [writer thread: BEGIN IMMEDIATE, work (savepoint), work (savepoint) ..., COMMIT] -> results

One writer thread commits what has come in meanwhile in one group, with one fsync (`synchronous=FULL`): a result is
given out only after the commit that holds it is on disk. A body that raises undoes only itself. An urgent body is run
next, and its group is committed at once.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
import stamina
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.errors import Overloaded
from gateway.lanes import Lane
from gateway.storage.columns import from_json, to_json
from gateway.storage.database import BACKLOG, TransactionLost, Work
from gateway.storage.lanes import CARRY

T = TypeVar("T")
Job = tuple[Work[Any], "asyncio.Future[Any]"]
Outcome = tuple[Any, Exception | None]

_GROUP: Final = 256  # transaction bodies in one commit, at the most
_BRISK: Final = 100.0  # commits a second
_MOMENT: Final = 0.002  # seconds
_READERS: Final = 4  # threads
_CALLED: Final = "aside_called"  # where a connection keeps the lanes that its transaction has called


class SqliteDatabase:
    """See `Database`."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, by_driver=True)
        self._writing = self._engine.execution_options(**{CARRY: carry})
        self._snapshots = create_engine(url, read_only=True, by_driver=True)
        self._of_thread = threading.local()
        self._connections: list[Connection] = []
        self._mail: queue.SimpleQueue[tuple[Job | None, bool]] = queue.SimpleQueue()
        self._urgent: deque[Job] = deque()
        self._ordinary: deque[Job] = deque()
        self._more = True  # may come; False once it is closed
        self._commits = 0.0  # of the last second, about
        self._committed_at = 0.0
        self._closed = False
        self._on_commit: list[Callable[[], None]] = []
        self._on_call: Callable[[Lane], None] | None = None
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="aside-reader")
        self._writer = threading.Thread(target=self._run, name="aside-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """See `Database.write`."""
        if self._closed or self._mail.qsize() + len(self._ordinary) + len(self._urgent) >= BACKLOG:
            raise Overloaded
        # A caller that goes away cancels this only, never the body, which may be committed already.
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._mail.put(((work, future), urgent))
        return await future

    async def read(self, work: Work[T], *, brief: bool = False) -> T:
        """See `Database.read`."""
        if brief:
            return self._read(work)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def on_commit(self, listener: Callable[[], None]) -> None:
        """See `Database.on_commit`."""
        self._on_commit.append(listener)

    def on_call(self, listener: Callable[[Lane], None]) -> None:
        """Have `listener` told in the event loop of each lane that a committed transaction has called."""
        self._on_call = listener

    def close(self) -> None:
        """See `Database.close`."""
        if self._closed:
            return
        self._closed = True
        self._mail.put((None, False))
        self._writer.join()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()
        self._snapshots.dispose()
        self._engine.dispose()

    def _read(self, work: Work[T]) -> T:
        try:
            with transaction(self._connection(self._snapshots), "BEGIN") as connection:
                return work(connection)
        except sqlite3.Error as error:  # what the driver itself was asked
            raise TransactionLost(f"SQLite: {type(error).__name__}") from error

    def _connection(self, engine: Engine) -> Connection:
        """This thread's own connection: taking one from a pool costs more than most of what is done with it."""
        connection: Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None or connection.closed or connection.invalidated:
            connection = self._of_thread.connection = engine.connect()
            self._connections.append(connection)
        return connection

    def _run(self) -> None:
        while self._more or self._urgent or self._ordinary:
            self._sort(wait=self._more and not self._urgent and not self._ordinary)
            self._gather()
            if self._urgent or self._ordinary:
                self._commit()

    def _sort(self, *, wait: bool) -> None:
        """Look through what has come meanwhile; `wait` until something does."""
        while wait or not self._mail.empty():
            wait = False
            self._take_in(*self._mail.get())

    def _take_in(self, job: Job | None, urgent: bool) -> None:
        if job is None:
            self._more = False  # whoever comes later is refused
        else:
            (self._urgent if urgent else self._ordinary).append(job)

    def _gather(self) -> None:
        """Where commits follow each other closely, wait a moment: what comes in it shares the next one's fsync."""
        now = time.monotonic()
        self._commits = self._commits * max(0.0, 1.0 - (now - self._committed_at)) + 1.0
        self._committed_at = now
        if self._commits < _BRISK:
            return
        until = now + _MOMENT
        while self._more and not self._urgent and (left := until - time.monotonic()) > 0:
            try:
                self._take_in(*self._mail.get(timeout=left))
            except queue.Empty:
                return

    def _commit(self) -> None:
        """Run what waits in one transaction; results go out after the commit, errors to whom they belong."""
        group: list[Job] = []
        outcomes: list[Outcome] = []
        called: dict[Lane, None] = {}
        try:
            with transaction(self._connection(self._writing)) as connection:
                for job in self._next_ones():
                    group.append(job)
                    outcomes.append(in_savepoint(connection, job[0], called))
        except Exception as error:  # noqa: BLE001 - the commit failed: nobody of the group may believe otherwise
            group = group or list(self._next_ones())
            lost = _lost(error) if isinstance(error, sqlite3.Error) else error
            outcomes = [(None, lost)] * len(group)
            called.clear()
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            group[0][1].get_loop().call_soon_threadsafe(self._tell, group, outcomes, called)

    def _next_ones(self) -> Iterator[Job]:
        """What goes into one transaction: what waits now; or less, where something urgent comes in between."""
        waiting = min(len(self._ordinary), _GROUP)
        while True:
            self._sort(wait=False)
            if self._urgent:
                waiting = 0
                yield self._urgent.popleft()
            elif waiting:
                waiting -= 1
                yield self._ordinary.popleft()
            else:
                return

    def _tell(self, group: list[Job], outcomes: list[Outcome], called: dict[Lane, None]) -> None:
        for (_, future), (result, failure) in zip(group, outcomes, strict=True):
            if future.done():
                continue  # its caller has gone away
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
        for listener in self._on_commit:
            listener()
        if self._on_call is not None:
            for lane in called:
                self._on_call(lane)


def carry(conn: Connection, lane: Lane) -> None:
    """A lane is called in memory, once the transaction is committed."""
    conn.info.setdefault(_CALLED, {})[lane] = None


@contextmanager
def transaction(connection: Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[Connection]:
    """A transaction whose BEGIN and COMMIT go to the driver itself: SQLAlchemy's cost as much as all that is between.

    `connection` must be one that leaves transactions to the driver (`AUTOCOMMIT`).
    """
    driver = _driver(connection)
    driver.execute(begin)
    try:
        yield connection
        driver.execute("COMMIT")
    except BaseException:
        if driver.in_transaction:
            driver.execute("ROLLBACK")
        raise
    finally:
        if connection.in_transaction():
            connection.rollback()  # SQLAlchemy's own notion of one, which has nothing behind it


def in_savepoint(conn: Connection, work: Work[Any], called: dict[Lane, None]) -> Outcome:
    """Run one body: its result, or what it raised; `called` gains the lanes it has called, if it is kept.

    Raises `TransactionLost`, which is everybody's.
    """
    driver = _driver(conn)
    result, failure = None, None
    conn.info.pop(_CALLED, None)
    driver.execute("SAVEPOINT body")
    try:
        result = work(conn)
    except Exception as error:  # noqa: BLE001 - handed to the caller, whatever it is
        # A StopIteration cannot travel through a future: whoever waits would wait for ever.
        failure = RuntimeError("StopIteration") if isinstance(error, StopIteration) else error
    # A full disk, for one, makes SQLite roll back everything by itself; a COMMIT of nothing would then succeed.
    if not driver.in_transaction:
        raise TransactionLost from failure
    if failure is None:
        called.update(conn.info.pop(_CALLED, {}))
    else:
        driver.execute("ROLLBACK TO body")
    driver.execute("RELEASE body")
    return result, failure


def _lost(error: sqlite3.Error) -> TransactionLost:
    lost = TransactionLost(f"SQLite: {type(error).__name__}")
    lost.__cause__ = error
    return lost


def _driver(conn: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, conn.connection.driver_connection)


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """SQLite does not wait for another process that does the same to a fresh file, whatever its time-out says."""
    for attempt in stamina.retry_context(on=sqlite3.OperationalError, attempts=None, timeout=5, wait_initial=0.01):
        with attempt:
            cursor.execute("PRAGMA journal_mode = WAL")


def create_engine(url: str, *, read_only: bool = False, by_driver: bool = False) -> Engine:
    """An engine with the pragmas that make an acknowledged row durable.

    `by_driver`: whoever uses it says BEGIN and COMMIT to the driver, see `transaction`.
    """

    def on_connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see on_begin
        cursor = connection.cursor()
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA busy_timeout = 30000")
        cursor.execute("PRAGMA temp_store = MEMORY")  # a savepoint keeps what it may undo; each a file otherwise
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        # IMMEDIATE: a writer must not begin as a reader and then fail to become one.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    # hide_parameters: an error must not carry what customers said into the log
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        json_serializer=to_json,
        json_deserializer=from_json,
        connect_args={"timeout": 30, "check_same_thread": False},
        **({"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None} if by_driver else {}),
    )
    event.listen(engine, "connect", on_connect)
    if not by_driver:
        event.listen(engine, "begin", on_begin)
    return engine
