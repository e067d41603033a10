"""The desk's page of channels, and its API: how each channel is, what was set aside, and looking at it again."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.credentials import Account
from gateway.intake import inbox
from gateway.intake.inbox import InboxStatus
from gateway.lanes import Lane
from gateway.messages import Channel, RawEvent
from gateway.sending import pace
from gateway.sending.limits import LIMITS, Rank
from gateway.sending.pace import Ask
from gateway.storage import checks, cursors, pulse, repairs, settled
from gateway.storage.checks import Finding
from gateway.storage.pulse import Slot
from gateway.storage.tables import inbox as inbox_table
from handoff.outline import outline
from handoff.users import Role
from tests.integration.desk import PASSWORD, House, running

ACCOUNTS = [
    Account(channel=Channel.TWITTER, lacking=[], receives="webhook", native_id="158"),
    Account(channel=Channel.FACEBOOK, lacking=["FACEBOOK_SECRET"], receives="webhook", native_id=""),
    Account(channel=Channel.TELEGRAM, lacking=[], receives="polling", native_id="720"),
]
EVENT = {"update_id": 12345678, "poll": {"type": "quiz", "question": "Where is Ines?", "is_closed": False}}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, accounts=ACCOUNTS) as house:
        yield house


@pytest.fixture
async def bea(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with await house.user("Bea", Role.SUPERVISOR, PASSWORD) as client:
        yield client


async def hold_events(house: House, count: int, status: InboxStatus, reason: str, start: int = 0) -> list[int]:
    """Events of Telegram's that nobody works on any more; their ids."""

    def write(conn: Connection) -> list[int]:
        events = [
            RawEvent(native_id=f"{reason}-{number}", payload=json.dumps(EVENT).encode())
            for number in range(start, start + count)
        ]
        before = conn.execute(sa.select(sa.func.coalesce(sa.func.max(inbox_table.c.id), 0))).scalar_one()
        inbox.record(conn, Channel.TELEGRAM, "720", events, house.clock())
        mine = inbox_table.c.id > before
        conn.execute(inbox_table.update().where(mine).values(status=status, reason=reason, case_id=None))
        return list(conn.execute(sa.select(inbox_table.c.id).where(mine).order_by(inbox_table.c.id)).scalars())

    return await house.db.write(write)


async def standing(house: House, event_id: int) -> str:
    def read(conn: Connection) -> str:
        return str(conn.execute(sa.select(inbox_table.c.status).where(inbox_table.c.id == event_id)).scalar_one())

    return await house.read(read)


async def test_every_channel_is_listed_with_what_it_lacks_and_how_it_is(house: House, bea: httpx.AsyncClient) -> None:
    now = house.clock()

    def write(conn: Connection) -> None:
        here = (conn, Channel.TWITTER, "158")
        checks.note(*here, [Finding(name="webhook", well=False, words="It is gone.", advice="Connect.")], now)
        checks.note(*here, [Finding(name="token", well=True, words="It is ours.")], now)
        repairs.note(*here, 3, now, now)
        pulse.add(*here, Slot(count=1, first_at=now, last_at=now))
        cursors.take(*here, "me", now, alone=True)
        cursors.keep(*here, "me", {}, now)
        pace.take(conn, LIMITS, [Ask(thread_key="twitter:public:158:t", rank=Rank.PEOPLE)], now)

    await house.db.write(write)
    await hold_events(house, 2, InboxStatus.SET_ASIDE, "not_understood")
    await hold_events(house, 3, InboxStatus.IGNORED, "own_echo")
    x, facebook, telegram = (await bea.get("/api/v1/channels")).json()["channels"]
    assert (facebook["on"], facebook["lacking"]) == (False, ["FACEBOOK_SECRET"])
    assert (x["on"], x["receives"], x["repaired"]) == (True, "webhook", 3)
    assert [(check["name"], check["well"]) for check in x["checks"]] == [
        ("catch-up", False),
        ("webhook", False),
        ("token", True),
    ]
    assert all(x[name] is not None for name in ("last_arrival_at", "last_sent_at", "asked_at"))
    posts = next(room for room in x["room"] if room["surface"] == "public" and room["seconds"] == 900)
    assert posts["left"] + posts["kept"] == posts["count"] - 1
    assert telegram["receives"] == "polling"
    assert telegram["set_aside"] == [{"reason": "not_understood", "events": 2}]
    assert telegram["ignored"] == [{"reason": "own_echo", "events": 3}]
    assert telegram["last_sent_at"] is None
    [unwell] = [one for one in (await bea.get("/api/v1/crises")).json()["unwell"] if one["check"] == "webhook"]
    assert (unwell["channel"], unwell["words"]) == ("twitter", "It is gone.")


