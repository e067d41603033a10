"""SQLite, the embedded database of one process.

    write(work) -> queue -> [writer thread: BEGIN IMMEDIATE, work (savepoint), work (savepoint) ..., COMMIT] -> results

One writer thread commits what has come in meanwhile in one group, with one fsync (`synchronous=FULL`): a result is
given out only after the commit that holds it is on disk. A body that raises undoes only itself.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
import stamina
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.errors import Overloaded
from gateway.lanes import Lane
from gateway.storage.database import BACKLOG, TransactionLost, Work
from gateway.storage.lanes import CARRY

T = TypeVar("T")
Job = tuple[Work[Any], Future[Any]]

_GROUP: Final = 256  # transaction bodies in one commit, at the most
_READERS: Final = 4  # threads
_CALLED: Final = "aside_called"  # where a connection keeps the lanes that its transaction has called


class SqliteDatabase:
    """See `Database`."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, by_driver=True)
        self._writing = self._engine.execution_options(**{CARRY: carry})
        self._snapshots = create_engine(url, read_only=True)
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_commit: list[Callable[[], None]] = []
        self._on_call: Callable[[Lane], None] | None = None
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="aside-reader")
        self._writer = threading.Thread(target=self._run, name="aside-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Work[T]) -> T:
        """See `Database.write`."""
        if self._closed or self._jobs.qsize() >= BACKLOG:
            raise Overloaded
        self._loop = asyncio.get_running_loop()
        future: Future[T] = Future()
        self._jobs.put((work, future))
        # Shielded: a caller that goes away must not cancel a body which may be committed already.
        return await asyncio.shield(asyncio.wrap_future(future))

    async def read(self, work: Work[T]) -> T:
        """See `Database.read`."""
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
        self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()
        self._snapshots.dispose()
        self._engine.dispose()

    def _read(self, work: Work[T]) -> T:
        with self._snapshots.begin() as connection:
            return work(connection)

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            group = [first]
            stop = False
            while len(group) < _GROUP:
                try:
                    more = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stop = True
                    break
                group.append(more)
            self._commit(group)
            if stop:
                return

    def _commit(self, group: list[Job]) -> None:
        """Run a group in one transaction; results go out after the commit, errors to whom they belong."""
        called: dict[Lane, None] = {}
        try:
            with transaction(self._writing) as connection:
                outcomes = [in_savepoint(connection, work, called) for work, _ in group]
        except Exception as error:  # noqa: BLE001 - the commit failed: nobody of the group may believe otherwise
            outcomes = [(None, error)] * len(group)
            called.clear()
        for (_, future), (result, failure) in zip(group, outcomes, strict=True):
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._tell, called)

    def _tell(self, called: dict[Lane, None]) -> None:
        for listener in self._on_commit:
            listener()
        if self._on_call is not None:
            for lane in called:
                self._on_call(lane)


def carry(conn: Connection, lane: Lane) -> None:
    """A lane is called in memory, once the transaction is committed."""
    conn.info.setdefault(_CALLED, {})[lane] = None


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction whose BEGIN and COMMIT go to the driver itself: SQLAlchemy's cost as much as all that is between.

    `engine` must be one that leaves transactions to the driver (`AUTOCOMMIT`).
    """
    with engine.connect() as connection:
        driver = _driver(connection)
        driver.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            driver.execute("COMMIT")
        except BaseException:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise


def in_savepoint(conn: Connection, work: Work[Any], called: dict[Lane, None]) -> tuple[Any, Exception | None]:
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
        raise TransactionLost
    if failure is None:
        called.update(conn.info.pop(_CALLED, {}))
    else:
        driver.execute("ROLLBACK TO body")
    driver.execute("RELEASE body")
    return result, failure


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
        connect_args={"timeout": 30, "check_same_thread": False},
        **({"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None} if by_driver else {}),
    )
    event.listen(engine, "connect", on_connect)
    if not by_driver:
        event.listen(engine, "begin", on_begin)
    return engine
