"""What stands between our bodies and a database: JSON in columns, and savepoints by the driver's own words."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.columns import from_json, to_json
from gateway.storage.statements import savepoint


@pytest.mark.parametrize(
    "value", [None, [], {"a": [1, 2.5, "ä", None, True]}, "half \ud83d a character", {"\ud83d": ["😀"]}, 2**70]
)
def test_json_comes_back_as_it_went(value: object) -> None:
    assert from_json(to_json(value)) == value


@pytest.mark.parametrize("kept", ['{"a": [1, "\\u00e4"]}', '"half \\ud83d"', "NaN"])
def test_what_the_standard_library_wrote_can_be_read(kept: str) -> None:
    assert repr(from_json(kept)) == repr(json.loads(kept))


@pytest.fixture
def conn() -> Iterator[Connection]:
    engine = sa.create_engine("sqlite://", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE said (word TEXT UNIQUE)")
        connection.exec_driver_sql("BEGIN")
        yield connection


def words(conn: Connection) -> list[str]:
    return list(conn.exec_driver_sql("SELECT word FROM said ORDER BY rowid").scalars())


def say(conn: Connection, word: str) -> None:
    conn.exec_driver_sql("INSERT INTO said VALUES (?)", (word,))


def say_in_savepoint(conn: Connection, word: str, error: Exception | None = None) -> None:
    with savepoint(conn, "inner"):
        say(conn, word)
        if error is not None:
            raise error


def test_a_savepoint_undoes_what_was_done_in_it_and_nothing_else(conn: Connection) -> None:
    say(conn, "before")
    with pytest.raises(ValueError, match="ours"):
        say_in_savepoint(conn, "in it", ValueError("ours"))
    with savepoint(conn, "inner"):
        say(conn, "after")
    assert words(conn) == ["before", "after"]


def test_a_fault_of_the_database_is_left_to_the_whole_transaction(conn: Connection) -> None:
    say(conn, "twice")
    with pytest.raises(sa.exc.IntegrityError):
        say_in_savepoint(conn, "twice")
    conn.exec_driver_sql("ROLLBACK")
    assert words(conn) == []
