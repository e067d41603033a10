"""PostgreSQL, the database of many processes.

    write(work) -> a thread: BEGIN, work, COMMIT (fsync is the server's) -> result
                     ^--again, where another transaction was first: deadlock, serialization, a unique key

READ COMMITTED with row locks: whoever acts on a case locks its row first (`gateway.storage.cases`). Reads are one
snapshot each. Connections that a restart of the server broke are replaced as they are found.
"""

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError

from gateway.errors import Overloaded
from gateway.lanes import Carry
from gateway.storage.columns import from_json, to_json
from gateway.storage.database import BACKLOG, Work
from gateway.storage.lanes import CARRY

T = TypeVar("T")

_CONNECTIONS: Final = 10  # of one process for writing; as many transactions run side by side
_READERS: Final = 4
_TRIES: Final = 8
_FIRST: Final = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.UniqueViolation)
"""What says that another transaction was first; looked at again, the body finds what that one did."""
_PATIENCE: Final = "10s"  # of one statement, and of waiting for a lock


class PostgresDatabase:
    """See `Database`."""

    def __init__(self, url: str, carry: Carry) -> None:
        """`carry` notes the calls of lanes in the transaction that makes them."""
        self._engine = create_engine(url, connections=_CONNECTIONS).execution_options(**{CARRY: carry})
        self._snapshots = create_engine(url, connections=_READERS).execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._writers = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="aside-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="aside-reader")
        self._waiting = 0
        self._closed = False
        self._on_commit: list[Callable[[], None]] = []

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """See `Database.write`. Nobody waits for long here, so that nobody needs to go first."""
        if self._closed or self._waiting >= BACKLOG:
            raise Overloaded
        self._waiting += 1
        running = asyncio.get_running_loop().run_in_executor(self._writers, self._write, work)
        running.add_done_callback(self._done)
        # Shielded: a caller that goes away must not leave it open whether a body is committed.
        result = await asyncio.shield(running)
        for listener in self._on_commit:
            listener()
        return result

    async def read(self, work: Work[T], *, brief: bool = False) -> T:
        """See `Database.read`."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def on_commit(self, listener: Callable[[], None]) -> None:
        """See `Database.on_commit`."""
        self._on_commit.append(listener)

    def close(self) -> None:
        """See `Database.close`."""
        if self._closed:
            return
        self._closed = True
        self._writers.shutdown()
        self._readers.shutdown()
        self._snapshots.dispose()
        self._engine.dispose()

    def _done(self, running: "asyncio.Future[T]") -> None:
        self._waiting -= 1
        if not running.cancelled():
            running.exception()  # looked at: whoever asked may have gone away

    def _write(self, work: Work[T]) -> T:
        for tries in range(_TRIES):
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not isinstance(error.orig, _FIRST) or tries == _TRIES - 1:
                    raise
            time.sleep(random.uniform(0, 0.01 * 2**tries))
        raise AssertionError("unreachable")

    def _read(self, work: Work[T]) -> T:
        with self._snapshots.begin() as connection:
            return work(connection)


def create_engine(url: str, *, connections: int = 2) -> Engine:
    """An engine whose connections give up rather than hang."""
    # hide_parameters: an error must not carry what customers said into the log
    return sa.create_engine(
        address(url),
        hide_parameters=True,
        json_serializer=to_json,
        json_deserializer=from_json,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 5,
            "application_name": "aside",
            "options": f"-c timezone=UTC -c lock_timeout={_PATIENCE} -c statement_timeout=30s"
            " -c idle_in_transaction_session_timeout=60s",
            # A host that was cut off must not keep a connection, and its locks, for hours.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
        },
    )


def address(url: str) -> URL:
    """The database's address with the driver that we use."""
    return sa.make_url(url).set(drivername="postgresql+psycopg")
