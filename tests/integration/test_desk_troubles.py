"""The desk tells agents which channels fail, which are in crisis, and which cases they got because of it."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.storage import crises, outages
from gateway.storage.outages import Outage, OutageKind
from handoff.users import Role
from tests.factories import Story
from tests.integration.desk import PASSWORD, House
from tests.integration.test_desk_live import listen


async def begin(house: House) -> int:
    def write(conn: Connection) -> int:
        return crises.begin(conn, Channel.TWITTER, "brand", "100 public messages in 15 minutes", 240, 24, house.clock())

    return await house.db.write(write)


async def group(house: House, crisis: int, topic: str) -> str:
    """A case that people got because of a crisis."""

    def plot(story: Story) -> None:
        story.says("where is it?")
        case = story.hands_over(topic=topic)
        crises.add(story.conn, crisis, story.case_id, case.epoch, story.clock())

    return await house.tell(plot)


async def test_a_crisis_is_listed_with_its_cases_by_topic(house: House, ada: httpx.AsyncClient) -> None:
    crisis = await begin(house)
    grouped = [await group(house, crisis, topic) for topic in ("delivery", "refund", "delivery")]
    await house.tell(lambda story: story.says("something else"))
    [one] = (await ada.get("/api/v1/crises")).json()["crises"]
    assert (one["id"], one["channel"], one["waiting"], one["closed_at"]) == (crisis, "twitter", 240, None)
    assert one["cases"] == 3
    assert one["topics"] == [{"topic": "delivery", "cases": 2}, {"topic": "refund", "cases": 1}]
    found = (await ada.get("/api/v1/cases", params={"crisis": crisis})).json()["cases"]
    assert {case["id"] for case in found} == set(grouped)
    found = (await ada.get("/api/v1/cases", params={"crisis": crisis, "state": "queued", "topic": "refund"})).json()
    assert [case["id"] for case in found["cases"]] == [grouped[1]]
    assert (await ada.get(f"/api/v1/cases/{grouped[0]}")).json()["crisis"] == crisis


async def test_a_crisis_that_is_over_is_listed_while_its_cases_are_open(house: House, ada: httpx.AsyncClient) -> None:
    crisis = await begin(house)
    case_id = await group(house, crisis, "delivery")

    def end(conn: Connection) -> bool:
        ongoing = crises.ongoing(conn, Channel.TWITTER, "brand")
        assert ongoing is not None
        return crises.end(conn, ongoing, house.clock()) and not crises.end(conn, ongoing, house.clock())

    assert await house.db.write(end)
    [one] = (await ada.get("/api/v1/crises")).json()["crises"]
    assert one["closed_at"] is not None
    epoch = (await ada.get(f"/api/v1/cases/{case_id}")).json()["epoch"]
    claimed = await ada.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": epoch})
    await ada.post(f"/api/v1/cases/{case_id}/resolve", json={"epoch": claimed.json()["epoch"]})
    assert (await ada.get("/api/v1/crises")).json()["crises"] == []


async def test_channels_that_fail_are_listed_with_the_reason(house: House, ada: httpx.AsyncClient) -> None:
    outage = Outage(
        channel=Channel.TELEGRAM, account="brand", kind=OutageKind.LOCKED_OUT, why="Unauthorized", since=house.clock()
    )
    for _ in range(2):
        await house.db.write(lambda conn: outages.note(conn, Channel.TELEGRAM, "brand", outage, house.clock()))
    [one] = (await ada.get("/api/v1/crises")).json()["failing"]
    assert (one["channel"], one["kind"], one["why"]) == ("telegram", "locked_out", "Unauthorized")


async def test_pages_show_it_to_everybody_who_may_see_cases(house: House) -> None:
    crisis = await begin(house)
    case_id = await group(house, crisis, "delivery")
    outage = Outage(
        channel=Channel.FACEBOOK, account="brand", kind=OutageKind.LOCKED_OUT, why="<b>190</b>", since=house.clock()
    )
    await house.db.write(lambda conn: outages.note(conn, Channel.FACEBOOK, "brand", outage, house.clock()))
    house.clock.pass_by(minutes=7)
    await house.user("Bea", Role.SUPERVISOR, PASSWORD)
    async with house.stranger() as browser:
        await browser.post("/login", data={"name": "Bea", "password": PASSWORD}, headers={"Origin": house.url})
        page = (await browser.get(f"/desk/cases/{case_id}")).text
    assert "X is in crisis" in page
    assert "delivery: 1" in page
    assert "Facebook does not let us in" in page
    assert "&lt;b&gt;190&lt;/b&gt;" in page
    assert "would have come too late" in page


async def test_a_crisis_in_which_nothing_waits_any_more_is_said_to_calm_down(
    house: House, ada: httpx.AsyncClient
) -> None:
    await begin(house)
    since = house.clock()

    def calm(conn: Connection) -> None:
        crisis = crises.ongoing(conn, Channel.TWITTER, "brand")
        assert crisis is not None
        crises.go_on(conn, crisis, 0, 0, calm=True, now=house.clock())

    await house.db.write(calm)
    house.clock.pass_by(minutes=2)
    [one] = (await ada.get("/api/v1/crises")).json()["crises"]
    assert (one["waiting"], one["closed_at"], one["calm_since"][:19]) == (0, None, since.isoformat()[:19])
    await house.user("Bea", Role.SUPERVISOR, PASSWORD)
    async with house.stranger() as browser:
        await browser.post("/login", data={"name": "Bea", "password": PASSWORD}, headers={"Origin": house.url})
        page = (await browser.get("/desk")).text
    assert "X is calming down" in page
    assert "X is in crisis" not in page


async def test_agents_are_told_as_it_happens_and_of_nothing_else_that_is_no_cases(
    house: House, ada: httpx.AsyncClient
) -> None:
    listening = asyncio.create_task(listen(ada, 1))
    await asyncio.sleep(0.3)
    async with house.stranger() as browser:
        await browser.post("/login", data={"name": "Bea", "password": "wrong"}, headers={"Origin": house.url})
    await begin(house)
    house.bell.ring()
    [(_, told)] = await asyncio.wait_for(listening, 10)
    assert (told["kind"], told["case_id"]) == ("crisis.opened", None)


async def test_who_may_see_no_cases_sees_no_crises(house: House) -> None:
    async with await house.user("Tom", Role.TRAINER) as trainer:
        assert (await trainer.get("/api/v1/crises")).status_code == 403
    async with house.stranger() as stranger:
        assert (await stranger.get("/api/v1/crises")).status_code == 401


@pytest.mark.parametrize("given", ["x", "-1", "1" * 30])
async def test_a_crisis_that_is_no_number_is_refused(ada: httpx.AsyncClient, given: str) -> None:
    assert (await ada.get("/api/v1/cases", params={"crisis": given})).status_code == 422


async def test_a_crisis_calms_down_before_it_ends(house: House) -> None:
    await begin(house)

    async def look(*, calm: bool) -> timedelta:
        def write(conn: Connection) -> timedelta:
            ongoing = crises.ongoing(conn, Channel.TWITTER, "brand")
            assert ongoing is not None
            return crises.go_on(conn, ongoing, 1, 0, calm=calm, now=house.clock())

        return await house.db.write(write)

    assert await look(calm=True) == timedelta(0)
    house.clock.pass_by(minutes=4)
    assert await look(calm=True) == timedelta(minutes=4)
    assert await look(calm=False) == timedelta(0)
    assert await look(calm=True) == timedelta(0)
    house.clock.pass_by(hours=-2)
    assert await look(calm=True) == timedelta(0)
