"""Migrations on both dialects: they arrive at this version's tables, keep every row, and only ever add."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import event
from sqlalchemy.engine import Engine

from gateway.errors import SettingsError
from gateway.storage import migrate as migrations
from gateway.storage.database import create_engine
from gateway.storage.migrate import is_current, migrate
from gateway.storage.model import metadata
from tests.integration.schema import assert_as_in_the_model, described, insert, reflected, rows
from tests.postgres import Cluster
from tests.stack import ROOT

SCRIPTS: Final = ROOT / "gateway" / "storage" / "migrations"
_DIRECTORY: Final = ScriptDirectory(str(SCRIPTS))
REVISIONS: Final = [script.revision for script in _DIRECTORY.walk_revisions()][::-1]
"""From the first to the newest."""
LATER: Final = REVISIONS[1:]
UNDOABLE: Final = [revision for revision in LATER if hasattr(_DIRECTORY.get_revision(revision).module, "downgrade")]
"""Going back to the version before needs none of these: it works over the newer tables."""
_PROCRASTINATE: Final = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"
"""Of the schema of the release that the revisions install."""


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    if request.param == "sqlite":
        with _opened(f"sqlite:///{tmp_path / 'aside.db'}") as engine:
            yield engine
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    url = cluster.database(migrated=False)
    with _opened(url) as engine:
        yield engine
    cluster.drop(url)


def test_an_empty_database_arrives_at_the_tables_of_this_version(engine: Engine) -> None:
    migrate(engine)
    assert is_current(engine)
    assert_as_in_the_model(engine)


@pytest.mark.parametrize("revision", REVISIONS)
def test_from_any_revision_every_row_arrives_at_the_tables_of_this_version(engine: Engine, revision: str) -> None:
    _move(engine, revision)
    with engine.begin() as connection:
        was = reflected(connection)
        insert(connection, was, 1)
        before = rows(connection, was)
    migrate(engine)
    assert_as_in_the_model(engine)
    with engine.connect() as connection:
        assert rows(connection, was) == before


def test_migrating_what_is_migrated_writes_nothing(engine: Engine) -> None:
    migrate(engine)
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    migrate(engine)
    harmless = ("SELECT", "PRAGMA", "BEGIN", "SET ")
    assert [statement for statement in said if not statement.lstrip().startswith(harmless)] == []


def test_processes_that_migrate_at_once_all_find_it_done(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    each = [
        subprocess.Popen(
            [sys.executable, "-c", _MIGRATE_WHEN_TOLD, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in each:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in each:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[1] for process in each] == [""] * len(each)
    assert_as_in_the_model(engine)


_MIGRATE_WHEN_TOLD: Final = """
import sys
from gateway.storage.migrate import migrate
from gateway.storage.database import create_engine
engine = create_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
migrate(engine)
"""


@pytest.mark.parametrize("revision", LATER)
def test_a_revision_takes_nothing_away_that_the_version_before_it_uses(engine: Engine, revision: str) -> None:
    _move(engine, _before(revision))
    with engine.connect() as connection:
        was = reflected(connection)
    _move(engine, revision)
    with engine.connect() as connection:
        now = reflected(connection)
    for table in was.sorted_tables:
        assert table.name in now.tables, f"{revision} drops or renames {table.name}"
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            assert column.name in now.tables[table.name].columns, f"{revision} drops or renames {name}"
            changed = now.tables[table.name].columns[column.name]
            assert repr(changed.type) == repr(column.type), f"{revision} changes the type of {name}"
            assert changed.nullable or not column.nullable, f"{revision} makes {name} NOT NULL"
        for column in now.tables[table.name].columns:
            known = column.name in table.columns
            assert known or column.nullable or column.server_default is not None, (
                f"{revision} adds {table.name}.{column.name} as NOT NULL without a default of the database's own"
            )


@pytest.mark.parametrize("revision", LATER)
def test_the_version_before_a_revision_still_writes_reads_and_deletes_beside_it(engine: Engine, revision: str) -> None:
    _move(engine, _before(revision))
    with engine.begin() as connection:
        was = reflected(connection)
        insert(connection, was, 1)
    _move(engine, revision)
    with engine.begin() as connection:
        insert(connection, was, 2)
        assert all(len(rows) == 2 for rows in rows(connection, was).values())
        for table in reversed(was.sorted_tables):
            connection.execute(table.delete())
        assert not any(rows(connection, was).values())


@pytest.mark.parametrize("revision", UNDOABLE)
def test_a_revision_undone_leaves_the_rows_and_tables_of_the_one_before(engine: Engine, revision: str) -> None:
    _move(engine, _before(revision))
    with engine.begin() as connection:
        was = reflected(connection)
        facts = described(connection)
        insert(connection, was, 1)
        before = rows(connection, was)
    _move(engine, revision)
    _move(engine, _before(revision), down=True)
    with engine.connect() as connection:
        assert described(connection) == facts
        assert rows(connection, was) == before
    migrate(engine)
    assert_as_in_the_model(engine)


def test_a_new_release_of_procrastinate_asks_for_a_revision_of_its_own() -> None:
    # Revision 0002 installs the tables of the release that is installed: a database that stands has those of its day.
    schema = SchemaManager.get_schema()
    assert hashlib.sha256(schema.encode()).hexdigest() == _PROCRASTINATE, "apply its migrations in a new revision"


def test_a_process_that_finds_the_database_newer_than_itself_works_on(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert is_current(engine)
    migrate(engine)
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "9999"


def test_a_table_that_somebody_holds_for_long_is_not_waited_for(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever waits for a table makes all others wait behind: the gateways would stand still until the backup is done.
    monkeypatch.setattr(migrations, "_LONGEST_WAIT", 50)
    url = postgres.database(migrated=False)
    with _opened(url) as engine, _opened(url) as backup:
        _move(engine, REVISIONS[0])
        with backup.connect() as connection:
            for table in (*metadata.tables, "alembic_version"):
                if sa.inspect(connection).has_table(table):
                    connection.exec_driver_sql(f"LOCK TABLE {table} IN SHARE MODE")
            with pytest.raises(SettingsError, match="lock timeout"):
                migrate(engine)
        migrate(engine)
        assert is_current(engine)


@pytest.mark.parametrize(("before", "revision", "number"), [("0001", "0002", 10), ("0003", "0004", 3)])
def test_indexes_of_tables_in_use_are_built_while_others_write(
    before: str, revision: str, number: int, postgres: Cluster
) -> None:
    url = postgres.database(migrated=False)
    with _opened(url) as engine:
        _move(engine, before)
        with engine.connect() as connection:
            in_use = sa.inspect(connection).get_table_names()
        said: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
        _move(engine, revision)
        builds = [one for one in said if re.match(rf"CREATE (UNIQUE )?INDEX.* ON ({'|'.join(in_use)}) ", one)]
        assert len(builds) == number
        assert [one for one in builds if "CONCURRENTLY" not in one] == []


@pytest.mark.parametrize(("before", "first"), [("0001", "ix_cases_queue"), ("0003", "ix_messages_native_id")])
def test_what_was_broken_off_while_indexes_were_built_is_taken_up_again(
    before: str, first: str, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who builds beside others waits for whoever may still look at the table as it was: a backup, say."""
    url = postgres.database(migrated=False)
    with _opened(url) as engine, _opened(url) as backup:
        _move(engine, before)
        with monkeypatch.context() as impatient, backup.connect() as connection:
            impatient.setattr(migrations, "_LONGEST_WAIT", 50)
            connection.execution_options(isolation_level="REPEATABLE READ").exec_driver_sql("SELECT 1")
            with pytest.raises(SettingsError, match="lock timeout"):
                migrate(engine)
        broken_off = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
        with engine.connect() as connection:
            assert connection.exec_driver_sql(broken_off).scalars().all() == [first]
        migrate(engine)
        assert_as_in_the_model(engine)
        with engine.connect() as connection:
            assert connection.exec_driver_sql(broken_off).all() == []


def test_an_owner_with_no_rights_but_over_the_database_can_migrate_it(postgres: Cluster) -> None:
    with psycopg.connect(postgres.dsn(), autocommit=True) as admin:
        admin.execute("CREATE ROLE humble LOGIN")
        admin.execute("CREATE DATABASE humble OWNER humble")
    with _opened(postgres.url("humble").replace("//aside@", "//humble@")) as engine:
        migrate(engine)
        assert is_current(engine)


# --- how ---


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _before(revision: str) -> str:
    return REVISIONS[REVISIONS.index(revision) - 1]


def _move(engine: Engine, revision: str, *, down: bool = False) -> None:
    """Bring the database up, or down, to a revision."""
    with migrations.alone(engine) as connection:
        migrations.upgrade(connection, revision, back=down)
