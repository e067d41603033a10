"""The tables as a database has them: read back, filled with a row each, and compared with the model."""

import re
from typing import Any, Final

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection, Engine

from gateway.storage.model import metadata

FOREIGN: Final = ("procrastinate_", "alembic_")
"""Tables that others than `gateway.storage` keep."""

Rows = dict[str, list[dict[str, Any]]]


def reflected(connection: Connection) -> sa.MetaData:
    """The tables as they are in the database."""
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith(FOREIGN))
    return found


def insert(connection: Connection, tables: sa.MetaData, number: int) -> None:
    """One row into each table, every column of it filled, all of them belonging together."""
    for table in tables.sorted_tables:
        connection.execute(table.insert().values({c.name: _value(c.type, number) for c in table.columns}))


def _value(kind: sa.types.TypeEngine[Any], number: int) -> object:
    match kind:
        case sa.Boolean():
            return True
        case sa.Integer():
            return number
        case sa.JSON():
            return {"number": number}
        case sa.LargeBinary():
            return bytes([number])
        case _:
            return str(number)


def rows(connection: Connection, tables: sa.MetaData) -> Rows:
    """What is in the tables."""
    return {
        table.name: [dict(row._mapping) for row in connection.execute(table.select())] for table in tables.sorted_tables
    }


def assert_as_in_the_model(engine: Engine) -> None:
    """Exactly the tables, columns, keys and indexes that `gateway.storage.model` describes."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _ours})
        assert compare_metadata(context, metadata) == []
        assert described(connection) == _model(connection)


def _model(connection: Connection) -> set[str]:
    """How the model itself would be described."""
    if connection.dialect.name == "sqlite":
        with sa.create_engine("sqlite://").connect() as empty:
            metadata.create_all(empty)
            return described(empty)
    connection.rollback()
    connection.exec_driver_sql("CREATE SCHEMA model")
    connection.exec_driver_sql("SET LOCAL search_path TO model")
    metadata.create_all(connection)
    facts = described(connection, "model")
    connection.rollback()
    return facts


def described(connection: Connection, schema: str | None = None) -> set[str]:
    """Each fact about the tables in a line, in no order."""
    inspector = sa.inspect(connection)
    facts = set()
    for table in inspector.get_table_names(schema):
        if table.startswith(FOREIGN):
            continue
        for column in inspector.get_columns(table, schema):
            default = re.sub(rf'"?{schema}"?\.', "", str(column["default"]))
            nullable = "NULL" if column["nullable"] else "NOT NULL"
            facts.add(f"{table} column {column['name']} {column['type']} {nullable} {default}")
        facts.add(f"{table} key {inspector.get_pk_constraint(table, schema)['constrained_columns']}")
        facts.update(f"{table} unique {one['column_names']}" for one in inspector.get_unique_constraints(table, schema))
        facts.update(
            f"{table} index {one['name']} {one['column_names']} {one['unique']} "
            f"{ {name: str(value) for name, value in one.get('dialect_options', {}).items()} }"
            for one in inspector.get_indexes(table, schema)
        )
        facts.update(
            f"{table} refers {one['constrained_columns']} {one['referred_table']} {one['referred_columns']}"
            for one in inspector.get_foreign_keys(table, schema)
        )
    return facts


def _ours(name: str | None, kind: str, _parents: Any) -> bool:
    return kind != "table" or not (name or "").startswith(FOREIGN)
