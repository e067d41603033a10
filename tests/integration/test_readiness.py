"""A process is ready while its database takes what is written to it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from gateway import health, readiness
from gateway.errors import Overloaded
from gateway.readiness import Readiness
from gateway.storage.database import Database, T, TransactionLost, Work
from gateway.storage.sqlite import SqliteDatabase
from gateway.storage.traffic_tables import pace
from tests.fakes import FakeAssistant, FakeClock
from tests.serving import application, serving
from tests.storage import ON_POSTGRES, url_in, watched

of_sqlite = pytest.mark.skipif(ON_POSTGRES, reason="what SQLite says")


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = watched(url_in(tmp_path), lambda _lane: None)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_HOLDS", 0.0)


def read_only(db: Database, *, on: bool) -> None:
    """Have SQLite refuse whatever would change anything."""
    assert isinstance(db, SqliteDatabase)
    for connection in db._connections:
        connection.exec_driver_sql(f"PRAGMA query_only = {int(on)}")


async def test_a_database_that_takes_a_commit_is_ready_and_nothing_of_it_stays(db: Database) -> None:
    assert await Readiness(db, FakeClock()).why_not() == ""
    assert await db.read(lambda conn: conn.execute(sa.select(pace)).all()) == []


@of_sqlite
async def test_a_database_that_turns_read_only_is_not_ready_until_it_can_be_written_again(db: Database) -> None:
    looking = Readiness(db, FakeClock())
    assert await looking.why_not() == ""
    read_only(db, on=True)
    assert await looking.why_not() == "The database cannot be written: it is read-only."
    read_only(db, on=False)
    assert await looking.why_not() == ""


class Refusing:
    """A database that commits nothing."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.tries = 0

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        self.tries += 1
        raise self.error

    async def read(self, work: Work[T], *, brief: bool = False) -> T:
        raise AssertionError

    def on_commit(self, listener: object) -> None: ...

    def close(self) -> None: ...


class Hanging(Refusing):
    """A database whose disk does not answer."""

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        await asyncio.sleep(60)
        return await super().write(work)


def by_sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("secret words")
    error.sqlite_errorname = name
    return error


def lost(cause: Exception) -> TransactionLost:
    error = TransactionLost()
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (lost(by_sqlite("SQLITE_FULL")), "The database cannot be written: the disk is full."),
        (
            lost(OperationalError("INSERT", {}, by_sqlite("SQLITE_FULL"))),
            "The database cannot be written: the disk is full.",
        ),
        (
            OperationalError("INSERT", {}, by_sqlite("SQLITE_IOERR_WRITE")),
            "The database cannot be written: the disk fails.",
        ),
        (
            OperationalError("INSERT", {}, psycopg.errors.DiskFull("secret words")),
            "The database cannot be written: the disk is full.",
        ),
        (
            OperationalError("INSERT", {}, psycopg.errors.ReadOnlySqlTransaction("secret words")),
            "The database cannot be written: it is read-only.",
        ),
        (TransactionLost("secret words"), "The database cannot be written: TransactionLost."),
        (Overloaded(), "More is waiting to be written than there is room for."),
    ],
)
async def test_why_nothing_can_be_written_is_said_in_words_and_never_in_the_databases_own(
    error: Exception, words: str
) -> None:
    assert await Readiness(Refusing(error), FakeClock()).why_not() == words


async def test_a_commit_that_does_not_come_to_an_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_PATIENCE", 0.2)
    assert "has not committed anything" in await Readiness(Hanging(OSError()), FakeClock()).why_not()


async def test_however_many_ask_it_is_looked_once_in_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_HOLDS", 60.0)
    refusing = Refusing(Overloaded())
    looking = Readiness(refusing, FakeClock())
    told = await asyncio.gather(*(looking.why_not() for _ in range(20)))
    assert (refusing.tries, len(set(told))) == (1, 1)


@of_sqlite
async def test_readyz_is_503_with_the_reason_while_nothing_can_be_written(db: Database) -> None:
    app = application("ready")
    app.blueprint(health.blueprint({}, db, FakeAssistant(), FakeClock()))
    async with serving(app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        well = await client.get("/readyz")
        assert (well.status_code, well.json()["why"], well.json()["parts"]["database"]) == (200, "", "ready")
        read_only(db, on=True)
        ill = await client.get("/readyz")
        assert (ill.status_code, ill.json()["ready"], ill.json()["parts"]["database"]) == (503, False, "down")
        assert ill.json()["why"] == "The database cannot be written: it is read-only."
        assert (await client.get("/healthz")).status_code == 200
