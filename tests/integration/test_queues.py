"""What /metrics says of what waits: how much, since when, and nothing of what has ended."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from gateway import health
from gateway.clock import utc_now
from gateway.sending.parcels import OutboxStatus
from gateway.storage import queues
from gateway.storage.queues import Queue
from gateway.storage.tables import inbox, outbox, timers
from handoff.users import Role
from tests.factories import Story
from tests.fakes import FakeAssistant
from tests.integration import past
from tests.integration.desk import House, running
from tests.serving import application, serving

NAMES = {queue.value for queue in Queue}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path) as house:
        yield house


def received(house: House, native_id: str, status: str, ago: timedelta) -> sa.Insert:
    return inbox.insert().values(
        channel="telegram", account="brand", native_id=native_id, body=b"{}", status=status,
        received_at=house.clock() - ago,
    )  # fmt: skip


async def told(house: House) -> dict[str, float]:
    """What /metrics says, by name and labels."""
    app = application("metrics")
    app.blueprint(health.blueprint({}, house.db, FakeAssistant(), house.clock))
    async with serving(app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        lines = (await client.get("/metrics")).text.splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


async def test_a_queue_that_stands_still_shows_its_age(house: House) -> None:
    await house.db.write(
        lambda conn: [
            conn.execute(received(house, name, status, timedelta(minutes=ago)))
            for name, status, ago in (
                ("a", "new", 7), ("b", "new", 3), ("c", "queued", 5), ("d", "done", 99), ("e", "set_aside", 99),
            )
        ]
    )  # fmt: skip
    values = await told(house)
    assert values['aside_queue_depth{queue="arrivals"}'] == 2
    assert values['aside_queue_oldest_seconds{queue="arrivals"}'] == 7 * 60
    assert values['aside_queue_depth{queue="turns"}'] == 1
    assert values['aside_queue_oldest_seconds{queue="turns"}'] == 5 * 60
    assert values["aside_dead_letters"] == 1
    house.clock.pass_by(minutes=10)
    assert (await told(house))['aside_queue_oldest_seconds{queue="turns"}'] == 15 * 60


async def test_every_queue_is_told_of_and_an_empty_one_is_nought(house: House) -> None:
    values = await told(house)
    for name in NAMES:
        assert values[f'aside_queue_depth{{queue="{name}"}}'] == 0
        assert values[f'aside_queue_oldest_seconds{{queue="{name}"}}'] == 0


async def test_what_waits_for_people_for_a_platform_and_for_a_time_is_counted(house: House) -> None:
    def plot(story: Story) -> None:
        story.says("help")
        story.hands_over()

    case_id = await house.tell(plot)
    now = house.clock()
    async with await house.user("Ada", Role.AGENT) as ada:
        await ada.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": 2})
        await ada.post(f"/api/v1/cases/{case_id}/messages", json={"text": "Hello", "surface": "private"})
        await house.tell(plot)

    def due(minutes: int) -> dict[str, object]:
        at = now + timedelta(minutes=minutes)
        return {"kind": "unclear", "case_id": case_id, "due_at": at, "payload": {}, "status": "pending"}

    await house.db.write(lambda conn: conn.execute(timers.insert(), [due(-2), due(-1), due(60)]))
    found = await house.read(lambda conn: queues.waiting(conn, house.clock()))
    assert {queue: waiting.depth for queue, waiting in found.items()} == {
        Queue.ARRIVALS: 0, Queue.TURNS: 0, Queue.SENDS: 1, Queue.ALARMS: 2, Queue.PEOPLE: 1,
    }  # fmt: skip
    assert found[Queue.ALARMS].since == now - timedelta(minutes=2)
    await house.db.write(lambda conn: conn.execute(outbox.update().values(status=OutboxStatus.UNCLEAR)))
    found = await house.read(lambda conn: queues.waiting(conn, house.clock()))
    assert found[Queue.SENDS].depth == 0


async def test_a_past_of_a_thousand_cases_waits_for_nothing(house: House) -> None:
    await house.db.write(lambda conn: past.closed_cases(conn, 1_000))
    found = await house.read(lambda conn: queues.waiting(conn, utc_now()))
    assert {waiting.depth for waiting in found.values()} == {0}
