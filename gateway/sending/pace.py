"""The pace: who may send now, so that no limit of a platform is ever passed, by whichever process.

    take: lock the rows of the buckets -> for each that asks, in the order of ranks: room in all of its buckets?
          yes: counted in each of them   no: when there will be

One row per bucket (an account, a surface of it, a thread) holds the moments of what went out lately. Rows, because a
restart must not begin a window anew, and because all worker processes share one platform's limit. What was counted and
then not sent stays counted, unless it is given back: always on the safe side.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.sending.limits import Limit, Outlet, Rank, Scope, Table
from gateway.storage.statements import Statement, given
from gateway.storage.traffic_tables import pace

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = 1_000_000
_MOMENTS: Final = 128  # kept apart for each window; beyond, the oldest are told by the later of two
_KEPT: Final = timedelta(hours=25)  # longer than the longest window
_CLOCKS_DIFFER: Final = timedelta(seconds=30)  # of two hosts; by more, and ours was put back

Moments = list[list[int]]
"""[microseconds since 1970, how many], oldest first."""
Buckets = dict[str, list[Limit]]
"""What limits what is counted under a name."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A thread that has something to send."""

    thread_key: str
    rank: Rank


def take(
    conn: Connection, table: Table, asks: Sequence[Ask], now: datetime, most: int | None = None
) -> list[datetime | None]:
    """Let out as many as the limits allow, at the most `most`, those who ask first before those who ask later.

    Returns for each that was looked at None, where it may go and has been counted, or when to ask again. Once `most`
    may go, the rest is not looked at.
    """
    wanted = [_buckets_of(table, ask.thread_key) for ask in asks]
    # What threads share is locked at the beginning, for all of them: two processes must not wait in a circle.
    names = {name for ask, buckets in zip(asks, wanted, strict=True) for name in buckets if name != ask.thread_key}
    held: dict[str, _Bucket] = {}
    verdicts: list[datetime | None] = []
    left = len(asks) if most is None else most
    while left > 0 and len(verdicts) < len(asks):
        some = range(len(verdicts), min(len(verdicts) + left, len(asks)))
        names.update(*(wanted[index] for index in some))
        held |= _lock(conn, names - held.keys(), now)
        verdicts += [_judge(held, wanted[index], asks[index].rank, now) for index in some]
        left -= verdicts[some.start :].count(None)
    _keep(conn, held, now)
    return verdicts


def _judge(held: "dict[str, _Bucket]", buckets: Buckets, rank: Rank, now: datetime) -> datetime | None:
    until = max((held[name].free_at(limits, rank, now) for name, limits in buckets.items()), default=now)
    if until > now:
        return until
    for name, limits in buckets.items():
        held[name].count(limits, now)
    return None


def give_back(conn: Connection, table: Table, thread_key: str, now: datetime) -> None:
    """One that was let out had nothing to send after all."""
    buckets = _buckets_of(table, thread_key)
    held = _lock(conn, set(buckets), now)
    for name, limits in buckets.items():
        held[name].uncount(limits)
    _keep(conn, held, now)


def shared(table: Table, thread_key: str) -> set[str]:
    """The names of what is counted for a thread together with others; its outlet where there is no such limit."""
    return _buckets_of(table, thread_key).keys() - {thread_key} or {str(Outlet.of(thread_key))}


def pause(conn: Connection, table: Table, thread_key: str, until: datetime, now: datetime) -> None:
    """The platform says that nothing more goes out of this thread's outlet before `until`."""
    held = _lock(conn, shared(table, thread_key), now)
    for bucket in held.values():
        bucket.paused_until = max(until, bucket.paused_until or until)
        bucket.touched = True
    _keep(conn, held, now)


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a limit is left now."""

    bucket: str
    limit: Limit
    free: int


def rooms(conn: Connection, table: Table, outlet: Outlet, now: datetime) -> list[Room]:
    """What an outlet's limits leave, those of single threads not looked at."""
    found = []
    for bucket, limits in _buckets_of(table, str(outlet)).items():
        row = conn.execute(sa.select(pace).where(pace.c.bucket == bucket)).one_or_none()
        held = _Bucket() if row is None else _Bucket.read(row, now)
        found += [
            Room(bucket=bucket, limit=limit, free=max(0, limit.share(Rank.CHATTER) - held.within(limit, now)))
            for limit in limits
            if limit.scope is not Scope.THREAD
        ]
    return found


def last_used(conn: Connection, table: Table, outlets: Iterable[Outlet]) -> datetime | None:
    """When something was last let out of any of these; None where that is not known, or longer ago than any window."""
    names = {name for outlet in outlets for name in _buckets_of(table, str(outlet))} | {
        str(outlet) for outlet in outlets
    }
    last: datetime | None = conn.execute(
        sa.select(sa.func.max(pace.c.used_at)).where(pace.c.bucket.in_(names))
    ).scalar_one()
    return last


def room_of(conn: Connection, table: Table, thread_key: str, rank: Rank, now: datetime) -> Room | None:
    """What is left for one more message of this rank in a thread, by its tightest limit; None where there is none."""
    found = []
    for bucket, limits in _buckets_of(table, thread_key).items():
        row = conn.execute(sa.select(pace).where(pace.c.bucket == bucket)).one_or_none()
        held = _Bucket() if row is None else _Bucket.read(row, now)
        for limit in limits:
            left = limit.share(rank) - held.within(limit, now) if held.paused_until is None else 0
            found.append(Room(bucket=bucket, limit=limit, free=max(0, left)))
    return min(found, key=lambda room: room.free, default=None)


