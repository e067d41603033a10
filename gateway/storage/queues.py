"""Queues: what waits in the tables, how much and since when. Only what waits is read, however long the history is."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.tables import (
    CASE_QUEUED,
    INBOX_NEW,
    INBOX_QUEUED,
    INBOX_SET_ASIDE,
    OUTBOX_UNSETTLED,
    TIMER_PENDING,
    cases,
    inbox,
    outbox,
    timers,
)


class Queue(StrEnum):
    """Where something may wait."""

    ARRIVALS = "arrivals"
    """Recorded, not yet understood."""
    TURNS = "turns"
    """Customers' messages that wait for their turn."""
    SENDS = "sends"
    """Messages of ours that are not out yet, or of which the platform is being asked what became of them."""
    ALARMS = "alarms"
    """Timers that are due."""
    PEOPLE = "people"
    """Cases that wait for a person."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How much waits, and since when the oldest does."""

    depth: int
    since: datetime | None


def waiting(conn: Connection, now: datetime) -> Mapping[Queue, Waiting]:
    """All queues."""
    return {
        Queue.ARRIVALS: _rows(conn, inbox, INBOX_NEW, inbox.c.received_at),
        Queue.TURNS: _rows(conn, inbox, INBOX_QUEUED, inbox.c.received_at),
        Queue.SENDS: _rows(conn, outbox, OUTBOX_UNSETTLED, outbox.c.created_at),
        Queue.ALARMS: _indexed(conn, timers.c.due_at, TIMER_PENDING, timers.c.due_at <= now),
        Queue.PEOPLE: _indexed(conn, cases.c.queued_at, CASE_QUEUED),
    }


def set_aside(conn: Connection) -> int:
    """How many events nobody has understood; they wait for `aside replay`."""
    found = sa.select(sa.func.count()).select_from(inbox).where(INBOX_SET_ASIDE)
    return int(conn.execute(found).scalar_one())


def _rows(conn: Connection, table: sa.Table, which: sa.ColumnElement[bool], begun: sa.Column[Any]) -> Waiting:
    """The rows are numbered as they come in: the first is the oldest, and the only one that is read."""
    depth, first = conn.execute(sa.select(sa.func.count(), sa.func.min(table.c.id)).where(which)).one()
    if first is None:
        return Waiting(depth=0, since=None)
    return Waiting(depth=depth, since=conn.execute(sa.select(begun).where(table.c.id == first)).scalar_one())


def _indexed(conn: Connection, begun: sa.Column[Any], *which: sa.ColumnElement[bool]) -> Waiting:
    """The index itself holds since when."""
    depth, since = conn.execute(sa.select(sa.func.count(), sa.func.min(begun)).where(*which)).one()
    return Waiting(depth=depth, since=since)
