"""A witness of all statements that are run: which, how often, and what SQLite had to do for each."""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool


class Witness:
    """What was seen."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[Any, Any]] = {}
        """By the words of a statement: the statement, and the parameters of one time that it was run."""
        self.most: dict[str, int] = defaultdict(int)
        """The steps of SQLite's machine that it took at the most: rows looked at, however few came of it."""
        self.runs: dict[str, int] = defaultdict(int)
        self._here = threading.local()

    def begin_anew(self) -> None:
        """Forget the counts."""
        self.most.clear()
        self.runs.clear()

    def statement(self, _connection: Any, element: Any, *_: Any) -> None:
        self._here.element = element

    def cursor(self, _connection: Any, _cursor: Any, words: str, parameters: Any, _context: Any, _many: bool) -> None:
        element = getattr(self._here, "element", None)
        self._settle()
        self._here.words = words
        self._here.element = None
        self.runs[words] += 1
        if element is not None:
            self.seen.setdefault(words, (element, parameters))

    def step(self) -> int:
        self._here.steps = getattr(self._here, "steps", 0) + 1
        return 0

    def returned(self, *_: Any) -> None:
        """The connection went back: what its last statement took is known."""
        self._settle()

    def _settle(self) -> None:
        words = getattr(self._here, "words", None)
        if words is not None:
            self.most[words] = max(self.most[words], getattr(self._here, "steps", 0))
        self._here.words = None
        self._here.steps = 0


@contextmanager
def watching() -> Iterator[Witness]:
    """Watch every database of this process that is opened meanwhile."""
    witness = Witness()

    def opened(connection: Any, _entry: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            # What is asked first of a connection also reads the schema, which is no doing of its own.
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            connection.set_progress_handler(witness.step, 1)

    listeners = (
        (Engine, "before_execute", witness.statement),
        (Engine, "before_cursor_execute", witness.cursor),
        (Pool, "checkin", witness.returned),
        (Pool, "connect", opened),
    )
    for target, name, listener in listeners:
        event.listen(target, name, listener)
    try:
        yield witness
    finally:
        for target, name, listener in listeners:
            event.remove(target, name, listener)


def plan_of(connection: sa.Connection, words: str, parameters: Any) -> list[str]:
    """How SQLite runs a statement, line by line."""
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", parameters)
    return [str(row[3]) for row in rows]


class _Caught(Exception):
    """A statement is known as PostgreSQL would have got it."""


def postgres_plan_of(connection: sa.Connection, element: Any) -> dict[str, Any]:
    """The root of PostgreSQL's plan for a statement, which is not run."""
    caught: list[tuple[str, Any]] = []

    def catch(_connection: Any, _cursor: Any, words: str, parameters: Any, _context: Any, _many: bool) -> None:
        caught.append((words, parameters))
        raise _Caught

    event.listen(connection, "before_cursor_execute", catch)
    try:
        connection.execute(element)
    except _Caught:
        pass
    finally:
        event.remove(connection, "before_cursor_execute", catch)
    [(words, parameters)] = caught
    [[tree]] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {words}", parameters)
    root: dict[str, Any] = tree[0]["Plan"]
    return root
