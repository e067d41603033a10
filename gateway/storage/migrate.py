"""Migrations: bring a database to the tables of this version, both dialects, forward-safe.

A new version's first process migrates while processes of the version before still work: migrations only add, and a
process that finds the database newer than itself works on with what it knows.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DatabaseError

from gateway.errors import SettingsError

_SCRIPTS: Final = Path(__file__).parent / "migrations"
_ALONE: Final = 0x41534944  # PostgreSQL's advisory lock of who migrates; the number means nothing
_LOOK_AGAIN: Final = 0.1  # seconds, while another migrates
_LONGEST_WAIT: Final = 5_000  # milliseconds for the lock of a table: whoever waits for it makes all others wait


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision; does nothing where it is there already, or beyond.

    Any number of processes may do so at once: one does it, the others wait. Raises `SettingsError` where the database
    cannot be opened, or somebody else (a backup, say) holds a table for long.
    """
    try:
        with alone(engine) as connection:
            if not _arrived(connection):
                upgrade(connection, "head")
    except DatabaseError as error:
        name = engine.url.database
        raise SettingsError(f"The database {name} cannot be opened or brought up to date: {error.orig}.") from error


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest revision that is known here, or at one that a later version knows."""
    with engine.connect() as connection:
        return _arrived(connection)


def _arrived(connection: Connection) -> bool:
    standing = MigrationContext.configure(connection).get_current_revision()
    head = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    # Revisions are numbered: 0002 comes after 0001.
    return standing is not None and head is not None and standing >= head


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """A connection for `upgrade`, once nobody else migrates. SQLite's transactions are alone from their beginning."""
    if engine.dialect.name != "postgresql":
        with engine.begin() as connection:
            yield connection
        return
    # Not within a transaction, and not by waiting in the database: who builds an index waits for whoever looks at it.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as keeper, engine.connect() as connection:
        try:
            while not keeper.exec_driver_sql(f"SELECT pg_try_advisory_lock({_ALONE})").scalar_one():
                time.sleep(_LOOK_AGAIN)
            # A revision may take minutes: the engine's own limits are for short transactions.
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql(f"SET lock_timeout = {_LONGEST_WAIT}")
            connection.commit()
            yield connection
        finally:
            for one in (keeper, connection):
                one.invalidate()  # closed, and with them the lock and the limits


def upgrade(connection: Connection, revision: str, *, back: bool = False) -> None:
    """Bring the database to a revision, on a connection of `alone`. `back`: to an earlier one."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":
        connection.rollback()  # what was only looked at: each revision begins transactions of its own
    (command.downgrade if back else command.upgrade)(config, revision)
