"""The lists of the desk: the queue in the order of promises, everything else with the latest word first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, Case, CaseState, Owner, owner_of
from gateway.messages import Channel, Surface
from gateway.storage.tables import case_threads, cases, customers, messages, threads, users
from handoff import cursor
from handoff.users import User

_PREVIEW: Final = 160  # characters
_NEVER: Final = 2**62  # where there is no due time: after all that have one


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases; what is left out does not matter."""

    states: frozenset[CaseState] = frozenset()
    channel: Channel | None = None
    owner: Owner | None = None
    agent_id: int | None = None
    topic: str | None = None

    @property
    def in_queue_order(self) -> bool:
        """Whether only waiting cases are asked for."""
        return self.states == {CaseState.QUEUED}


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The latest words of a case."""

    author: str
    surface: Surface
    text: str


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A case as lists show it."""

    case: Case
    customer: str
    agent: str | None
    channels: tuple[Channel, ...]
    preview: Preview | None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list."""

    rows: list[Listed]
    next: str | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How long the lists are."""

    queue: int
    mine: int
    open: int


def listing(conn: Connection, wanted: Wanted, *, limit: int, after: str | None = None) -> Page:
    """A page of cases. Queue: due time of the promise, then severity, then age. Else: the latest word first."""
    order = _Queue if wanted.in_queue_order else _Recent
    query = _select().where(*_conditions(wanted)).order_by(*order.keys()).limit(limit + 1)
    if after is not None:
        key = cursor.decode(order.NAME, after, order.SHAPE)
        query = query.where(order.after(key))
    rows = conn.execute(query).all()
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(
        rows=_listed(conn, rows),
        next=cursor.encode(order.NAME, order.key_of(rows[-1])) if more else None,
    )


def one(conn: Connection, case_id: str) -> Listed:
    """A case as lists show it; the caller has checked that it may be seen."""
    return _listed(conn, conn.execute(_select().where(cases.c.id == case_id)).all())[0]


def counts(conn: Connection, user: User) -> Counts:
    """The numbers beside the lists' names."""

    def count(*conditions: sa.ColumnElement[bool]) -> int:
        return int(conn.execute(sa.select(sa.func.count()).select_from(cases).where(*conditions)).scalar_one())

    return Counts(
        queue=count(cases.c.state == CaseState.QUEUED),
        mine=count(cases.c.agent_id == user.id, cases.c.state.in_(HELD_BY_A_PERSON)),
        open=count(cases.c.state.in_([state for state in CaseState if state is not CaseState.RESOLVED])),
    )


