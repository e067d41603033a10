"""The log of what happened to cases: appended in the transaction that did it, read by the desk's live stream."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, inserting
from gateway.storage.tables import EVENT_TOLD, events

_TOLD_AT_MOST: Final = 500
_BESIDE_MESSAGES: Final = ("message.changed", "message.reacted", "message.act", "thread.seen")
"""Kinds of what is shown with the message that it is about."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    id: int
    case_id: str | None
    kind: str
    actor: str
    why: str
    epoch: int
    at: datetime
    data: dict[str, object]


_APPEND: Final = Statement(inserting(events, "case_id", "kind", "actor", "why", "epoch", "at", "data"))


def append(
    conn: Connection,
    kind: str,
    *,
    case_id: str | None,
    actor: str,
    epoch: int,
    at: datetime,
    why: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    """Append an event. `actor` is `customer`, `bot`, `system` or `agent:<name>`."""
    _APPEND.run(conn, case_id=case_id, kind=kind, actor=actor, why=why, epoch=epoch, at=at, data=dict(data or {}))


def after(conn: Connection, last_id: int, limit: int = 200) -> list[Event]:
    """Events that came after `last_id`, oldest first."""
    rows = conn.execute(sa.select(events).where(events.c.id > last_id).order_by(events.c.id).limit(limit))
    return [as_struct(row, Event) for row in rows]


def told(conn: Connection, case_id: str, since: datetime | None, until: datetime | None) -> list[Event]:
    """What happened to a case besides what was said in it, oldest first; the latest 500 of the time asked for."""
    query = sa.select(events).where(events.c.case_id == case_id, EVENT_TOLD, events.c.kind.not_in(_BESIDE_MESSAGES))
    if since is not None:
        query = query.where(events.c.at >= since)
    if until is not None:
        query = query.where(events.c.at < until)
    rows = conn.execute(query.order_by(events.c.id.desc()).limit(_TOLD_AT_MOST))
    return [as_struct(row, Event) for row in rows][::-1]


def last_id(conn: Connection) -> int:
    """The id of the newest event; 0 where there is none."""
    return int(conn.execute(sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0))).scalar_one())
