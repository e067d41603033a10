"""The lists of the desk: the queue in the order of promises, everything else with the latest word first.

A page costs the same however many cases there have ever been: it walks an index in the list's order and stops.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, Case, CaseState, Owner, owner_of
from gateway.messages import Author, Channel, Surface
from gateway.storage.desk_tables import users
from gateway.storage.tables import CASE_IN_CRISIS, CASE_QUEUED, case_threads, cases, customers, messages, threads
from handoff import cursor
from handoff.users import User

_PREVIEW: Final = 160  # characters
_MOST_COUNTED: Final = 1_000  # open cases
_OPEN: Final = [state for state in CaseState if state is not CaseState.RESOLVED]
_LOOKED_AT: Final = 1_000  # cases, for a page of those among them that fit


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases; what is left out does not matter."""

    states: frozenset[CaseState] = frozenset()
    channel: Channel | None = None
    owner: Owner | None = None
    agent_id: int | None = None
    topic: str | None = None
    crisis: int | None = None

    @property
    def in_queue_order(self) -> bool:
        """Whether only waiting cases are asked for."""
        return self.owned_states == {CaseState.QUEUED}

    @property
    def owned_states(self) -> frozenset[CaseState]:
        """The states asked for, whether by name or by owner; all of them where neither is."""
        owned = frozenset(state for state in CaseState if self.owner in (None, owner_of(state)))
        return owned & self.states if self.states else owned


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said last in a case; what the assistant and Aside say is much the same in all of them."""

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
    """Where the next page begins. There may be one though this page is not full: the search for what fits goes on."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How long the lists are."""

    queue: int
    mine: int
    open: int
    """No more than 1,000: nobody reads a larger number, and finding it would take ever longer."""


def listing(conn: Connection, wanted: Wanted, *, limit: int, after: str | None = None) -> Page:
    """A page of cases. Queue: due time of the promise, then severity, then age. Else: the latest word first.

    A page may have fewer than `limit` cases and a `next` all the same: no more than 1,000 are looked at for one page.
    """
    order = _Queue if wanted.in_queue_order else _Recent
    key = None if after is None else cursor.decode(order.NAME, after, order.SHAPE)
    beyond = [] if key is None else [order.after(key)]
    fits = _conditions(wanted, cases)
    end: cursor.Key | None = None
    if wanted.in_queue_order or wanted.agent_id is not None or wanted.crisis is not None:  # an index finds them
        states = CASE_QUEUED if wanted.in_queue_order else cases.c.state.in_(wanted.owned_states)
        query = _select().where(states, *fits, *beyond).order_by(*order.keys()).limit(limit + 1)
    else:
        latest = _latest(wanted.owned_states, beyond, _LOOKED_AT if fits else limit + 1)
        found = sa.select(latest.c.id).where(*_conditions(wanted, latest)).order_by(*_from_the_latest(latest))
        ids = conn.execute(found.limit(limit + 1)).scalars().all()
        query = _select().where(cases.c.id.in_(ids)).order_by(*order.keys())
        end = _end_of_search(conn, latest) if fits and len(ids) <= limit else None
    rows = conn.execute(query).all()
    if len(rows) > limit:
        rows = rows[:limit]
        end = order.key_of(rows[-1])
    return Page(rows=_listed(conn, rows), next=None if end is None else cursor.encode(order.NAME, end))


def one(conn: Connection, case_id: str) -> Listed:
    """A case as lists show it; the caller has checked that it may be seen."""
    return _listed(conn, conn.execute(_select().where(cases.c.id == case_id)).all())[0]


def counts(conn: Connection, user: User) -> Counts:
    """The numbers beside the lists' names."""

    def count(*conditions: sa.ColumnElement[bool]) -> int:
        return int(conn.execute(sa.select(sa.func.count()).select_from(cases).where(*conditions)).scalar_one())

    # State by state: each is an index, of which no more is read than is counted.
    each = [sa.select(cases.c.id).where(cases.c.state == state).limit(_MOST_COUNTED).subquery() for state in _OPEN]
    some = sa.union_all(*(sa.select(found) for found in each)).limit(_MOST_COUNTED).subquery()
    return Counts(
        queue=count(CASE_QUEUED),
        mine=count(cases.c.agent_id == user.id, cases.c.state.in_(HELD_BY_A_PERSON)),
        open=int(conn.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()),
    )


