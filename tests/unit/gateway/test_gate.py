"""The gate: who is let in, on a loop whose time is the test's."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
import sqlalchemy as sa

from gateway.errors import LaneLost
from gateway.messages import Channel, Surface
from gateway.sending.claims import Claim
from gateway.sending.gate import Gate
from gateway.sending.limits import LIMITS, Limit, Rank, Scope, Table
from gateway.sending.watch import Went
from gateway.storage import outages
from gateway.storage.database import T, Work
from gateway.storage.model import metadata
from gateway.storage.outages import OutageKind
from tests.fakes import FakeClock

WIDE: Table = {}
TO_SEND = Claim(parcel=Mock(), look=False, last=True)


class Rows:
    """A database of one connection."""

    def __init__(self) -> None:
        self.engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        metadata.create_all(self.engine)

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        with self.engine.begin() as conn:
            return work(conn)

    async def read(self, work: Work[T], *, brief: bool = False) -> T:
        with self.engine.begin() as conn:
            return work(conn)

    def on_commit(self, listener: Callable[[], None]) -> None: ...

    def close(self) -> None:
        self.engine.dispose()


class Door:
    """A gate, and what a test wants of it."""

    def __init__(self, rows: Rows, table: Table = WIDE, places: int = 8) -> None:
        self.rows = rows
        self.clock = FakeClock()
        self.ranks: dict[str, Rank] = {}
        self.gate = Gate(Channel.TELEGRAM, "brand", table, places, rows, self.clock, lambda *_: self.ranks)
        self.order: list[str] = []
        self.claims: Callable[[str], Claim | datetime | None] = lambda key: TO_SEND

    async def send(self, key: str, went: Went = Went.THROUGH, takes: float = 0.0, why: str = "why") -> datetime | None:
        back = await self.gate.claim(f"telegram:private:brand:{key}", lambda conn: self.claims(key), shared=False)
        if isinstance(back, Claim):
            self.order.append(key)
            await asyncio.sleep(takes)
            self.gate.done(f"telegram:private:brand:{key}", went, why)
            if went is Went.NOT_AT_ALL:
                await self.gate.give_back(f"telegram:private:brand:{key}")
        return back if isinstance(back, datetime) else None

    async def outage(self) -> outages.Outage | None:
        return await self.rows.read(lambda conn: outages.of(conn, Channel.TELEGRAM, "brand"))


@pytest.fixture
def rows() -> Iterator[Rows]:
    rows = Rows()
    yield rows
    rows.close()


async def until(happened: Callable[[], bool], longest: float = 5.0) -> None:
    async with asyncio.timeout(longest):
        while not happened():
            await asyncio.sleep(0.01)


async def test_no_more_than_the_places_are_under_way_at_once(rows: Rows) -> None:
    door = Door(rows, places=3)
    sends = [asyncio.create_task(door.send(str(number), takes=0.1)) for number in range(7)]
    await asyncio.sleep(0.05)
    assert len(door.order) == 3
    await asyncio.gather(*sends)
    assert len(door.order) == 7


async def test_people_go_before_notices_and_notices_before_chatter(rows: Rows) -> None:
    one_each = {(Channel.TELEGRAM, Surface.PRIVATE): (Limit(scope=Scope.ACCOUNT, count=1, seconds=1),)}
    door = Door(rows, one_each)
    await door.send("before")
    door.ranks = {"telegram:private:brand:notice": Rank.NOTICE, "telegram:private:brand:person": Rank.PEOPLE}
    sends = [asyncio.create_task(door.send(key)) for key in ("bot 1", "bot 2", "notice", "person")]
    await until(lambda: len(door.order) == 4, 8)
    assert door.order == ["before", "person", "notice", "bot 1"]
    await door.gate.stop()
    assert await sends[1] is not None


async def test_a_thread_that_waits_becomes_more_urgent_when_a_person_writes_in_it(rows: Rows) -> None:
    table = {(Channel.TELEGRAM, Surface.PRIVATE): (Limit(scope=Scope.ACCOUNT, count=10, seconds=600),)}
    door = Door(rows, table)
    for number in range(8):
        await door.send(str(number))
    waits = asyncio.create_task(door.send("late"))
    await asyncio.sleep(0.1)
    assert not waits.done()
    door.ranks = {"telegram:private:brand:late": Rank.PEOPLE}
    await asyncio.wait_for(waits, 3)


async def test_thirty_a_second_go_out_and_never_more(rows: Rows) -> None:
    door = Door(rows, LIMITS, places=32)
    started = asyncio.get_running_loop().time()
    await asyncio.gather(*(door.send(str(number)) for number in range(61)))
    assert 2.0 <= asyncio.get_running_loop().time() - started < 3.0


async def test_while_the_breaker_is_open_nobody_gets_in_and_then_one(rows: Rows) -> None:
    door = Door(rows)
    await asyncio.gather(*(door.send(str(number), Went.FAILED, why="cannot be reached") for number in range(5)))
    await until(lambda: door.gate._watch._telling is not None and door.gate._watch._telling.done())
    outage = await door.outage()
    assert outage is not None
    assert (outage.kind, outage.why) == (OutageKind.UNREACHABLE, "cannot be reached")
    sends = [asyncio.create_task(door.send(f"late{number}", takes=0.2)) for number in range(6)]
    await asyncio.sleep(0.5)
    assert len(door.order) == 5
    await until(lambda: len(door.order) == 6)
    await asyncio.sleep(0.1)
    assert len(door.order) == 6
    await asyncio.gather(*sends)
    await until(lambda: door.gate._watch._telling is not None and door.gate._watch._telling.done())
    assert await door.outage() is None
    await door.gate.stop()


async def test_being_locked_out_is_known_at_once_and_to_the_next_run(rows: Rows) -> None:
    door = Door(rows)
    await door.send("a", Went.LOCKED_OUT, why="401")
    await until(lambda: door.gate._watch._telling is not None and door.gate._watch._telling.done())
    found = await door.outage()
    assert found is not None
    assert found.kind is OutageKind.LOCKED_OUT
    again = Door(rows)
    await again.gate.start()
    waits = asyncio.create_task(again.send("b"))
    await asyncio.sleep(0.5)
    assert not again.order
    await waits
    await until(lambda: again.gate._watch._telling is not None and again.gate._watch._telling.done())
    assert await again.outage() is None
    told = await rows.read(lambda conn: [row.kind for row in conn.execute(sa.select(metadata.tables["events"]))])
    assert told == ["channel.failing", "channel.recovered"]
    await again.gate.stop()


async def test_a_refusal_is_no_failure_of_the_platform(rows: Rows) -> None:
    door = Door(rows)
    for number in range(20):
        await door.send(str(number), Went.THROUGH)
    assert await door.outage() is None


async def test_a_drain_with_one_of_few_places_is_sent_away_and_told_when_to_come_back(rows: Rows) -> None:
    table = {(Channel.TELEGRAM, Surface.PRIVATE): (Limit(scope=Scope.ACCOUNT, count=1, seconds=600),)}
    door = Door(rows, table)
    await door.send("first")
    back = await door.gate.claim("telegram:private:brand:second", lambda conn: TO_SEND, shared=True)
    assert isinstance(back, datetime)
    assert timedelta(seconds=0.5) < back - door.clock() <= timedelta(seconds=30)


async def test_what_was_let_in_and_had_nothing_to_send_takes_nobodys_place(rows: Rows) -> None:
    table = {(Channel.TELEGRAM, Surface.PRIVATE): (Limit(scope=Scope.ACCOUNT, count=2, seconds=600),)}
    door = Door(rows, table, places=1)
    for number in range(9):
        await asyncio.wait_for(door.send(str(number), Went.NOT_AT_ALL), 1)
    door.claims = lambda key: None
    for number in range(9):
        await asyncio.wait_for(door.send(str(number)), 1)
    door.claims = lambda key: Claim(parcel=Mock(), look=True, last=True)
    for number in range(9):
        looks = await door.gate.claim(f"telegram:private:brand:{number}", lambda conn: door.claims(""), shared=False)
        assert isinstance(looks, Claim)


async def test_one_threads_fault_is_its_own(rows: Rows) -> None:
    door = Door(rows)

    def claim(key: str) -> Claim:
        if key == "broken":
            raise LaneLost
        return TO_SEND

    door.claims = claim
    with pytest.raises(LaneLost):
        await door.send("broken")
    broken, well = await asyncio.gather(door.send("broken"), door.send("well"), return_exceptions=True)
    assert isinstance(broken, LaneLost)
    assert well is None
    assert door.order == ["well"]


async def test_a_drain_that_is_cancelled_leaves_its_place_to_others(rows: Rows) -> None:
    door = Door(rows, places=1)
    first = asyncio.create_task(door.send("first", takes=0.2))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(door.send("second"))
    await asyncio.sleep(0.05)
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    await asyncio.wait_for(door.send("third"), 1)
    assert door.order == ["first", "third"]


async def test_a_store_that_fails_for_a_moment_delays_and_stops_nobody(rows: Rows) -> None:
    door = Door(rows)
    write, failures = rows.write, [OSError("full")]

    async def failing(work: Work[T], *, urgent: bool = False) -> T:
        if failures:
            raise failures.pop()
        return await write(work)

    rows.write = failing  # type: ignore[method-assign]
    await asyncio.wait_for(door.send("a"), 3)
