"""The backlog: how much waits on a channel, how long it takes to go out by its limits, and which of it comes too late.

What goes first is known (rank, then age), and so is what each limit lets out: whatever stands behind more than that
would come too late, and need not be waited for to know it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Author, Channel, Surface
from gateway.sending import pace
from gateway.sending.limits import Limit, Outlet, Rank, Scope, Table
from gateway.sending.pace import Room
from gateway.storage.statements import Statement, given
from gateway.storage.tables import OUTBOX_NEW, outbox

_MOST: Final = 500  # rows or threads looked at in one round; the next one finds the rest
_SURFACES: Final = (Surface.PUBLIC, Surface.PRIVATE)


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What waits on one of our accounts."""

    waiting: int
    takes: timedelta
    """Until the last of it has gone out, where the tightest limit lets it."""
    why: str
    """Which limit that is, in words."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits."""

    id: int
    case_id: str
    author: Author


def load(conn: Connection, table: Table, channel: Channel, account: str, now: datetime) -> Load:
    """How much waits, and how long it takes."""
    counts = _counts(conn, channel, account)
    found = Load(waiting=sum(counts.values()), takes=timedelta(0), why="")
    for outlets, room in _rooms(conn, table, channel, account, now):
        beyond = sum(counts.get(outlet, 0) for outlet in outlets) - room.free
        takes = timedelta(seconds=max(0, beyond) / room.limit.rate)
        if takes > found.takes:
            surface = outlets[0].split(":")[1] if len(outlets) == 1 else ""
            found = msgspec.structs.replace(found, takes=takes, why=_in_words(room.limit, surface))
    for outlet, limit in _thread_limits(table, channel, account):
        _, longest = next(iter(_crowded(conn, outlet, limit.share(Rank.CHATTER))), ("", 0))
        takes = timedelta(seconds=max(0, longest - limit.share(Rank.CHATTER)) / limit.rate)
        if takes > found.takes:
            why = f"{_in_words(limit, outlet.surface)} in one thread"
            found = msgspec.structs.replace(found, takes=takes, why=why)
    return found


def late(conn: Connection, table: Table, channel: Channel, account: str, now: datetime, within: timedelta) -> list[Row]:
    """Messages that will not have gone out `within` this time, but for what people wrote: that is never given up."""
    found: dict[int, Row] = {}
    for outlets, room in _rooms(conn, table, channel, account, now):
        which = OUTBOX_NEW & outbox.c.outlet.in_(outlets)
        found |= _behind(conn, which, room.free + _lets_out(room.limit, within), outbox.c.rank, outbox.c.id)
    for outlet, limit in _thread_limits(table, channel, account):
        first = limit.share(Rank.CHATTER) + _lets_out(limit, within)
        for thread_key, _ in _crowded(conn, outlet, first):
            which = OUTBOX_NEW & (outbox.c.outlet == str(outlet)) & (outbox.c.thread_key == thread_key)
            found |= _behind(conn, which, first, outbox.c.id)
    return [found[number] for number in sorted(found)]


def too_old(conn: Connection, before: datetime) -> list[Row]:
    """Answers of the assistant that were decided before this time and still wait."""
    query = (
        sa.select(outbox.c.id, outbox.c.case_id, outbox.c.author)
        .where(OUTBOX_NEW, outbox.c.author == Author.BOT, outbox.c.created_at < before)
        .order_by(outbox.c.outlet, outbox.c.rank, outbox.c.id)
        .limit(_MOST)
    )
    return [_row(row) for row in conn.execute(query)]


def has_room(conn: Connection, table: Table, outlet: Outlet, now: datetime) -> bool:
    """Whether one more message would go out of an outlet at once."""
    counts = _counts(conn, outlet.channel, outlet.account)
    return all(
        sum(counts.get(name, 0) for name in outlets) < room.free
        for outlets, room in _rooms(conn, table, outlet.channel, outlet.account, now)
        if str(outlet) in outlets
    )


