"""Migrations: bring a database to the tables of this version, both dialects, forward-safe."""

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


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision; does nothing where it is there already.

    Raises `SettingsError` where the database cannot be opened.
    """
    try:
        with engine.begin() as connection:
            command.upgrade(_config(connection), "head")
    except DatabaseError as error:
        raise SettingsError(f"The database {engine.url.database} cannot be opened: {error.orig}.") from error


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest revision."""
    with engine.connect() as connection:
        standing = MigrationContext.configure(connection).get_current_revision()
    return standing == ScriptDirectory(str(_SCRIPTS)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
