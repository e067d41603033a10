import asyncio
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gateway.clock import utc_now
from gateway.errors import Overloaded, SettingsError
from gateway.storage.database import TransactionLost, Work
from gateway.storage.database import create_engine as database_engine
from gateway.storage.migrate import is_current, migrate
from gateway.storage.model import metadata
from gateway.storage.sqlite import SqliteDatabase, create_engine
from gateway.storage.tables import customers


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'aside.db'}"


@pytest.fixture
async def database(url: str) -> SqliteDatabase:
    engine = create_engine(url)
    migrate(engine)
    engine.dispose()
    return SqliteDatabase(url)


def add(name: str) -> sa.Insert:
    return customers.insert().values(name=name, created_at=utc_now())


def adding(name: str) -> Work[object]:
    return lambda conn: conn.execute(add(name))


def names(conn: sa.Connection) -> list[str]:
    return list(conn.execute(sa.select(customers.c.name).order_by(customers.c.id)).scalars())


async def test_bodies_written_at_once_are_run_in_their_order(database: SqliteDatabase) -> None:
    expected = [str(number) for number in range(500)]
    await asyncio.gather(*(database.write(adding(name)) for name in expected))
    assert await database.read(names) == expected
    database.close()


async def test_a_body_that_raises_undoes_only_itself(database: SqliteDatabase) -> None:
    def fail(conn: sa.Connection) -> None:
        conn.execute(add("half done"))
        raise LookupError

    results = await asyncio.gather(
        database.write(lambda conn: conn.execute(add("before"))),
        database.write(fail),
        database.write(lambda conn: conn.execute(add("after"))),
        return_exceptions=True,
    )
    assert isinstance(results[1], LookupError)
    assert await database.read(names) == ["before", "after"]
    database.close()


async def test_the_first_body_of_a_group_undoes_only_itself_too(database: SqliteDatabase) -> None:
    def fail(conn: sa.Connection) -> None:
        conn.execute(add("half done"))
        raise LookupError

    busy = asyncio.create_task(database.write(lambda _conn: time.sleep(0.1)))
    await asyncio.sleep(0.02)  # what comes now is a group of its own
    results = await asyncio.gather(
        database.write(fail),
        database.write(lambda conn: conn.execute(add("after"))),
        return_exceptions=True,
    )
    await busy
    assert isinstance(results[0], LookupError)
    assert await database.read(names) == ["after"]
    database.close()


async def test_a_commit_that_fails_is_told_to_everybody_in_the_group(database: SqliteDatabase) -> None:
    def break_the_transaction(conn: sa.Connection) -> None:
        conn.exec_driver_sql("ROLLBACK")

    def take_long(_conn: sa.Connection) -> None:
        time.sleep(0.1)

    busy = asyncio.create_task(database.write(take_long))  # the other two gather behind it into one group
    await asyncio.sleep(0.02)
    results = await asyncio.gather(
        database.write(lambda conn: conn.execute(add("lost"))),
        database.write(break_the_transaction),
        return_exceptions=True,
    )
    assert all(isinstance(result, TransactionLost) for result in results)
    await busy
    await database.write(lambda conn: conn.execute(add("kept")))
    assert await database.read(names) == ["kept"]
    database.close()


async def test_a_caller_that_goes_away_does_not_stop_the_others(database: SqliteDatabase) -> None:
    leaving = asyncio.create_task(database.write(lambda conn: conn.execute(add("left"))))
    await asyncio.sleep(0)
    leaving.cancel()
    await database.write(lambda conn: conn.execute(add("stayed")))
    assert "stayed" in await database.read(names)
    database.close()


async def test_a_reader_cannot_write(database: SqliteDatabase) -> None:
    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        await database.read(lambda conn: conn.execute(add("no")))
    database.close()


async def test_a_closed_database_takes_nothing_more(database: SqliteDatabase) -> None:
    database.close()
    with pytest.raises(Overloaded):
        await database.write(lambda conn: conn.execute(add("late")))


async def test_an_error_of_the_database_does_not_repeat_what_customers_said(database: SqliteDatabase) -> None:
    with pytest.raises(sa.exc.StatementError) as caught:
        await database.write(lambda conn: conn.exec_driver_sql("INSERT INTO nowhere VALUES (?)", ("my secret words",)))
    assert "my secret words" not in str(caught.value)
    database.close()


async def test_what_is_acknowledged_is_written_with_fsync(database: SqliteDatabase) -> None:
    synchronous = await database.write(lambda conn: conn.exec_driver_sql("PRAGMA synchronous").scalar_one())
    assert synchronous == 2  # FULL
    database.close()


def test_the_migrations_make_the_tables_of_this_version(url: str) -> None:
    engine = create_engine(url)
    migrate(engine)
    assert is_current(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_another_dialect_is_refused_in_a_sentence() -> None:
    with pytest.raises(SettingsError, match="mysql"):
        database_engine("mysql://nobody@localhost/nothing")


async def test_whatever_a_body_raises_reaches_its_caller(database: SqliteDatabase) -> None:
    async with asyncio.timeout(5):
        with pytest.raises(RuntimeError):
            await database.write(lambda conn: next(iter(())))
    database.close()