_BEST: Final = sa.func.min(outbox.c.rank)
_RANKS: Final = Statement(
    sa.select(outbox.c.thread_key, _BEST.label("best"))
    .where(
        OUTBOX_NEW,
        outbox.c.outlet.in_([given(outbox.c.outlet, surface) for surface in _SURFACES]),
        outbox.c.rank < Rank.CHATTER,
    )
    .group_by(outbox.c.thread_key)
    .order_by(_BEST, sa.func.min(outbox.c.id))
    .limit(_MOST)
)


def ranks(conn: Connection, channel: Channel, account: str) -> dict[str, Rank]:
    """Threads of an account in which something better than chatter waits, with its rank."""
    outlets = dict(zip(_SURFACES, _outlets(channel, account), strict=True))
    return {row.thread_key: Rank(row.best) for row in _RANKS.all(conn, **outlets)}


def _counts(conn: Connection, channel: Channel, account: str) -> dict[str, int]:
    query = (
        sa.select(outbox.c.outlet, sa.func.count())
        .where(OUTBOX_NEW, outbox.c.outlet.in_(_outlets(channel, account)))
        .group_by(outbox.c.outlet)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def _rooms(
    conn: Connection, table: Table, channel: Channel, account: str, now: datetime
) -> list[tuple[list[str], Room]]:
    """The limits of an account, each with the outlets that share it, and what it leaves now."""
    shared: dict[tuple[str, Limit], tuple[list[str], Room]] = {}
    for surface in _SURFACES:
        outlet = Outlet(channel=channel, surface=surface, account=account)
        for room in pace.rooms(conn, table, outlet, now):
            shared.setdefault((room.bucket, room.limit), ([], room))[0].append(str(outlet))
    return list(shared.values())


def _thread_limits(table: Table, channel: Channel, account: str) -> list[tuple[Outlet, Limit]]:
    return [
        (Outlet(channel=channel, surface=surface, account=account), limit)
        for surface in _SURFACES
        for limit in table.get((channel, surface), ())
        if limit.scope is Scope.THREAD
    ]


def _crowded(conn: Connection, outlet: Outlet, more_than: int) -> list[tuple[str, int]]:
    """Threads in which more than so many wait, the fullest first."""
    count = sa.func.count()
    query = (
        sa.select(outbox.c.thread_key, count)
        .where(OUTBOX_NEW, outbox.c.outlet == str(outlet))
        .group_by(outbox.c.thread_key)
        .having(count > more_than)
        .order_by(count.desc())
        .limit(_MOST)
    )
    return [(row[0], row[1]) for row in conn.execute(query)]


def _behind(
    conn: Connection, which: sa.ColumnElement[bool], first: int, *order: sa.ColumnElement[Any]
) -> dict[int, Row]:
    """What stands behind the first so many."""
    query = (
        sa.select(outbox.c.id, outbox.c.case_id, outbox.c.author, outbox.c.rank)
        .where(which)
        .order_by(*order)
        .offset(first)
        .limit(_MOST)
    )
    return {row.id: _row(row) for row in conn.execute(query) if row.rank > Rank.PEOPLE}


def _row(row: Any) -> Row:
    return Row(id=row.id, case_id=row.case_id, author=Author(row.author))


def _lets_out(limit: Limit, within: timedelta) -> int:
    return int(limit.rate * within.total_seconds())


def _outlets(channel: Channel, account: str) -> list[str]:
    return [str(Outlet(channel=channel, surface=surface, account=account)) for surface in _SURFACES]


def _in_words(limit: Limit, surface: str) -> str:
    return f"{limit.count} {f'{surface} ' if surface else ''}messages in {_span(limit.seconds)}"


def _span(seconds: int) -> str:
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            return f"{number} {word}" if number == 1 else f"{number} {word}s"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def cases_of(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows by their case, in the order in which they wait."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found