def prune(conn: Connection, now: datetime) -> int:
    """Forget buckets of which nothing has gone out for longer than any window."""
    return conn.execute(pace.delete().where(pace.c.used_at < now - _KEPT)).rowcount


class _Bucket:
    """A row, while it is locked."""

    def __init__(self) -> None:
        self.moments: dict[str, Moments] = {}
        self.paused_until: datetime | None = None
        self.touched = False

    @classmethod
    def read(cls, row: Any, now: datetime) -> "_Bucket":
        """As it stands. What lies in the future was counted before the clock was put back: it counts as just now."""
        bucket = cls()
        latest = _number(now)
        bucket.moments = {
            window: [[min(at, latest), count] for at, count in moments] for window, moments in row.cells.items()
        }
        bucket.touched = bucket.moments != row.cells
        put_back = row.used_at > now + _CLOCKS_DIFFER
        if not put_back and row.paused_until is not None and now < row.paused_until:
            bucket.paused_until = row.paused_until
        return bucket

    def within(self, limit: Limit, now: datetime) -> int:
        """How many went out within the window that ends now."""
        start = _number(now) - limit.seconds * _SECOND
        return sum(count for at, count in self.moments.get(str(limit.seconds), []) if at > start)

    def free_at(self, limits: Iterable[Limit], rank: Rank, now: datetime) -> datetime:
        """When one of this rank may go."""
        free = max(now, self.paused_until or now)
        for limit in limits:
            over = self.within(limit, now) - limit.share(rank)
            if over < 0:
                continue
            start = _number(now) - limit.seconds * _SECOND
            for at, count in self.moments[str(limit.seconds)]:
                if at <= start:
                    continue
                over -= count
                if over < 0:
                    free = max(free, _moment(at + limit.seconds * _SECOND))
                    break
        return free

    def count(self, limits: Iterable[Limit], now: datetime) -> None:
        """One goes out."""
        self.touched = True
        latest = _number(now)
        for limit in limits:
            start = latest - limit.seconds * _SECOND
            moments = [moment for moment in self.moments.get(str(limit.seconds), []) if moment[0] > start]
            if moments and moments[-1][0] == latest:
                moments[-1][1] += 1
            else:
                moments.append([latest, 1])
            if len(moments) > _MOMENTS:
                moments = _coarser(moments)
            self.moments[str(limit.seconds)] = moments

    def uncount(self, limits: Iterable[Limit]) -> None:
        """One did not go out."""
        self.touched = True
        for limit in limits:
            moments = self.moments.get(str(limit.seconds))
            if moments:
                moments[-1][1] -= 1
                if moments[-1][1] <= 0:
                    moments.pop()


def _coarser(moments: Moments) -> Moments:
    """Half as many: two become one, at the later time."""
    older, newest = moments[:-1], moments[-1:]
    pairs = [older[index : index + 2] for index in range(0, len(older), 2)]
    return [[pair[-1][0], sum(count for _, count in pair)] for pair in pairs] + newest


def _buckets_of(table: Table, thread_key: str) -> Buckets:
    """The buckets that a thread's messages are counted in, and what limits each."""
    outlet = Outlet.of(thread_key)
    buckets: dict[str, list[Limit]] = {}
    for limit in table.get((outlet.channel, outlet.surface), ()):
        buckets.setdefault(outlet.bucket(limit.scope, thread_key), []).append(limit)
    return buckets


def _keeping(insert: Any) -> sa.Executable:
    names = ("bucket", "cells", "paused_until", "used_at")
    new = insert(pace).values({name: given(pace.c[name]) for name in names})
    return new.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=[pace.c.bucket], set_={name: new.excluded[name] for name in names[1:]}
    )


def _locking(insert: Any) -> sa.Executable:
    new = insert(pace).values(bucket=given(pace.c.bucket), cells={}, used_at=given(pace.c.used_at))
    same = new.on_conflict_do_update(index_elements=[pace.c.bucket], set_={"bucket": pace.c.bucket})
    return same.returning(pace)  # type: ignore[no-any-return]


_LOOK: Final = Statement(sa.select(pace).where(pace.c.bucket == given(pace.c.bucket)))
_LOCK: Final = Statement(_locking)
_KEEP: Final = Statement(_keeping)


def _lock(conn: Connection, names: set[str], now: datetime) -> dict[str, _Bucket]:
    """The rows of these buckets, locked in one order by everybody."""
    if not names:
        return {}
    held: dict[str, _Bucket] = {}
    for name in sorted(names):
        # Two may be the first to use a bucket: one of them waits here for the other's row. SQLite's writer is alone.
        row = (
            _LOOK.one(conn, bucket=name) if conn.dialect.name == "sqlite" else _LOCK.one(conn, bucket=name, used_at=now)
        )
        held[name] = _Bucket() if row is None else _Bucket.read(row, now)
    return held


def _keep(conn: Connection, held: dict[str, _Bucket], now: datetime) -> None:
    for name, bucket in held.items():
        if bucket.touched:
            _KEEP.run(conn, bucket=name, cells=bucket.moments, paused_until=bucket.paused_until, used_at=now)


def _number(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _moment(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)
