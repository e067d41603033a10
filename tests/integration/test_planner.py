"""What can be said where, until when, how much and at what cost, is known before it is written."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import SettingsError
from gateway.messages import Author, Button, Channel, Place, Surface
from gateway.sending import outbox, pace, parcels, planner
from gateway.sending.limits import LIMITS, Rank
from gateway.sending.pace import Ask
from gateway.sending.parcels import OutboxStatus
from gateway.sending.planner import Bubble, Plan, Rules
from gateway.sending.prices import Prices, prices
from gateway.storage import tables, threads, transcript
from gateway.storage.database import Database
from tests.factories import Story, Ticking
from tests.integration.desk import House
from tests.integration.test_desk_replies import say
from tests.storage import url_in, watched

RULES = Rules(table=LIMITS, prices=Prices())


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = watched(url_in(tmp_path), lambda _: None)
    yield database
    database.close()


class Told:
    """A case, and what the planner says of it."""

    def __init__(self, db: Database, channel: Channel) -> None:
        self.db = db
        self.channel = channel
        self.clock = Ticking()
        self.story: Any = None

    async def by(self, plot: Callable[[Story], object]) -> None:
        def write(conn: Connection) -> None:
            if self.story is None:
                self.story = Story(conn, self.clock, channel=self.channel)
            self.story.conn = conn
            plot(self.story)

        await self.db.write(write)

    async def plans(self, surface: Surface) -> list[Plan]:
        def read(conn: Connection) -> list[Plan]:
            self.story.conn = conn
            return planner.plans(conn, RULES, self.story.case, self.clock())

        return [plan for plan in await self.db.read(read) if plan.way.surface is surface]

    async def private(self) -> Plan:
        return (await self.plans(Surface.PRIVATE))[0]


async def test_messenger_is_open_for_a_day_then_for_peoples_text_then_shut(db: Database) -> None:
    told = Told(db, Channel.FACEBOOK)
    await told.by(lambda story: story.says("hello"))
    heard = told.clock()
    day = await told.private()
    assert (day.way.window.can_send, day.way.window.until) == (True, heard + timedelta(hours=24))
    assert day.takes is not None
    told.clock.pass_by(hours=25)
    week = await told.private()
    assert (week.way.window.can_send, week.way.window.until) == (True, heard + timedelta(days=7))
    assert week.takes is None
    assert "24 hours" in week.way.window.why
    told.clock.pass_by(days=7)
    shut = await told.private()
    assert (shut.way.window.can_send, shut.left) == (False, 0)
    assert "7 days" in shut.way.window.why


async def test_a_chat_that_the_customer_has_closed_is_listed_once(db: Database) -> None:
    told = Told(db, Channel.TELEGRAM)

    def blocks(story: Story) -> None:
        story.says("hello")
        story.says("where is it?", Surface.PUBLIC)
        assert threads.close(story.conn, story.thread(Surface.PRIVATE).id, "blocked")

    await told.by(blocks)
    [plan] = await told.plans(Surface.PRIVATE)
    assert not plan.way.window.can_send
    assert len(await told.plans(Surface.PUBLIC)) == 1


async def test_each_word_of_the_customer_opens_messenger_anew(db: Database) -> None:
    told = Told(db, Channel.FACEBOOK)
    await told.by(lambda story: story.says("hello"))
    told.clock.pass_by(hours=30)
    await told.by(lambda story: story.says("are you there?"))
    assert (await told.private()).way.window.until == told.clock() + timedelta(hours=24)


async def test_a_comment_is_answered_in_private_once_and_for_a_week(db: Database) -> None:
    told = Told(db, Channel.FACEBOOK)
    await told.by(lambda story: story.says("where is it?", Surface.PUBLIC))
    commented = told.clock()
    plan = await told.private()
    assert (plan.way.opens_private, plan.left, plan.takes) == (True, 1, None)
    assert plan.way.window.until == commented + timedelta(days=7)
    await told.by(_replies_privately)
    again = await told.private()
    assert (again.way.window.can_send, "answered in private once" in again.way.window.why) == (False, True)


async def test_a_private_reply_that_has_arrived_is_the_only_one_to_that_comment(db: Database) -> None:
    told = Told(db, Channel.FACEBOOK)
    await told.by(lambda story: story.says("where is it?", Surface.PUBLIC))
    await told.by(_replies_privately)

    def arrives(story: Story) -> None:
        message_id = story.conn.execute(sa.select(tables.outbox.c.message_id)).scalar_one()
        place = Place(surface=Surface.PRIVATE, native_id="psid:7")
        thread_id = threads.of_place(story.conn, Channel.FACEBOOK, story.thread(Surface.PUBLIC).account, place, now())
        threads.join(story.conn, story.case.id, thread_id, "7", now())
        transcript.rehome(story.conn, message_id, thread_id)

    now = told.clock
    await told.by(arrives)
    found = await told.plans(Surface.PRIVATE)
    assert [(plan.way.opens_private, plan.way.window.can_send) for plan in found] == [(False, False), (True, False)]
    await told.by(lambda story: story.says("hello? anybody?", Surface.PUBLIC))
    assert [plan.left for plan in await told.plans(Surface.PRIVATE) if plan.way.window.can_send] == [1], "a new comment"


async def test_a_comment_of_more_than_a_week_ago_is_not_answered_in_private(db: Database) -> None:
    told = Told(db, Channel.FACEBOOK)
    await told.by(lambda story: story.says("where is it?", Surface.PUBLIC))
    told.clock.pass_by(days=7, seconds=1)
    assert not (await told.private()).way.window.can_send
    [public] = await told.plans(Surface.PUBLIC)
    assert public.way.window.can_send


async def test_a_new_comment_opens_a_way_where_messenger_has_shut(db: Database) -> None:
    told = Told(db, Channel.FACEBOOK)
    await told.by(lambda story: story.says("hello"))
    told.clock.pass_by(days=8)
    await told.by(lambda story: story.says("and again here", Surface.PUBLIC))
    found = await told.plans(Surface.PRIVATE)
    assert [(plan.way.opens_private, plan.way.window.can_send) for plan in found] == [(False, False), (True, True)]


@pytest.mark.parametrize("channel", [Channel.TWITTER, Channel.TELEGRAM])
async def test_where_customers_only_begin_nobody_writes_first(db: Database, channel: Channel) -> None:
    told = Told(db, channel)
    await told.by(lambda story: story.says("where is it?", Surface.PUBLIC))
    plan = await told.private()
    assert (plan.way.window.can_send, "customers only begin" in plan.way.window.why) == (False, True)
    await told.by(lambda story: story.says("hi"))
    assert (await told.private()).way.window.can_send


async def test_a_chat_that_the_customer_has_shut_takes_nothing(db: Database) -> None:
    told = Told(db, Channel.TELEGRAM)
    await told.by(lambda story: story.says("hello"))
    await told.by(lambda story: threads.close(story.conn, story.thread(Surface.PRIVATE).id, "blocked"))
    plan = await told.private()
    assert (plan.way.window.can_send, "blocked" in plan.way.window.why, plan.takes) == (False, True, None)


async def test_what_is_left_is_told_by_the_tightest_limit_and_with_what_is_kept_back_for_people(db: Database) -> None:
    told = Told(db, Channel.TWITTER)
    await told.by(lambda story: story.says("hi"))
    assert ((await told.private()).left, (await told.private()).window_seconds) == (15, 900)

    def send(story: Story) -> None:
        thread = story.thread(Surface.PRIVATE)
        key = f"twitter:private:brand:{thread.native_id}"
        asks = [Ask(thread_key=key, rank=Rank.CHATTER)] * 20
        assert pace.take(story.conn, LIMITS, asks, told.clock()).count(None) == 12

    await told.by(send)
    assert (await told.private()).left == 3
    told.clock.pass_by(minutes=16)
    assert (await told.private()).left == 15


async def test_while_a_platform_wants_nothing_nothing_is_left(db: Database) -> None:
    told = Told(db, Channel.TWITTER)
    await told.by(lambda story: story.says("hi"))
    now = told.clock()
    key = "twitter:private:brand:x"
    await db.write(lambda conn: pace.pause(conn, LIMITS, key, now + timedelta(minutes=5), now))
    assert (await told.private()).left == 0


async def test_on_x_it_is_known_what_a_message_costs_and_what_the_case_has_cost(house: House) -> None:
    def plot(story: Story) -> None:
        story.says("where is it?", Surface.PUBLIC)
        story.answers("We are looking into it.", Surface.PUBLIC)
        story.says("hi")
        story.answers("Hello.")
        story.waits("This one has not gone out.")
        story.hands_over()

    case_id = await house.tell(plot, channel=Channel.TWITTER)
    async with await house.user("Ada") as ada:
        case = (await ada.get(f"/api/v1/cases/{case_id}")).json()
    assert case["cost_usd"] == pytest.approx(0.001 + 0.01 + 0.01 + 0.015)
    assert {limit["surface"]: limit["cost_usd"] for limit in case["limits"]} == {"public": 0.01, "private": 0.015}


async def test_a_message_of_unknown_outcome_is_charged_once_also_where_it_turns_out_to_have_arrived(
    house: House,
) -> None:
    def plot(story: Story) -> None:
        story.says("hi")
        message_id = story.waits("Hello.")
        parcel = parcels.of_message(story.conn, message_id)
        assert parcel is not None
        for status in (OutboxStatus.UNCLEAR, OutboxStatus.SENT):
            assert parcels.finish(story.conn, parcel, status, story.clock())
        story.waits("This one X refused.")
        story.deliver(OutboxStatus.FAILED)
        story.hands_over()

    case_id = await house.tell(plot, channel=Channel.TWITTER)
    async with await house.user("Ada") as ada:
        case = (await ada.get(f"/api/v1/cases/{case_id}")).json()
    assert case["cost_usd"] == pytest.approx(0.01 + 0.015)


async def test_elsewhere_a_case_costs_nothing(house: House) -> None:
    case_id = await house.tell(lambda story: (story.says("hi"), story.answers("Hello."), story.hands_over()))
    async with await house.user("Ada") as ada:
        case = (await ada.get(f"/api/v1/cases/{case_id}")).json()
    assert case["cost_usd"] == 0
    [limit] = case["limits"]
    assert set(limit) == {
        "channel", "thread", "surface", "can_send", "why", "until", "left", "window_seconds", "cost_usd", "takes",
    }  # fmt: skip
    assert set(limit["takes"]) == {"kinds", "largest", "most"}


async def test_what_the_planner_forbids_the_api_refuses_with_the_same_words(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await house.tell(lambda story: (story.says("hi"), story.hands_over()), channel=Channel.FACEBOOK)
    await ada.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": 2})
    house.clock.pass_by(days=8)
    [limit] = (await ada.get(f"/api/v1/cases/{case_id}")).json()["limits"]
    refused = await say(ada, case_id, "Hello?")
    assert (refused.status_code, refused.json()["error"]) == (422, "no_private_thread")
    assert refused.json()["message"] == limit["why"]


async def test_when_the_customer_was_last_heard_goes_out_with_the_message(db: Database) -> None:
    told = Told(db, Channel.FACEBOOK)
    await told.by(lambda story: story.says("hello"))
    heard: datetime = told.clock()
    await told.by(lambda story: story.says("in public, later", Surface.PUBLIC))
    ids: list[int] = []
    await told.by(lambda story: ids.append(story.waits("Hello.")))
    parcel = await db.read(lambda conn: parcels.of_message(conn, ids[0]))
    assert parcel is not None
    assert parcel.out.heard_at == heard


@pytest.mark.parametrize(
    ("channel", "gone", "messages"),
    [(Channel.TWITTER, 0, 1), (Channel.TELEGRAM, 0, 3), (Channel.TELEGRAM, 3, 1), (Channel.FACEBOOK, 0, 3)],
)
async def test_bubbles_of_one_turn_become_one_where_room_is_short(
    db: Database, channel: Channel, gone: int, messages: int
) -> None:
    told = Told(db, channel)
    await told.by(lambda story: story.says("hello"))
    said = [
        Bubble(text="One."),
        Bubble(text="Two.", buttons=(Button(title="Yes", choice="affirm"),)),
        Bubble(text="Three.", buttons=(Button(title="Yes", choice="affirm"), Button(title="No", choice="deny"))),
    ]
    made: list[Bubble] = []

    def speak(story: Story) -> None:
        thread = story.thread(Surface.PRIVATE)
        key = f"{channel}:private:brand:{thread.native_id}"
        pace.take(story.conn, LIMITS, [Ask(thread_key=key, rank=Rank.CHATTER)] * gone, told.clock())
        made.extend(planner.bubbles(story.conn, LIMITS, thread, said, told.clock()))

    await told.by(speak)
    assert len(made) == messages
    if messages == 1:
        assert made[0].text == "One.\n\nTwo.\n\nThree."
        assert [button.title for button in made[0].buttons] == ["Yes", "No"]


def test_an_operators_prices_are_taken_in_place_of_ours() -> None:
    assert prices("") == Prices()
    assert prices("dm=0.02 reply=0").dm == 0.02
    for wrong in ("dm", "dm=free", "tweet=1", "dm=-1"):
        with pytest.raises(SettingsError):
            prices(wrong)


def _replies_privately(story: Story) -> None:
    thread = story.thread(Surface.PUBLIC)
    outbox.put_private(
        story.conn, story.case, thread, "Hello.", author=Author.AGENT, now=story.clock(), opens_private=True
    )
    story.deliver(OutboxStatus.SENT)
