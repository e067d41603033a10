"""The way aside, counted by channel and period: over the API, and on the desk's page of channels."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from gateway.credentials import Account
from gateway.messages import Channel, Surface
from gateway.public_thread import Event, MoveState, Patience
from gateway.storage import progress
from gateway.storage.tables import moves
from handoff.users import Role
from tests.factories import Story
from tests.integration.desk import House, running


@pytest.fixture
async def house(tmp_path: object) -> AsyncIterator[House]:
    account = Account(channel=Channel.TELEGRAM, native_id="brand", receives="webhook", lacking=[])
    async with running(tmp_path, [account]) as house:  # type: ignore[arg-type]
        yield house


@pytest.fixture
async def ada(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with await house.user("Ada") as client:
        yield client


def ends(story: Story, *events: Event) -> None:
    story.says("where is my order??", Surface.PUBLIC)
    story.invites()
    for event in events:
        progress.happen_to_all(story.conn, story.case_id, event, Patience(), story.clock())


async def tell_all(house: House) -> None:
    await house.tell(lambda story: ends(story))
    await house.tell(lambda story: ends(story, Event.ARRIVED))
    await house.tell(lambda story: ends(story, Event.ARRIVED, Event.RESOLVED, Event.CLOSE))
    await house.tell(lambda story: ends(story, Event.REMIND, Event.LOOK, Event.GIVE_UP))
    await house.tell(lambda story: ends(story, Event.ARRIVED), channel=Channel.TWITTER)


FUNNEL = {"seen": 4, "acknowledged": 4, "invited": 4, "arrived": 2, "resolved": 1, "closed": 1, "no_show": 1}


async def test_each_channels_public_threads_are_counted_by_how_far_they_came(
    house: House, ada: httpx.AsyncClient
) -> None:
    await tell_all(house)
    body = (await ada.get("/api/v1/aside")).json()
    counted = {one.pop("channel"): one for one in body["channels"]}
    assert body["period"] == "week"
    assert counted["telegram"] == FUNNEL
    assert (counted["twitter"]["seen"], counted["twitter"]["arrived"]) == (1, 1)
    assert set(counted["facebook"].values()) == {0}


@pytest.mark.parametrize(("days", "period", "seen"), [(2, "day", 0), (2, "week", 4), (20, "week", 0), (20, "month", 4)])
async def test_only_what_began_within_the_period_counts(
    house: House, ada: httpx.AsyncClient, days: int, period: str, seen: int
) -> None:
    await tell_all(house)
    house.clock.now += timedelta(days=days)
    body = (await ada.get(f"/api/v1/aside?period={period}")).json()
    assert next(one["seen"] for one in body["channels"] if one["channel"] == "telegram") == seen


async def test_what_the_version_before_has_left_counts_by_its_state(house: House, ada: httpx.AsyncClient) -> None:
    await tell_all(house)
    blank = dict.fromkeys(("acked_at", "invited_at", "arrived_at", "resolved_at"))
    left = moves.update().where(moves.c.state == MoveState.PUBLIC_CLOSED).values(**blank)
    await house.db.write(lambda conn: conn.execute(left))
    body = (await ada.get("/api/v1/aside")).json()
    (counted,) = [one for one in body["channels"] if one["channel"] == "telegram"]
    assert (counted["invited"], counted["arrived"], counted["closed"]) == (4, 2, 1)


async def test_the_page_of_channels_shows_it(house: House, ada: httpx.AsyncClient) -> None:
    await tell_all(house)
    page = (await ada.get("/desk/channels?period=month", headers={"Accept": "text/html"})).text
    assert "The way aside, 30 days" in page
    assert 'aria-label="Arrived, of 4 seen"' in page
    assert (await ada.get("/desk/channels?period=year", headers={"Accept": "text/html"})).status_code == 422


async def test_trainers_see_none_of_it(house: House) -> None:
    async with await house.user("Tom", Role.TRAINER) as tom:
        assert (await tom.get("/api/v1/aside")).status_code == 403


async def test_counting_reads_only_the_period(house: House) -> None:
    def plan(conn: sa.Connection) -> str:
        if conn.dialect.name != "sqlite":
            return "ix_moves_created_at"
        return str(conn.exec_driver_sql("EXPLAIN QUERY PLAN SELECT id FROM moves WHERE created_at >= 1").all())

    assert "ix_moves_created_at" in await house.read(plan)