def _raw(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """A time as the number it is stored as, to compare and to put into cursors."""
    return sa.type_coerce(column, sa.BigInteger)


class _Queue:
    """Due time of the promise, severity, age. Never the number of followers. Every waiting case has both times."""

    NAME = "queue"
    SHAPE = (int, int, int, str)

    @staticmethod
    def keys() -> tuple[sa.ColumnElement[Any], ...]:
        return cases.c.due_at, cases.c.severity.desc(), cases.c.queued_at, cases.c.id

    @staticmethod
    def after(key: cursor.Key) -> sa.ColumnElement[bool]:
        due, severity, *rest = key
        due_at = _raw(cases.c.due_at)
        younger = sa.tuple_(_raw(cases.c.queued_at), cases.c.id) > sa.tuple_(*map(sa.literal, rest))
        milder = sa.or_(cases.c.severity < severity, sa.and_(cases.c.severity == severity, younger))
        return sa.and_(due_at >= due, sa.or_(due_at > due, milder))

    @staticmethod
    def key_of(row: Any) -> cursor.Key:
        return (row.due_raw, row.severity, row.queued_raw, row.id)


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


def _latest(states: frozenset[CaseState], beyond: list[sa.ColumnElement[bool]], number: int) -> sa.Subquery:
    """The first `number` cases in these states, the latest word first."""

    def walk(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
        columns = (cases.c.id, cases.c.topic, _raw(cases.c.last_message_at).label("last_raw"))
        return sa.select(*columns).where(*conditions, *beyond).order_by(*_Recent.keys()).limit(number)

    if states == set(CaseState):
        return walk().subquery()
    # State by state, as each is an index in this order: asked for together, all their cases would have to be sorted.
    each = [sa.select(walk(cases.c.state == state).subquery()) for state in sorted(states)]
    together = sa.union_all(*(each or [walk(sa.false())])).subquery()
    return sa.select(together).order_by(*_from_the_latest(together)).limit(number).subquery()


def _from_the_latest(found: sa.Subquery) -> tuple[sa.ColumnElement[Any], ...]:
    return found.c.last_raw.desc(), found.c.id.desc()


def _end_of_search(conn: Connection, found: sa.Subquery) -> cursor.Key | None:
    """The key of the last case looked at, where the search ended before the cases did."""
    last = sa.select(found).order_by(*_from_the_latest(found)).offset(_LOOKED_AT - 1).limit(1)
    row = conn.execute(last).one_or_none()
    return None if row is None else (row.last_raw, row.id)


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
            _raw(cases.c.last_message_at).label("last_raw"),
        )
        .join_from(cases, customers, customers.c.id == cases.c.customer_id)
        .join(users, users.c.id == cases.c.agent_id, isouter=True)
    )


def _conditions(wanted: Wanted, found: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    """What no index knows about the cases `found`."""
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.agent_id is not None:
        conditions.append(found.c.agent_id == wanted.agent_id)
    if wanted.crisis is not None:
        conditions += [CASE_IN_CRISIS, found.c.crisis_id == wanted.crisis]
    if wanted.topic is not None:
        conditions.append(found.c.topic == wanted.topic)
    if wanted.channel is not None:
        on_channel = (
            sa.select(case_threads.c.case_id)
            .join(threads, threads.c.id == case_threads.c.thread_id)
            .where(case_threads.c.case_id == found.c.id, threads.c.channel == wanted.channel)
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
        .where(
            messages.c.case_id == cases.c.id,
            messages.c.surface != Surface.NOTE,
            messages.c.author.in_((Author.CUSTOMER, Author.AGENT)),
            messages.c.text != "",
        )
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
