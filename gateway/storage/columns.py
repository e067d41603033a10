"""What the tables are made of: types of columns, and indexes of what still matters."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, kept as microseconds since 1970: the same order and precision on both dialects."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive times: they are nobody's time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Back to an aware time."""
        return None if value is None else _EPOCH + timedelta(microseconds=int(value))


# SQLite counts up by itself only on INTEGER PRIMARY KEY.
Serial: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json: Final = sa.JSON(none_as_null=True)


def to_json(value: object) -> str:
    """What a JSON column keeps, several times faster than by the standard library, whose word it leaves the rest to."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # half a character, which some platforms' JSON holds
        return json.dumps(value)


def from_json(text: str | bytes) -> Any:
    """What a JSON column holds; also what `to_json` left to the standard library, and what versions before wrote."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json.loads(text)


def spelt_out(column: sa.Column[Any], *values: str) -> sa.ColumnElement[bool]:
    """A condition with its values spelt out, for a partial index and for the queries that are to use it.

    A bound value would hide from both planners that the index holds all that is asked for: they would read the whole
    table instead.
    """
    spelt = [sa.literal_column(f"'{value}'", sa.Text) for value in values]
    return column.in_(spelt) if len(spelt) > 1 else column == spelt[0]


def partial_index(name: str, condition: sa.ColumnElement[bool], *columns: sa.ColumnElement[Any]) -> None:
    """An index of only those rows for which the condition holds: history may grow without slowing what uses it."""
    sa.Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
