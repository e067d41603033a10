"""Platforms that are away, slow or strict, and more to say than they let out: what then becomes of messages."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import CaseState, HandoffReason
from gateway.errors import SendLockedOut, SendRetryable, SendThrottled
from gateway.health import channel_states
from gateway.messages import Author, Channel, Delivery, Surface
from gateway.routing import words
from gateway.sending.limits import AT_ONCE, LIMITS, Limit, Scope, Table
from gateway.sending.parcels import OutboxStatus
from gateway.settings import Acknowledge
from gateway.storage import crises, events, outages
from gateway.storage.outages import OutageKind
from gateway.storage.tables import outbox
from tests.factories import Story
from tests.integration.road import Road, road, said
from tests.integration.troubled import Platform


def budget(channel: Channel, surface: Surface, count: int, seconds: int) -> Table:
    return {(channel, surface): (Limit(scope=Scope.SURFACE, count=count, seconds=seconds),)}


async def fill(
    there: Road,
    number: int,
    *,
    channel: Channel = Channel.TELEGRAM,
    surface: Surface = Surface.PRIVATE,
    author: Author = Author.BOT,
    name: str = "c",
    both: bool = False,
) -> list[str]:
    """So many customers have asked, and an answer for each waits to be sent. Returns their cases."""

    def ask(conn: Connection) -> list[str]:
        found = []
        for index in range(number):
            story = Story(conn, there.ticking, channel=channel, native_id=f"{name}{index}", handle="")
            if both:
                story.says("hello", Surface.PRIVATE)
            story.says(f"question {index}", surface)
            story.waits(f"{author} answers {name}{index}", surface, author=author)
            found.append(story.case_id)
        return found

    there.ticking.now = there.clock()
    return await there.database.write(ask)


async def rows(there: Road) -> list[Any]:
    return await there.database.read(lambda conn: list(conn.execute(sa.select(outbox).order_by(outbox.c.id))))


async def statuses(there: Road) -> Counter[str]:
    return Counter(row.status for row in await rows(there))


async def kinds(there: Road) -> list[str]:
    found = await there.database.read(lambda conn: events.after(conn, 0, 10_000))
    return [event.kind for event in found if event.case_id is None]


async def state_of(there: Road) -> str:
    """How `/readyz` and the desk show the platform."""
    return channel_states([there.platform.name], await there.database.read(outages.all_of))[there.platform.name]


async def test_while_a_platform_is_away_nothing_is_claimed_and_a_probe_finds_it_back(tmp_path: Path) -> None:
    platform = Platform()
    platform.trouble = lambda out: SendRetryable("Telegram cannot be reached.")
    async with road(tmp_path, platform=platform) as there:
        await fill(there, 12)
        await there.until(lambda: len(platform.asked_at) >= 5)
        await asyncio.sleep(0.3)
        before = len(platform.asked_at)
        assert before <= 12
        assert {row.status for row in await rows(there)} == {OutboxStatus.NEW}
        await asyncio.sleep(1.0)
        assert len(platform.asked_at) == before, "an open breaker lets nobody ask"
        assert sum(row.attempts for row in await rows(there)) == before
        assert await state_of(there) == "failing"
        platform.trouble = lambda out: None
        await there.until(lambda: len(platform.sent) == 12, 30)
        assert len(set(platform.texts)) == 12
        await there.until_read(lambda conn: not outages.all_of(conn))
        assert await state_of(there) == "on"
        assert await kinds(there) == ["channel.failing", "channel.recovered"]


async def test_a_revoked_token_is_known_to_everybody_at_once_and_the_queue_is_kept(tmp_path: Path) -> None:
    platform = Platform()
    platform.trouble = lambda out: SendLockedOut("Telegram: Unauthorized", retry_after=300)
    async with road(tmp_path, platform=platform) as there:
        await fill(there, 8)
        await there.until_read(lambda conn: bool(outages.all_of(conn)))
        [outage] = await there.database.read(outages.all_of)
        assert (outage.kind, outage.why) == (OutageKind.LOCKED_OUT, "Telegram: Unauthorized")
        assert await state_of(there) == "failing"
        assert await statuses(there) == {OutboxStatus.NEW: 8}
    platform.trouble = lambda out: None  # the operator has renewed it, and starts anew
    async with road(tmp_path, platform=platform) as there:
        await there.until(lambda: len(platform.sent) == 8, 15)
        await there.until_read(lambda conn: not outages.all_of(conn))


async def test_a_platform_that_takes_200_ms_still_gets_thirty_a_second_and_no_more(tmp_path: Path) -> None:
    platform = Platform()
    platform.delay = 0.2
    async with road(tmp_path, platform=platform, table=LIMITS) as there:
        await fill(there, 91)
        await there.until(lambda: len(platform.sent) == 91, 20)
    times = sorted(platform.asked_at)
    # What a busy machine adds between the count and the request is not the pace's.
    assert max(sum(start <= at < start + 0.9 for at in times) for start in times) <= 31
    assert times[-1] - times[0] < 4.5


async def test_a_platform_that_hangs_slows_no_other(tmp_path: Path) -> None:
    hanging, well = Platform(), Platform(Channel.FACEBOOK)
    hanging.hangs = asyncio.Event()
    async with road(tmp_path, platform=hanging, others=[well]) as there:
        await fill(there, 60)
        await there.until(lambda: len(hanging.asked_at) == AT_ONCE[Channel.TELEGRAM])
        well.delay = 0.2
        started = asyncio.get_running_loop().time()
        await fill(there, 100, channel=Channel.FACEBOOK, name="f")
        await there.until(lambda: len(well.sent) == 100)
        assert asyncio.get_running_loop().time() - started < 3.0
        assert not hanging.sent
        assert hanging.most_at_once == AT_ONCE[Channel.TELEGRAM]
        hanging.hangs.set()
        await there.until(lambda: len(hanging.sent) == 60)


async def test_what_a_platform_throttles_waits_and_nothing_else_does(tmp_path: Path) -> None:
    platform = Platform(Channel.TWITTER)
    platform.trouble = lambda out: SendThrottled("429", retry_after=3) if out.surface is Surface.PUBLIC else None
    async with road(tmp_path, platform=platform, table=LIMITS) as there:
        await fill(there, 20, channel=Channel.TWITTER, surface=Surface.PUBLIC)
        await there.until(lambda: len(platform.asked_at) >= 1)
        await asyncio.sleep(0.3)
        asked = len(platform.asked_at)
        assert asked <= AT_ONCE[Channel.TWITTER], "one that is told to wait speaks for all that share its budget"
        await fill(there, 5, channel=Channel.TWITTER, name="private")
        await there.until(lambda: len(platform.sent) == 5)
        assert not await there.database.read(outages.all_of)
        platform.trouble = lambda out: None
        await there.until(lambda: len(platform.sent) == 25, 10)


async def test_people_go_first_where_less_goes_out_than_waits(tmp_path: Path) -> None:
    platform = Platform()
    async with road(tmp_path, platform=platform, table=budget(Channel.TELEGRAM, Surface.PRIVATE, 1, 1)) as there:
        await fill(there, 5, name="bot")
        await there.until(lambda: len(platform.sent) == 1)
        await fill(there, 1, name="notice", author=Author.SYSTEM)
        await fill(there, 2, name="person", author=Author.AGENT)
        await there.until(lambda: len(platform.sent) == 5, 15)
        spoke = [text.split()[0] for text in platform.texts]
        assert sorted(spoke[1:4], key=["agent", "system", "bot"].index) == spoke[1:4] == ["agent", "agent", "system"]
        assert spoke[4] == "bot"


async def test_a_crisis_groups_tells_and_closes_and_nothing_is_lost_in_it(tmp_path: Path) -> None:
    platform = Platform()
    table = budget(Channel.TELEGRAM, Surface.PRIVATE, 10, 60)
    async with road(tmp_path, platform=platform, table=table, aside_crisis_minutes=1) as there:
        asked = await fill(there, 40)
        await there.until(lambda: len(platform.sent) == 8)
        await there.gateway._crises.look()
        [crisis] = await there.database.read(lambda conn: crises.shown(conn, there.clock() - timedelta(days=3)))
        assert (crisis.channel, crisis.waiting) == (Channel.TELEGRAM, 32)
        assert crisis.why == "10 private messages in 1 minute"
        assert await statuses(there) == {OutboxStatus.SENT: 8, OutboxStatus.NEW: 8, OutboxStatus.WITHDRAWN: 24}
        assert await kinds(there) == ["crisis.opened"]
        assert (await there.database.read(lambda conn: crises.topics(conn, crisis.id))) == {"": 24}
        told = await there.database.read(lambda conn: events.after(conn, 0, 10_000))
        assert {event.why for event in told if event.kind == "handoff"} == {
            "the answer would have come too late, as Telegram lets out 10 private messages in 1 minute"
        }
        for case in await there.cases():
            waiting = [item for item in await there.transcript(case["id"]) if item.author is Author.BOT]
            if case["state"] == CaseState.QUEUED:
                assert case["reason"] == HandoffReason.UNDELIVERABLE
                assert case["due_at"] is not None
                assert case["crisis_id"] == crisis.id
                assert [item.delivery for item in waiting] == [Delivery.WITHDRAWN]
            else:
                assert next(item.delivery for item in waiting) in (Delivery.SENT, Delivery.QUEUED)
        there.clock.offset += timedelta(seconds=61)
        await there.until(lambda: len(platform.sent) == 16, 10)
        await there.gateway._crises.look()
        assert await there.database.read(lambda conn: crises.ongoing(conn, Channel.TELEGRAM, "brand")) is not None
        there.clock.offset += timedelta(seconds=61)
        await there.gateway._crises.look()
        assert await there.database.read(lambda conn: crises.ongoing(conn, Channel.TELEGRAM, "brand")) is None
        assert await kinds(there) == ["crisis.opened", "crisis.closed"]
        shown = await there.database.read(lambda conn: crises.shown(conn, there.clock() - timedelta(days=3)))
        assert [(one.id, one.closed_at is not None) for one in shown] == [(crisis.id, True)]
        assert len(asked) == len(set(platform.texts)) + 24


def _waits_in_private(conn: Connection) -> bool:
    waiting = conn.execute(sa.select(outbox.c.payload).where(outbox.c.status.in_(["new", "sending"]))).scalars()
    return any(payload["surface"] == Surface.PRIVATE for payload in waiting)


async def _overloaded(there: Road) -> None:
    await fill(there, 30, channel=Channel.TWITTER, surface=Surface.PUBLIC, both=True)
    await there.until(lambda: len(there.platform.sent) == 8)
    await there.gateway._crises.look()


async def test_in_a_crisis_each_customer_is_told_once_in_private_where_that_can_go_out(tmp_path: Path) -> None:
    platform = Platform(Channel.TWITTER)
    table = {**budget(Channel.TWITTER, Surface.PUBLIC, 10, 60), **budget(Channel.TWITTER, Surface.PRIVATE, 15, 900)}
    async with road(tmp_path, platform=platform, table=table, aside_crisis_minutes=1) as there:
        await _overloaded(there)
        await there.until(lambda: len(platform.sent) >= 8 + 10)
        await there.until_read(lambda conn: not _waits_in_private(conn))
        told = [out for out, text, _ in platform.sent if text == words.CRISIS_PRIVATE]
        # The bot's share of 15; one that is being sent in this moment may count twice, on the safe side.
        assert 10 <= len(told) == len({out.target for out in told}) <= 12
        await there.hear(said("are you there?", by=told[0].target, channel=Channel.TWITTER, surface=Surface.PRIVATE))
        await there.quiet()
        await there.gateway._crises.look()
        assert platform.texts.count(words.CRISIS_PRIVATE) == len(told)
        assert await there.count_in(CaseState.QUEUED) == 14


async def test_in_a_crisis_the_public_hears_it_once_a_thread_where_the_operator_wants_it(tmp_path: Path) -> None:
    platform = Platform(Channel.TWITTER)
    table = {**budget(Channel.TWITTER, Surface.PUBLIC, 10, 60), **budget(Channel.TWITTER, Surface.PRIVATE, 1, 900)}
    settings: dict[str, Any] = {"aside_crisis_minutes": 1, "aside_crisis_word": Acknowledge.PUBLIC}
    async with road(tmp_path, platform=platform, table=table, **settings) as there:
        await _overloaded(there)
        await there.gateway._crises.look()
        waiting = [row for row in await rows(there) if row.author == Author.SYSTEM]
        public = [row for row in waiting if row.payload["surface"] == Surface.PUBLIC]
        assert len(public) == len({row.thread_key for row in public}) > 0


async def test_an_answer_that_has_waited_for_hours_goes_to_people_instead(tmp_path: Path) -> None:
    platform = Platform()
    platform.trouble = lambda out: SendRetryable("Telegram cannot be reached.")
    async with road(tmp_path, platform=platform) as there:
        await fill(there, 6)
        await fill(there, 1, name="person", author=Author.AGENT)
        await there.until_read(lambda conn: bool(outages.all_of(conn)))
        there.clock.offset += timedelta(hours=3)
        await there.gateway._crises.look()
        assert await there.count_in(CaseState.QUEUED) == 6
        platform.trouble = lambda out: None
        await there.until(lambda: len(platform.sent) == 1, 30)
        await asyncio.sleep(0.3)
        assert platform.texts == ["agent answers person0"]
        assert (await statuses(there))[OutboxStatus.WITHDRAWN] == 6


async def test_a_message_that_nobody_worked_on_for_hours_is_not_answered_by_the_bot(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.clock.offset += timedelta(hours=3)
        await there.hear(said("where is my parcel?"))
        await there.until(lambda: bool(there.platform.sent))
        assert not there.assistant.asked
        assert there.platform.texts == [words.UNHEALTHY_PRIVATE]
        assert (await there.the_case())["state"] == CaseState.QUEUED


async def test_a_restart_begins_no_window_anew(tmp_path: Path) -> None:
    platform = Platform(Channel.TWITTER)
    async with road(tmp_path, platform=platform, table=LIMITS) as there:
        await fill(there, 20, channel=Channel.TWITTER)
        await there.until(lambda: len(platform.sent) == 12)
    async with road(tmp_path, platform=platform, table=LIMITS) as there:
        await asyncio.sleep(1.0)
        assert len(platform.sent) == 12
        there.clock.offset += timedelta(minutes=15)
        await there.until(lambda: len(platform.sent) == 20)
