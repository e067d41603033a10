"""The database: transaction bodies are plain functions of a connection; here they are run, grouped and committed.

    write(work) -> queue -> [writer thread: BEGIN IMMEDIATE, work (savepoint), work (savepoint) ..., COMMIT] -> results

One writer thread commits what has come in meanwhile in one group, with one fsync (`synchronous=FULL`): a result is
given out only after the commit that holds it is on disk. A body that raises undoes only itself.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, Protocol, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.errors import AsideError, Overloaded, SettingsError

T = TypeVar("T")
Work = Callable[[Connection], T]
Job = tuple[Work[Any], Future[Any]]

_GROUP: Final = 256  # transaction bodies in one commit, at the most
_BACKLOG: Final = 20_000  # bodies waiting before we say 503 rather than let memory grow
_READERS: Final = 4  # threads


class Database(Protocol):
    """Runs transaction bodies."""

    async def write(self, work: Work[T]) -> T:
        """Run and commit. Raises what `work` raises (nothing of it is kept then), or `Overloaded`."""

    async def read(self, work: Work[T]) -> T:
        """Run on one consistent snapshot; it cannot write."""

    def close(self) -> None:
        """Finish what has been taken, and let go of all connections."""


class TransactionLost(AsideError):
    """The database has rolled the transaction back by itself."""

    code = "transaction_lost"


class SqliteDatabase:
    """The embedded database of one process."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)
        self._snapshots = create_engine(url, read_only=True)
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._closed = False
        self._listeners: list[Callable[[], None]] = []
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="aside-reader")
        self._writer = threading.Thread(target=self._run, name="aside-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Work[T]) -> T:
        """See `Database.write`."""
        if self._closed or self._jobs.qsize() >= _BACKLOG:
            raise Overloaded
        future: Future[T] = Future()
        self._jobs.put((work, future))
        # Shielded: a caller that goes away must not cancel a body which may be committed already.
        result = await asyncio.shield(asyncio.wrap_future(future))
        for listener in self._listeners:
            listener()
        return result

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called in the event loop after each commit."""
        self._listeners.append(listener)

    async def read(self, work: Work[T]) -> T:
        """See `Database.read`."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

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
        try:
            with self._engine.begin() as connection:
                outcomes = [_in_savepoint(connection, work) for work, _ in group]
        except Exception as error:  # noqa: BLE001 - the commit failed: nobody of the group may believe otherwise
            outcomes = [(None, error)] * len(group)
        for (_, future), (result, failure) in zip(group, outcomes, strict=True):
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)


def _in_savepoint(connection: Connection, work: Work[Any]) -> tuple[Any, Exception | None]:
    """Run one body: its result, or what it raised. Raises `TransactionLost`, which is everybody's."""
    result, failure = None, None
    try:
        with connection.begin_nested():
            result = work(connection)
    except Exception as error:  # noqa: BLE001 - handed to the caller, whatever it is
        # A StopIteration cannot travel through a future: whoever waits would wait for ever.
        failure = RuntimeError("StopIteration") if isinstance(error, StopIteration) else error
    # A full disk, for one, makes SQLite roll back everything by itself; a COMMIT of nothing would then succeed.
    if not cast(sqlite3.Connection, connection.connection.driver_connection).in_transaction:
        raise TransactionLost
    return result, failure


def create_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine with the pragmas that make an acknowledged row durable. Raises `SettingsError` for other dialects."""
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise SettingsError("DATABASE_URL is no URL. Use sqlite:///PATH.") from error
    if parsed.get_backend_name() != "sqlite":
        raise SettingsError(
            f"DATABASE_URL names {parsed.get_backend_name()}, which this version does not serve. Use sqlite:///PATH."
        )

    def on_connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see on_begin
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
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
    engine = sa.create_engine(parsed, hide_parameters=True, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine
