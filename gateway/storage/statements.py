"""Statements: SQL of the road, written in SQLAlchemy's language once, compiled once, and run on the driver.

    Core statement (module constant) -> compiled for the connection's dialect (kept) -> driver's cursor -> rows

Building an expression and looking up its compiled form costs ten times what SQLite takes to run it (some 110 us against
10; a message takes dozens). What is run for each message is therefore a constant here; what a person or a command asks
for now and then is executed as usual. Values and results pass through the columns' types, as with SQLAlchemy.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Process = Callable[[Any], Any]
_INSERTS: Final[dict[str, Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class Row:
    """One row, by the names of its columns."""

    __slots__ = ("_mapping",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._mapping = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self._mapping[name]
        except KeyError:
            raise AttributeError(name) from None


class _Compiled:
    """A statement in one dialect's words."""

    __slots__ = ("fixed", "given", "names", "processes", "sql")

    def __init__(self, core: sa.Executable, dialect: Dialect) -> None:
        compiled = core.compile(dialect=dialect)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - all of ours are queries, none is DDL
        self.sql = str(compiled)
        fixed: dict[str, Any] = {}
        given: dict[str, Process | None] = {}
        for bind, name in compiled.bind_names.items():
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.required:
                given[name] = process
            else:
                value = bind.effective_value
                fixed[name] = process(value) if process is not None else value
        # A driver takes its parameters as a list or by their names; both are kept ready but for what is given.
        order = compiled.positiontup
        self.fixed: Any = fixed if order is None else [fixed.get(name) for name in order]
        places = [(name, name) for name in given] if order is None else list(enumerate(order))
        self.given: list[tuple[Any, str, Process | None]] = [
            (place, name, given[name]) for place, name in places if name in given
        ]
        columns = list(getattr(core, "exported_columns", ())) if isinstance(core, sa.Select) else _returned(core)
        self.names = [column.key for column in columns]
        self.processes = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]


class Statement:
    """A statement; what differs from run to run is `given` in it."""

    def __init__(self, core: sa.Executable | Callable[[Any], sa.Executable]) -> None:
        """`core`: the statement, or how to build it from the dialect's own `insert`, for upserts."""
        self._core = core
        self._compiled: dict[str, _Compiled] = {}

    def one(self, conn: Connection, **values: Any) -> Row | None:
        """Run it; the first row, if there is one."""
        compiled, cursor = self._run(conn, values)
        found = cursor.fetchone()
        return None if found is None else _row(compiled, found)

    def scalar(self, conn: Connection, **values: Any) -> Any:
        """Run it; the first column of the first row, or None."""
        compiled, cursor = self._run(conn, values)
        found = cursor.fetchone()
        if found is None:
            return None
        process = compiled.processes[0]
        return found[0] if process is None else process(found[0])

    def all(self, conn: Connection, **values: Any) -> list[Row]:
        """Run it; all rows."""
        compiled, cursor = self._run(conn, values)
        return [_row(compiled, found) for found in cursor.fetchall()]

    def run(self, conn: Connection, **values: Any) -> int:
        """Run it; how many rows it changed."""
        return int(self._run(conn, values)[1].rowcount)

    def _run(self, conn: Connection, values: dict[str, Any]) -> tuple[_Compiled, Any]:
        dialect = conn.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            core = self._core if isinstance(self._core, sa.Executable) else self._core(_INSERTS[dialect.name])
            compiled = self._compiled[dialect.name] = _Compiled(core, dialect)
        parameters = compiled.fixed.copy()
        for place, name, process in compiled.given:
            value = values[name]
            parameters[place] = value if process is None else process(value)
        driver = conn.connection.dbapi_connection  # of both our drivers it is the driver's own
        try:
            return compiled, driver.execute(compiled.sql, parameters)  # type: ignore[union-attr]
        except dialect.loaded_dbapi.Error as error:
            # As SQLAlchemy raises them, so that whoever handles one handles both; without the values.
            raise sa.exc.DBAPIError.instance(
                compiled.sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
            ) from error


def _returned(core: sa.Executable) -> list[Any]:
    return [column for part in (getattr(core, "_returning", ()) or ()) for column in getattr(part, "columns", [part])]


def _row(compiled: _Compiled, found: tuple[Any, ...]) -> Row:
    return Row(
        {
            name: value if process is None else process(value)
            for name, process, value in zip(compiled.names, compiled.processes, found, strict=True)
        }
    )


@contextmanager
def savepoint(conn: Connection, name: str) -> Iterator[None]:
    """What is done in it is undone where it raises, and nothing else. SQLAlchemy's takes ten times as long.

    Not where the database itself fails: that undoes the whole transaction. `name`: one that no savepoint around it has.
    """
    driver: Any = conn.connection.dbapi_connection
    driver.execute(f"SAVEPOINT {name}")
    try:
        yield
    except sa.exc.DBAPIError:
        raise
    except BaseException:
        driver.execute(f"ROLLBACK TO SAVEPOINT {name}")
        driver.execute(f"RELEASE SAVEPOINT {name}")
        raise
    driver.execute(f"RELEASE SAVEPOINT {name}")


def given(column: sa.Column[Any], name: str = "") -> sa.BindParameter[Any]:
    """A value of a column's type that differs from run to run; called as the column unless named."""
    return sa.bindparam(name or column.key, type_=column.type)


def inserting(table: sa.Table, *names: str) -> sa.Insert:
    """An insert of a row with these columns, all of them given; a column's default in Python is not looked at."""
    return sa.insert(table).values({name: given(table.c[name]) for name in names})