def _raw(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """A time as the number it is stored as, to compare and to put into cursors."""
    return sa.type_coerce(column, sa.BigInteger)


class _Queue:
    """Due time of the promise, severity, age. Never the number of followers."""

    NAME = "queue"
    SHAPE = (int, int, int, str)

    @staticmethod
    def keys() -> tuple[sa.ColumnElement[Any], ...]:
        return (
            sa.func.coalesce(_raw(cases.c.due_at), _NEVER),
            -cases.c.severity,
            sa.func.coalesce(_raw(cases.c.queued_at), _raw(cases.c.opened_at)),
            cases.c.id,
        )

    @classmethod
    def after(cls, key: cursor.Key) -> sa.ColumnElement[bool]:
        return sa.tuple_(*cls.keys()) > sa.tuple_(*map(sa.literal, key))

    @staticmethod
    def key_of(row: Any) -> cursor.Key:
        waiting_since = row.opened_raw if row.queued_raw is None else row.queued_raw
        return (_NEVER if row.due_raw is None else row.due_raw, -row.severity, waiting_since, row.id)


class _Recent:
    """The latest word first."""

    NAME = "recent"
    SHAPE = (int, str)

    @staticmethod
    def keys() -> tuple[sa.ColumnElement[Any], ...]:
        return cases.c.last_message_at.desc(), cases.c.id.desc()

    @staticmethod
    def after(key: cursor.Key) -> sa.ColumnElement[bool]:
        return sa.tuple_(_raw(cases.c.last_message_at), cases.c.id) < sa.tuple_(*map(sa.literal, key))

    @staticmethod
    def key_of(row: Any) -> cursor.Key:
        return (row.last_raw, row.id)


def _select() -> sa.Select[Any]:
    # Without the dialogue state: kilobytes a case that no list shows.
    shown = [column for column in cases.c if column.name != "dialogue"]
    return (
        sa.select(
            *shown,
            customers.c.name.label("customer"),
            users.c.name.label("agent"),
            _raw(cases.c.due_at).label("due_raw"),
            _raw(cases.c.queued_at).label("queued_raw"),
            _raw(cases.c.opened_at).label("opened_raw"),
            _raw(cases.c.last_message_at).label("last_raw"),
        )
        .join_from(cases, customers, customers.c.id == cases.c.customer_id)
        .join(users, users.c.id == cases.c.agent_id, isouter=True)
    )


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(cases.c.state.in_(wanted.states))
    if wanted.owner is not None:
        conditions.append(cases.c.state.in_([state for state in CaseState if owner_of(state) is wanted.owner]))
    if wanted.agent_id is not None:
        conditions.append(cases.c.agent_id == wanted.agent_id)
    if wanted.topic is not None:
        conditions.append(cases.c.topic == wanted.topic)
    if wanted.channel is not None:
        on_channel = (
            sa.select(case_threads.c.case_id)
            .join(threads, threads.c.id == case_threads.c.thread_id)
            .where(case_threads.c.case_id == cases.c.id, threads.c.channel == wanted.channel)
        )
        conditions.append(on_channel.exists())
    return conditions


def _listed(conn: Connection, rows: Sequence[Any]) -> list[Listed]:
    ids = [row.id for row in rows]
    channels = _channels(conn, ids)
    previews = _previews(conn, ids)
    return [
        Listed(
            case=_case(row),
            customer=row.customer,
            agent=row.agent,
            channels=tuple(channels.get(row.id, ())),
            preview=previews.get(row.id),
        )
        for row in rows
    ]


def _case(row: Any) -> Case:
    values = {name: getattr(row, name) for name in Case.__struct_fields__ if name != "dialogue"}
    return msgspec.convert({**values, "dialogue": None}, Case, strict=False)


def _channels(conn: Connection, ids: Sequence[str]) -> dict[str, list[Channel]]:
    query = (
        sa.select(case_threads.c.case_id, threads.c.channel)
        .join(threads, threads.c.id == case_threads.c.thread_id)
        .where(case_threads.c.case_id.in_(ids))
        .group_by(case_threads.c.case_id, threads.c.channel)
        .order_by(sa.func.min(case_threads.c.last_at))
    )
    found: dict[str, list[Channel]] = {}
    for row in conn.execute(query):
        found.setdefault(row.case_id, []).append(Channel(row.channel))
    return found


def _previews(conn: Connection, ids: Sequence[str]) -> dict[str, Preview]:
    last = (
        sa.select(messages.c.id)
        .where(messages.c.case_id == cases.c.id, messages.c.surface != Surface.NOTE, messages.c.text != "")
        .order_by(messages.c.at.desc(), messages.c.id.desc())
        .limit(1)
        .correlate(cases)
        .scalar_subquery()
    )
    query = (
        sa.select(cases.c.id, messages.c.author, messages.c.surface, messages.c.text)
        .join_from(cases, messages, messages.c.id == last)
        .where(cases.c.id.in_(ids))
    )
    return {
        row.id: Preview(author=row.author, surface=Surface(row.surface), text=" ".join(row.text[:_PREVIEW].split()))
        for row in conn.execute(query)
    }


def waiting_since(case: Case) -> datetime:
    """Since when a case has been waiting: in the queue, else since its last message."""
    return case.queued_at or case.last_message_at