async def test_what_was_set_aside_is_listed_page_by_page_the_newest_first(house: House, bea: httpx.AsyncClient) -> None:
    ids = await hold_events(house, 7, InboxStatus.SET_ASIDE, "not_understood")
    await hold_events(house, 2, InboxStatus.IGNORED, "own_echo")
    got: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await bea.get(f"/api/v1/channels/telegram/events?limit=3{cursor and '&cursor=' + cursor}")).json()
        got += [event["id"] for event in page["events"]]
        cursor = page["next"]
    assert got == ids[::-1]
    assert (await bea.get("/api/v1/channels/twitter/events")).json() == {"events": [], "next": None}
    ignored = (await bea.get("/api/v1/channels/telegram/events?status=ignored")).json()["events"]
    assert {event["reason"] for event in ignored} == {"own_echo"}


async def test_an_event_shows_its_shape_and_nobodys_words(house: House, bea: httpx.AsyncClient) -> None:
    [event_id] = await hold_events(house, 1, InboxStatus.SET_ASIDE, "not_understood")
    event = (await bea.get(f"/api/v1/channels/telegram/events/{event_id}")).json()
    assert event["size"] == len(json.dumps(EVENT))
    assert '"quiz"' in event["outline"]
    assert "Ines" not in event["outline"]
    assert "12345678" not in event["outline"]
    assert (await bea.get(f"/api/v1/channels/twitter/events/{event_id}")).status_code == 404
    assert (await bea.get("/api/v1/channels/telegram/events/999")).status_code == 404


async def test_replaying_calls_the_arrivals_and_takes_what_was_asked_for(house: House, bea: httpx.AsyncClient) -> None:
    first, second, third = await hold_events(house, 3, InboxStatus.SET_ASIDE, "not_understood")
    [other] = await hold_events(house, 1, InboxStatus.SET_ASIDE, "deadly")
    [ignored] = await hold_events(house, 1, InboxStatus.IGNORED, "bot")
    path = "/api/v1/channels/telegram/replay"
    assert (await bea.post(path, json={"ids": [second, ignored]})).json() == {"events": 1}
    assert await standing(house, second) == InboxStatus.NEW
    assert house.called == [Lane.arrivals(Channel.TELEGRAM)]
    assert (await bea.post(path, json={"reason": "deadly"})).json() == {"events": 1}
    assert await standing(house, other) == InboxStatus.NEW
    assert (await bea.post("/api/v1/channels/twitter/replay", json={})).json() == {"events": 0}
    assert (await bea.post(path, json={})).json() == {"events": 2}
    assert [await standing(house, one) for one in (first, third)] == [InboxStatus.NEW, InboxStatus.NEW]
    assert (await bea.post(path, json={"ignored": True})).status_code == 422
    assert (await bea.post(path, json={"ignored": True, "reason": "bot"})).json() == {"events": 1}


