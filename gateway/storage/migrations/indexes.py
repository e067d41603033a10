"""Building indexes of tables in use: on PostgreSQL beside those who write, whom a plain build would hold up."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

Index = tuple[str, str, list[str | sa.TextClause], str]
"""Its name, its table, its columns, and the condition of what it holds; empty where it holds all."""


def build(indexes: Iterable[Index]) -> None:
    """Build indexes, as the first step of a revision: what came before it in the revision would be committed here.

    A process that dies over it leaves them for the next one: those that are there, and one that nobody may use.
    """
    if op.get_context().dialect.name != "postgresql":
        for index in indexes:
            _create(index)
        return
    with op.get_context().autocommit_block():
        for index in indexes:
            if op.get_bind().execute(_BROKEN_OFF, {"name": index[0]}).first() is not None:
                op.drop_index(index[0], postgresql_concurrently=True)
            _create(index, beside_others=True)


def _create(index: Index, *, beside_others: bool = False) -> None:
    name, table, columns, condition = index
    where = sa.text(condition) if condition else None
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=where,
        postgresql_where=where,
        postgresql_concurrently=beside_others,
        if_not_exists=beside_others,
    )


_BROKEN_OFF = sa.text("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(quote_ident(:name)) AND NOT indisvalid")
