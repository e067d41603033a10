"""Live updates over real HTTP: each event once, in order, resumable, and an end when the process stops."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from gateway.storage import events
from handoff.errors import TooManyStreams
from handoff.live import Listeners
from handoff.users import Role
from tests.factories import Story
from tests.integration.desk import House, running


def chats(story: Story) -> None:
    story.says("I want a human")
    story.hands_over()


async def listen(client: httpx.AsyncClient, wanted: int, **options: object) -> list[tuple[int, dict[str, object]]]:
    """The first so many events of a stream, then the line breaks."""
    got: list[tuple[int, dict[str, object]]] = []
    async with client.stream("GET", "/api/v1/events", timeout=15, **options) as answer:  # type: ignore[arg-type]
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        last, name = 0, ""
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                last = int(line[4:])
            elif line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                if name != "ready":
                    got.append((last, json.loads(line[6:])))
                name = ""
            if len(got) >= wanted:
                return got
    return got


async def log_of(house: House) -> list[int]:
    rows = await house.read(lambda conn: events.after(conn, 0, 10_000))
    return [row.id for row in rows if row.case_id is not None]


async def test_what_happens_is_told_at_once(house: House) -> None:
    async with await house.user("Ada") as ada:
        listening = asyncio.create_task(listen(ada, 3))
        await asyncio.sleep(0.3)
        case_id = await house.tell(chats)
        began = asyncio.get_running_loop().time()
        house.bell.ring()
        got = await listening
        assert asyncio.get_running_loop().time() - began < 0.5
    assert [event["kind"] for _, event in got] == ["case.opened", "message.added", "handoff"]
    assert {event["case_id"] for _, event in got} == {case_id}


async def test_without_a_bell_it_is_told_within_a_second_or_so(house: House) -> None:
    async with await house.user("Ada") as ada:
        listening = asyncio.create_task(listen(ada, 1))
        await asyncio.sleep(0.3)
        await house.tell(chats)
        assert len(await asyncio.wait_for(listening, 3)) == 1


@pytest.mark.parametrize("by_header", [True, False])
async def test_a_stream_that_breaks_again_and_again_loses_and_doubles_nothing(house: House, by_header: bool) -> None:
    async def happen() -> None:
        for _ in range(40):
            await house.tell(chats)
            house.bell.ring()
            await asyncio.sleep(0.005)

    async with await house.user("Ada") as ada:
        happening = asyncio.create_task(happen())
        got: list[int] = []
        last = 0
        while len(got) < 120:
            where: dict[str, object] = (
                {"headers": {"Last-Event-ID": str(last)}} if by_header else {"params": {"last_event_id": last}}
            )
            heard = await listen(ada, min(7, 120 - len(got)), **where)
            got += [number for number, _ in heard]
            last = got[-1]
        await happening
    assert got == await log_of(house)


async def test_the_newer_header_wins_over_the_address_that_the_page_began_with(house: House) -> None:
    for _ in range(3):
        await house.tell(chats)
    ids = await log_of(house)
    async with await house.user("Ada") as ada:
        heard = await listen(ada, 1, headers={"Last-Event-ID": str(ids[3])}, params={"last_event_id": 0})
    assert [number for number, _ in heard] == [ids[4]]


async def test_a_stream_without_a_past_begins_now(house: House) -> None:
    await house.tell(chats)
    before = await log_of(house)
    async with await house.user("Ada") as ada:
        listening = asyncio.create_task(listen(ada, 1))
        await asyncio.sleep(0.3)
        await house.tell(chats)
        house.bell.ring()
        [(number, _)] = await listening
    assert number > before[-1]


async def test_sign_ins_of_colleagues_are_not_told(house: House) -> None:
    await house.user("Ben", password="correct horse battery")
    async with await house.user("Ada") as ada, house.stranger() as ben:
        listening = asyncio.create_task(listen(ada, 1))
        await asyncio.sleep(0.3)
        await ben.post("/login", data={"name": "Ben", "password": "correct horse battery"})
        await house.tell(chats)
        house.bell.ring()
        [(_, event)] = await listening
    assert event["kind"] == "case.opened"


async def test_a_nonsense_id_is_refused(house: House) -> None:
    async with await house.user("Ada") as ada:
        for wrong in ("x", "-1", "9" * 30):
            answer = await ada.get("/api/v1/events", headers={"Last-Event-ID": wrong})
            assert (answer.status_code, answer.json()["error"]) == (422, "invalid")


async def test_trainers_and_strangers_hear_nothing(house: House) -> None:
    async with await house.user("Tess", Role.TRAINER) as tess, house.stranger() as stranger:
        assert (await tess.get("/api/v1/events")).status_code == 403
        assert (await stranger.get("/api/v1/events")).status_code == 401


async def test_streams_end_when_the_process_stops(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        client = await house.user("Ada")
        listening = asyncio.create_task(listen(client, 99))
        await asyncio.sleep(0.3)
    assert await asyncio.wait_for(listening, 5) == []
    await client.aclose()


def test_one_user_cannot_listen_in_more_places_than_they_could_look_at() -> None:
    listeners = Listeners(most=2)
    with listeners.one_more(1), listeners.one_more(1):
        with pytest.raises(TooManyStreams), listeners.one_more(1):
            pass
        with listeners.one_more(2):
            pass
    with listeners.one_more(1), listeners.one_more(1):
        pass