async def test_only_who_looks_after_channels_sees_events_or_replays_them(house: House) -> None:
    [event_id] = await hold_events(house, 1, InboxStatus.SET_ASIDE, "not_understood")
    async with await house.user("Ada", Role.AGENT, PASSWORD) as ada:
        assert (await ada.get("/api/v1/channels")).status_code == 200
        assert (await ada.get("/api/v1/channels/telegram/events")).status_code == 403
        assert (await ada.get(f"/api/v1/channels/telegram/events/{event_id}")).status_code == 403
        assert (await ada.post("/api/v1/channels/telegram/replay", json={})).status_code == 403
    async with await house.user("Tom", Role.TRAINER) as tom:
        assert (await tom.get("/api/v1/channels")).status_code == 403
    async with house.stranger() as stranger:
        assert (await stranger.get("/api/v1/channels")).status_code == 401
    assert await standing(house, event_id) == InboxStatus.SET_ASIDE


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/channels/myspace/events", 404),
        ("/api/v1/channels/telegram/events?status=new", 422),
        ("/api/v1/channels/telegram/events?cursor=x", 422),
        ("/api/v1/channels/telegram/events?limit=0", 422),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(bea: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await bea.get(path)).status_code == status


async def test_the_page_shows_the_same_and_agents_see_no_events(house: House) -> None:
    await hold_events(house, 2, InboxStatus.SET_ASIDE, "not_understood")
    now = house.clock()
    ill = Finding(name="webhook", well=False, words="<b>gone</b>", advice="`aside channels connect`")
    await house.db.write(lambda conn: checks.note(conn, Channel.TWITTER, "158", [ill], now))
    await house.user("Bea", Role.SUPERVISOR, PASSWORD)
    await house.user("Ada", Role.AGENT, PASSWORD)
    pages = {}
    for name in ("Bea", "Ada"):
        async with house.stranger() as browser:
            await browser.post("/login", data={"name": name, "password": PASSWORD}, headers={"Origin": house.url})
            pages[name] = (await browser.get("/desk/channels")).text
            parts = (await browser.get("/desk/channels/parts", headers={"Accept": "text/html"})).text
            assert 'id="part-channels"' in parts
    for page in pages.values():
        assert "Facebook is off" in page
        assert "&lt;b&gt;gone&lt;/b&gt;" in page
        assert "<code>aside channels connect</code>" in page
        assert "2 events could not be understood" in page
    assert "data-replay" in pages["Bea"]
    assert "data-replay" not in pages["Ada"]


async def test_what_the_playground_pretends_is_marked_as_pretend_and_nothing_else_is(tmp_path: Path) -> None:
    accounts = [
        Account(channel=Channel.TWITTER, lacking=[], receives="webhook", native_id="158", pretend=True),
        Account(channel=Channel.TELEGRAM, lacking=[], receives="polling", native_id="720"),
    ]
    async with running(tmp_path, accounts=accounts) as house, await house.user("Bea", Role.SUPERVISOR, PASSWORD) as bea:
        listed = (await bea.get("/api/v1/channels")).json()["channels"]
        assert {one["channel"]: one["pretend"] for one in listed} == {"twitter": True, "telegram": False}
        async with house.stranger() as browser:
            await browser.post("/login", data={"name": "Bea", "password": PASSWORD}, headers={"Origin": house.url})
            page = (await browser.get("/desk/channels")).text
    assert "This is not X itself: the playground stands in for it" in page
    assert "This is not Telegram itself" not in page


async def test_of_many_ignored_events_only_the_latest_are_looked_through(
    house: House, bea: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settled, "LOOKED_BACK", 10)
    await hold_events(house, 5, InboxStatus.IGNORED, "own_echo")
    await hold_events(house, 12, InboxStatus.DONE, "")
    telegram = (await bea.get("/api/v1/channels")).json()["channels"][2]
    assert telegram["ignored"] == []
    page = (await bea.get("/api/v1/channels/telegram/events?status=ignored")).json()
    assert page["events"] == []
    page = (await bea.get(f"/api/v1/channels/telegram/events?status=ignored&cursor={page['next']}")).json()
    assert len(page["events"]) == 5


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 5000, b'"words"', b'{"a": {"\\ud83d": [1, 2, 3, 4, 5]}}'])
def test_whatever_an_event_is_it_has_an_outline(body: bytes) -> None:
    assert "words" not in outline(body)
    assert len(outline(body)) < 5000
