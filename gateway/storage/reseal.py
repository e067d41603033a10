"""Sealing anew: what older keys have sealed, or nobody, is sealed by the first one; older transcripts are masked.

each sealed column, some rows at a time, by their ids -> as it lies there -> opened -> sealed anew, where it is not
each message without a vault row -> masked, and kept in the vault as it was said
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from gateway.storage import seal, vault
from gateway.storage.model import metadata
from gateway.storage.seal import Ring
from gateway.storage.tables import messages
from gateway.storage.vault_tables import vault as vault_table

_TOGETHER: Final = 200
_NOTHING: Final = (None, b"", "")
Told = Callable[[str, int], None]


def seal_all(engine: Engine, ring: Ring, now: datetime, told: Told) -> None:
    """Seal everything by the ring's first key. `told`: of each column that is done, with how many values changed.

    May be stopped at any time and begun anew. The vault is open in this process. Raises `VaultLocked`.
    """
    for column in seal.columns(metadata):
        told(str(column), sum(_each(engine, partial(_seal, column, ring))))
    told(str(messages.c.text), sum(_each(engine, partial(_mask, now))))
    if engine.dialect.name == "sqlite":  # PostgreSQL's own vacuum sees to what was overwritten
        with closing(engine.raw_connection()) as raw:
            raw.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
            raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]


def _each(engine: Engine, some: Callable[[Connection, Any], tuple[Any, int]]) -> Iterator[int]:
    after = None
    while True:
        with engine.begin() as conn:
            after, changed = some(conn, after)
        yield changed
        if after is None:
            return


def _seal(column: sa.Column[Any], ring: Ring, conn: Connection, after: Any) -> tuple[Any, int]:
    table, raw = column.table, _raw(column)
    # Locked, for whoever works meanwhile: what they write must not be written over with what stood there before.
    some = sa.select(table.c.id, sa.type_coerce(column, raw).label("value")).order_by(table.c.id).limit(_TOGETHER)
    query = some.with_for_update(key_share=True)
    rows = conn.execute(query if after is None else query.where(table.c.id > after)).all()
    changed = 0
    for row in rows:
        fresh = _anew(row.value, ring)
        if fresh is not None:
            value = sa.type_coerce(sa.literal(fresh, raw), raw)
            conn.execute(sa.update(table).where(table.c.id == row.id).values({column: value}))
            changed += 1
    return (rows[-1].id if len(rows) == _TOGETHER else None), changed


def _raw(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
    return column.type.impl_instance if isinstance(column.type, sa.types.TypeDecorator) else column.type


def _anew(stored: Any, ring: Ring) -> Any:
    """A stored value sealed by the first key; None where it is."""
    if stored in _NOTHING:
        return None
    if isinstance(stored, bytes | memoryview):
        lies = bytes(stored)
        return None if ring.is_of_the_first(lies) else ring.seal(seal.opened(lies))
    lies_sealed = seal.read(stored)
    if lies_sealed is None:
        return seal.written(ring, stored.encode() if isinstance(stored, str) else msgspec.json.encode(stored))
    return None if ring.is_of_the_first(lies_sealed) else seal.written(ring, seal.opened(lies_sealed))


def _mask(now: datetime, conn: Connection, after: Any) -> tuple[Any, int]:
    kept = sa.select(vault_table.c.id).where(vault_table.c.message_id == messages.c.id).exists()
    query = (
        sa.select(*messages.c["id", "case_id", "text", "attachments", "extras"])
        .where(~kept)
        .order_by(messages.c.id)
        .limit(_TOGETHER)
        .with_for_update(key_share=True)
    )
    rows = conn.execute(query if after is None else query.where(messages.c.id > after)).all()
    changed = 0
    for row in rows:
        things = row.attachments or []
        text, shown = vault.masked(row.text), vault.masked_things(things)
        was = [{**one, "text": vault.masked(one["text"])} for one in (row.extras or {}).get("was", [])]
        extras = {**(row.extras or {}), **({"was": was} if was else {})}
        if (text, shown, extras) == (row.text, things, row.extras or {}):
            continue
        if (text, shown) != (row.text, things):
            vault.keep(conn, row.case_id, row.id, vault.Kept(text=row.text, attachments=things), now)
        values: dict[str, Any] = {"text": text, "attachments": shown, "extras": extras}
        conn.execute(messages.update().where(messages.c.id == row.id).values(values))
        changed += 1
    return (rows[-1].id if len(rows) == _TOGETHER else None), changed
