"""The database: transaction bodies are plain functions of a connection; an adapter runs, commits and repeats them.

    SQLite       one process: a writer thread commits in groups, one fsync for all    (`gateway.storage.sqlite`)
    PostgreSQL   many processes: a thread for each transaction, repeated on conflict  (`gateway.storage.postgres`)

A body may run more than once before it is committed: what it does beside the database must bear that.
"""

from collections.abc import Callable
from typing import Final, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError

from gateway.errors import AsideError, SettingsError

T = TypeVar("T")
Work = Callable[[Connection], T]

BACKLOG: Final = 20_000  # bodies waiting before we say 503 rather than let memory grow


class Database(Protocol):
    """Runs transaction bodies."""

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """Run and commit, before what is not `urgent` and waits already.

        Raises what `work` raises (nothing of it is kept then), or `Overloaded`.
        """

    async def read(self, work: Work[T], *, brief: bool = False) -> T:
        """Run on one consistent snapshot; it cannot write.

        `brief`: it finds a few rows of late by their index, so that handing it to a thread would cost more than itself.
        """

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have `listener` called in the event loop after commits of this process."""

    def close(self) -> None:
        """Finish what has been taken, and let go of all connections."""


class TransactionLost(AsideError):
    """The database has rolled the transaction back by itself."""

    code = "transaction_lost"


def is_shared(url: str) -> bool:
    """Whether several processes may serve this database: PostgreSQL. Raises `SettingsError` for what is no URL of ours.

    Accepted are `sqlite:///PATH` and `postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME`.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise SettingsError(
            "DATABASE_URL is no URL. Use sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        return False
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return True
    raise SettingsError(
        f"DATABASE_URL names {parsed.drivername}, which this version does not serve. "
        "Use sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME."
    )


def create_engine(url: str) -> Engine:
    """An engine for commands and migrations, on either dialect. Raises `SettingsError`."""
    # Here, because the adapters take their types from this module.
    from gateway.storage import postgres, sqlite

    return postgres.create_engine(url) if is_shared(url) else sqlite.create_engine(url)
