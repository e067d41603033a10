import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from gateway.channels.facebook.channel import FacebookChannel
from gateway.channels.facebook.settings import FacebookSettings
from gateway.clock import utc_now
from gateway.errors import Overloaded
from gateway.intake import inbox, recorder
from gateway.intake.pressure import PatientDatabase, Pressure
from gateway.intake.webhook import Intake
from gateway.lanes import Lane
from gateway.messages import Channel, RawEvent
from gateway.metrics import REGISTRY
from gateway.storage.database import Database, Work, create_engine, is_shared
from gateway.storage.migrate import migrate
from gateway.storage.postgres import PostgresDatabase
from gateway.storage.sqlite import SqliteDatabase
from gateway.storage.tables import inbox as inbox_table
from tests.postgres import Cluster

SECRET = "a secret"
PAGE = "104288817354101"
ARRIVALS = Lane.arrivals(Channel.FACEBOOK)


class FakeCarrier:
    def __init__(self) -> None:
        self.called: list[Lane] = []

    async def start(self, drains: object) -> None: ...

    async def stop(self, grace: float) -> None: ...

    async def call(self, lane: Lane) -> None:
        self.called.append(lane)


class SlowDatabase:
    """Takes nothing before `gate` is open; counts what it was asked for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = 0

    async def write(self, work: Work[Any], *, urgent: bool = False) -> Any:
        self.asked += 1
        await self.gate.wait()
        return await self.database.write(work, urgent=urgent)

    async def read(self, work: Work[Any], *, brief: bool = False) -> Any:
        return await self.database.read(work, brief=brief)

    def on_commit(self, listener: Callable[[], None]) -> None: ...

    def close(self) -> None:
        self.database.close()


class There:
    def __init__(self, url: str) -> None:
        engine = create_engine(url)
        migrate(engine)
        engine.dispose()
        self.carrier = FakeCarrier()
        opened: Database
        if is_shared(url):
            opened = PostgresDatabase(url, lambda conn, lane: self.carrier.called.append(lane))
        else:
            opened = sqlite = SqliteDatabase(url)
            sqlite.on_call(self.carrier.called.append)
        self.database = SlowDatabase(opened)
        settings = FacebookSettings(verify="v", secret=SECRET, page_access_token="t", page_id=PAGE)
        channels = {Channel.FACEBOOK: FacebookChannel(settings, utc_now)}
        self.intake = Intake(channels, self.database, utc_now, self.carrier)

    async def deliver(self, *mids: str, text: str = "hello", secret: str = SECRET) -> int:
        said = [
            {
                "sender": {"id": "65001"},
                "recipient": {"id": PAGE},
                "timestamp": 1,
                "message": {"mid": mid, "text": text},
            }
            for mid in mids
        ]
        body = json.dumps({"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": said}]}).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        response = await self.intake.receive("facebook", {"x-hub-signature-256": f"sha256={signature}"}, body)
        return response.status

    async def kept(self) -> list[str]:
        query = sa.select(inbox_table.c.native_id).order_by(inbox_table.c.id)
        kept: list[str] = await self.database.read(lambda conn: list(conn.execute(query).scalars()))
        return kept


@asynccontextmanager
async def there_on(url: str) -> AsyncIterator[There]:
    there = There(url)
    try:
        yield there
    finally:
        there.database.close()


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[There]:
    async with there_on(f"sqlite:///{tmp_path / 'aside.db'}") as found:
        yield found


def counted(result: str) -> float:
    return REGISTRY.get_sample_value("aside_webhook_events_total", {"channel": "facebook", "result": result}) or 0.0


async def test_webhooks_of_one_moment_are_one_transaction(there: There) -> None:
    assert await asyncio.gather(*(there.deliver(f"m{number}") for number in range(200))) == [200] * 200
    assert await there.kept() == [f"m{number}" for number in range(200)]
    assert there.database.asked <= 3
    assert set(there.carrier.called) == {ARRIVALS}


async def test_arrivals_are_called_once_for_each_delivery_that_comes_by_itself(there: There) -> None:
    for number in range(3):
        await there.deliver(f"m{number}")
        assert there.carrier.called == [ARRIVALS] * (number + 1)
        assert there.database.asked == number + 1
        await asyncio.sleep(0.05)


async def test_what_comes_again_is_known_and_calls_nobody(there: There) -> None:
    new, repeated = counted("new"), counted("repeated")
    await there.deliver("a", "b", "a")
    there.carrier.called.clear()
    assert await asyncio.gather(*map(there.deliver, ("a", "b"))) == [200, 200]
    assert there.carrier.called == []
    assert (counted("new") - new, counted("repeated") - repeated) == (2, 3)


async def test_nobody_is_answered_before_the_commit(there: There) -> None:
    there.database.gate.clear()
    answer = asyncio.create_task(there.deliver("a"))
    await asyncio.sleep(0.1)
    assert not answer.done()
    there.database.gate.set()
    assert await answer == 200


async def test_a_wrong_signature_is_refused_and_nothing_kept(there: There) -> None:
    assert await there.deliver("a", secret="another") == 403
    assert await there.kept() == []


async def test_a_card_number_is_masked_before_it_is_kept(there: There) -> None:
    await there.deliver("a", text="my card is ４１１１ 1111 1111 1111")
    bodies = await there.database.read(lambda conn: list(conn.execute(sa.select(inbox_table.c.body)).scalars()))
    assert b"[card" in bodies[0]
    assert b"1111 1111" not in bodies[0]


async def test_one_poisoned_delivery_does_not_spoil_those_beside_it(there: There) -> None:
    record = inbox.record

    def picky(conn: Connection, channel: Channel, account: str, raw: list[RawEvent], now: Any) -> int:
        if any(event.native_id == "poison" for event in raw):
            raise ValueError
        return record(conn, channel, account, raw, now)

    with mock.patch.object(inbox, "record", picky):
        answers = await asyncio.gather(
            there.deliver("a"), there.deliver("poison"), there.deliver("b"), return_exceptions=True
        )
    assert [answers[0], answers[2]] == [200, 200]
    assert isinstance(answers[1], ValueError)
    assert sorted(await there.kept()) == ["a", "b"]


async def test_where_the_database_fails_everybody_is_told_to_come_again(there: There) -> None:
    def full(*_: object) -> int:
        raise OperationalError("INSERT", None, Exception("database or disk is full"))

    with mock.patch.object(inbox, "record", full):
        assert await asyncio.gather(*map(there.deliver, ("a", "b"))) == [503, 503]
    assert there.database.asked == 1
    assert await there.deliver("a") == 200


async def test_a_database_that_hangs_is_given_up_in_time(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "_PATIENCE", 0.5)
    there.database.gate.clear()
    began = time.monotonic()
    assert await asyncio.gather(*(there.deliver(f"m{number}") for number in range(20))) == [503] * 20
    assert time.monotonic() - began < 2
    there.database.gate.set()
    assert await there.deliver("later") == 200


async def test_what_stands_behind_a_stuck_batch_goes_past_it(there: There) -> None:
    there.database.gate.clear()
    stuck = asyncio.create_task(there.deliver("stuck"))
    await asyncio.sleep(0.05)
    there.database.gate = asyncio.Event()
    there.database.gate.set()
    assert await asyncio.wait_for(there.deliver("behind"), 3) == 200
    assert not stuck.done()
    stuck.cancel()


async def test_more_than_there_is_room_for_is_refused_at_once(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "_MOST", 10)
    there.database.gate.clear()
    waiting = [asyncio.create_task(there.deliver(f"m{number}")) for number in range(10)]
    await asyncio.sleep(0.05)
    response = await there.deliver("too much")
    assert response == 503
    there.database.gate.set()
    assert await asyncio.gather(*waiting) == [200] * 10
    assert await there.deliver("again") == 200


async def test_large_deliveries_are_refused_by_their_bytes(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "_MOST_BYTES", 1_000)
    assert await there.deliver("large", text="x" * 1_000) == 503
    assert await there.deliver("small") == 200


async def test_a_caller_that_goes_away_takes_nobody_with_it(there: There) -> None:
    there.database.gate.clear()
    leaving = asyncio.create_task(there.deliver("left"))
    staying = asyncio.create_task(there.deliver("stayed"))
    await asyncio.sleep(0.05)
    leaving.cancel()
    there.database.gate.set()
    assert await staying == 200
    assert sorted(await there.kept()) == ["left", "stayed"]


async def test_a_nul_in_an_id_of_a_platform_can_be_kept(there: There) -> None:
    assert await there.deliver("a\0b") == 200
    assert await there.deliver("a\0b") == 200
    assert len(await there.kept()) == 1


async def test_the_same_holds_on_postgresql(postgres: Cluster) -> None:
    async with there_on(postgres.database()) as there:
        answers = await asyncio.gather(*(there.deliver(f"m{number % 150}", "a\0b") for number in range(300)))
        assert answers == [200] * 300
        assert len(await there.kept()) == 151
        assert there.database.asked <= 5


async def test_what_is_urgent_goes_before_what_waits(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'aside.db'}"
    engine = create_engine(url)
    migrate(engine)
    engine.dispose()
    database = SqliteDatabase(url)
    order: list[str] = []
    busy = asyncio.create_task(database.write(lambda conn: time.sleep(0.1)))
    await asyncio.sleep(0.02)
    ordinary = [asyncio.create_task(database.write(lambda conn: order.append("ordinary"))) for _ in range(5)]
    await asyncio.sleep(0)
    await database.write(lambda conn: order.append("urgent"), urgent=True)
    await asyncio.gather(busy, *ordinary)
    assert order == ["urgent"] + ["ordinary"] * 5
    database.close()


async def test_under_pressure_the_road_goes_step_by_step_and_does_not_stand_still() -> None:
    pressure = Pressure()
    for _ in range(25):
        pressure.note()
    await asyncio.wait_for(pressure.ease(), 0.01)  # so few are no pressure

    async def press() -> None:
        while True:
            for _ in range(50):
                pressure.note()
            await asyncio.sleep(0.01)

    pressing = asyncio.create_task(press())
    await asyncio.sleep(0.02)
    assert pressure.is_high
    steps = [asyncio.create_task(pressure.ease()) for _ in range(1000)]
    await asyncio.sleep(0.5)
    assert 2 <= sum(step.done() for step in steps) <= 100
    pressing.cancel()
    await asyncio.wait_for(asyncio.gather(*steps), 2)
    assert not pressure.is_high


async def test_what_is_urgent_waits_for_no_pressure(there: There) -> None:
    pressure = Pressure()
    for _ in range(100):
        pressure.note()
    patient = PatientDatabase(there.database, pressure)
    assert await asyncio.wait_for(patient.write(lambda conn: 1, urgent=True), 1) == 1


async def test_overloaded_says_when_to_come_again(there: There) -> None:
    with mock.patch.object(recorder.Recorder, "record", side_effect=Overloaded):
        body = b"{}"
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        response = await there.intake.receive("facebook", {"x-hub-signature-256": f"sha256={signature}"}, body)
    assert (response.status, response.headers["Retry-After"]) == (503, "5")
