"""What no webhook brings is asked for: everything that was missed, once, in its order; and everybody is told."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from gateway.channels.supply import Receive, Supplied
from gateway.clock import utc_now
from gateway.errors import LaneLost, SendLockedOut, SendRefused, SendRetryable, SendThrottled
from gateway.intake import inbox
from gateway.intake.catch_up import CatchUp
from gateway.intake.keeper import Duty, Keeper
from gateway.intake.pulse import Pulse
from gateway.messages import Author, Channel, Ignored, RawEvent
from gateway.storage import checks, cursors, events, feed, repairs
from gateway.storage.checks import Checked
from gateway.storage.tables import inbox as inbox_table
from tests.fakes import FakePlatform, raw_of
from tests.integration.road import Road, road, said

MINE = "this-process"


class Remembering(FakePlatform):
    """A platform that delivers by webhook and can be asked for what it has, page by page."""

    def __init__(self, page: int = 7) -> None:
        super().__init__()
        self.has: list[RawEvent] = []
        self.page = page

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        self.asked_from.append(dict(cursors))
        if not cursors:
            return Supplied(events=[], cursors={"seen": str(len(self.has))})
        start = int(cursors["seen"])
        end = min(start + self.page, len(self.has))
        return Supplied(events=self.has[start:end], cursors={"seen": str(end)}, more=end < len(self.has))


def catch_up(road: Road, platform: FakePlatform, minutes: float = 5) -> CatchUp:
    return CatchUp(platform, platform, road.database, road.clock, Pulse(road.database, road.clock), minutes)


async def hold(road: Road, mine: str = MINE) -> None:
    """Keep the channel in place of the gateway."""
    await road.gateway._keeper.stop()
    await road.database.write(
        lambda conn: cursors.take(conn, Channel.TELEGRAM, "brand", mine, road.clock(), alone=True)
    )


async def check(road: Road, name: str) -> Checked | None:
    return await road.database.read(lambda conn: checks.of(conn, Channel.TELEGRAM, "brand").get(name))


async def happened(road: Road, kind: str) -> list[events.Event]:
    return await road.database.read(lambda conn: [one for one in events.after(conn, 0, 500) if one.kind == kind])


async def test_an_hours_outage_is_caught_up_with_once_and_in_order(tmp_path: Path) -> None:
    platform = Remembering()
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0) as way:
        await hold(way)
        asking = catch_up(way, platform)
        await asking.round(MINE)
        start = utc_now() - timedelta(minutes=65)
        lines = [said(f"line {number}", at=start + timedelta(minutes=number)) for number in range(60)]
        platform.has += [raw_of(line) for line in lines]
        # Every sixth webhook came through all the same.
        await way.hear(*lines[::6])
        await way.quiet(0.1)
        await asking.round(MINE)
        await asking.round(MINE)
        await way.quiet(0.3)
        case = await way.the_case()
        told = [one.text for one in await way.transcript(case["id"]) if one.author is Author.CUSTOMER]
        assert told == [line.text for line in lines]
        rows = await way.database.read(lambda conn: conn.execute(inbox_table.select()).all())
        assert len(rows) == 60
        [repaired, *more] = await happened(way, "channel.repaired")
        assert sum(one.data["count"] for one in (repaired, *more)) == 50  # type: ignore[misc]
        found = await check(way, repairs.NAME)
        assert found is not None
        assert found.well is False
        assert "50 events" in found.words
        assert len(await happened(way, "channel.unwell")) == 1


async def test_what_is_still_on_its_way_by_webhook_is_no_repair(tmp_path: Path) -> None:
    platform = Remembering()
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0) as way:
        await hold(way)
        asking = catch_up(way, platform)
        await asking.round(MINE)
        fresh = said("just now")
        platform.has += [raw_of(fresh), raw_of(Ignored(reason="own_echo"))]
        assert (await asking.ask(MINE)).new == 2
        await way.hear(fresh)  # the webhook, a moment later
        await way.quiet(0.1)
        assert await happened(way, "channel.repaired") == []
        case = await way.the_case()
        assert len([one for one in await way.transcript(case["id"]) if one.author is Author.CUSTOMER]) == 1
        found = await check(way, repairs.NAME)
        assert found is not None
        assert found.well is True


async def test_a_repair_is_forgotten_after_a_day_without_another(tmp_path: Path) -> None:
    platform = Remembering()
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0) as way:
        await hold(way)
        asking = catch_up(way, platform)
        await asking.round(MINE)
        platform.has.append(raw_of(said("missed", at=utc_now() - timedelta(minutes=9))))
        await asking.round(MINE)
        for hours, well in ((0, False), (23, False), (2, True)):
            way.clock.offset += timedelta(hours=hours)
            await asking.round(MINE)
            found = await check(way, repairs.NAME)
            assert found is not None
            assert found.well is well


async def test_card_numbers_leave_what_was_asked_for_before_it_is_stored(tmp_path: Path) -> None:
    platform = Remembering()
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0) as way:
        await hold(way)
        asking = catch_up(way, platform)
        await asking.round(MINE)
        platform.has.append(raw_of(said("my card is 4111 1111 1111 1111")))
        await asking.round(MINE)
        [row] = await way.database.read(lambda conn: conn.execute(inbox_table.select()).all())
        assert b"4111 1111 1111 1111" not in row.body
        assert b"411111" in row.body


async def test_who_does_not_keep_the_channel_any_more_stores_nothing(tmp_path: Path) -> None:
    platform = Remembering()
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0) as way:
        await hold(way)
        asking = catch_up(way, platform)
        await asking.round(MINE)
        platform.has.append(raw_of(said("hello")))
        await hold(way, "another-process")
        with pytest.raises(LaneLost):
            await asking.round(MINE)
        assert await way.database.read(lambda conn: conn.execute(inbox_table.select()).all()) == []
        await hold(way)
        await asking.round(MINE)
        assert len(await way.database.read(lambda conn: conn.execute(inbox_table.select()).all())) == 1


async def test_the_gateway_asks_by_itself_at_its_start_and_again_and_again(tmp_path: Path) -> None:
    platform = Remembering()
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0.005) as way:
        await way.until(lambda: len(platform.asked_from) >= 2)
        platform.has.append(raw_of(said("nobody told you")))
        await way.until(lambda: bool(platform.sent))
        assert platform.texts == ["You said nobody told you"]
    before = len(platform.asked_from)
    platform.has.append(raw_of(said("and while you were away?")))
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=60) as way:
        await way.until(lambda: len(platform.sent) == 2)
        assert platform.asked_from[before] == {"seen": "1"}
        await asyncio.sleep(0.2)
        assert len(platform.asked_from) == before + 1


async def test_by_polling_everything_comes_in_and_nobody_is_alarmed(tmp_path: Path) -> None:
    platform = Remembering(page=1)
    platform.receive = Receive.POLLING
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0) as way:
        await way.until(lambda: len(platform.asked_from) >= 1)
        old = utc_now() - timedelta(minutes=20)
        platform.has += [raw_of(said(f"line {n}", at=old + timedelta(seconds=n))) for n in range(5)]
        await way.until(lambda: len(platform.sent) == 5)
        assert await happened(way, "channel.repaired") == []
        found = await check(way, "asking")
        assert found is not None
        assert found.well is True


async def test_a_platform_that_has_nothing_is_not_asked_as_fast_as_it_answers(tmp_path: Path) -> None:
    platform = Remembering()
    platform.receive = Receive.POLLING
    async with road(tmp_path, platform=platform) as way:
        await way.until(lambda: len(platform.asked_from) >= 1)
        await asyncio.sleep(1.3)
        assert len(platform.asked_from) <= 3


@pytest.mark.parametrize(
    ("error", "receive", "well"),
    [
        (SendLockedOut("Unauthorized"), Receive.POLLING, False),
        (SendRefused("A webhook is set."), Receive.POLLING, False),
        (SendRefused("Your plan does not include this."), Receive.WEBHOOK, None),
    ],
)
async def test_a_platform_that_does_not_let_us_ask_is_shown_to_everybody(
    tmp_path: Path, error: Exception, receive: Receive, well: bool | None
) -> None:
    platform = FakePlatform()
    platform.receive = receive
    platform.supplies = [error]  # type: ignore[list-item]
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0) as way:
        await hold(way)
        asking = catch_up(way, platform)
        platform.supplies = [error, Supplied(events=[], cursors={"at": "1"})]  # type: ignore[list-item]
        assert await asking.round(MINE) >= 60
        found = await check(way, "asking")
        assert found is not None
        assert found.well is well
        assert str(error) in found.words
        await asking.round(MINE)
        found = await check(way, "asking")
        assert found is not None
        assert found.well is True


async def test_a_platform_that_cannot_be_asked_is_not_said_to_have_answered(tmp_path: Path) -> None:
    platform = FakePlatform()  # as Telegram while it delivers by webhook: no events, no place to go on from
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0) as way:
        await hold(way)
        await catch_up(way, platform).round(MINE)
        assert await check(way, "asking") is None
        place = await way.database.read(lambda conn: cursors.of(conn, Channel.TELEGRAM, "brand"))
        assert place is not None
        assert place.asked_at is None


async def test_a_short_failure_is_nobodys_business_and_a_limit_is_waited_for(tmp_path: Path) -> None:
    platform = FakePlatform()
    async with road(tmp_path, platform=platform, aside_catch_up_minutes=0) as way:
        await hold(way)
        asking = catch_up(way, platform)
        platform.supplies = [SendThrottled(retry_after=700), SendRetryable("HTTP 502"), SendRetryable("HTTP 502")]
        assert await asking.round(MINE) >= 700
        pauses = [await asking.round(MINE) for _ in range(2)]
        assert all(pause <= 8 for pause in pauses)
        assert await check(way, "asking") is None


async def test_of_two_processes_one_asks_and_the_other_takes_over_when_it_is_gone(tmp_path: Path) -> None:
    asked: list[str] = []

    def duty(name: str) -> Duty:
        async def run(_mine: str) -> None:
            asked.append(name)
            await asyncio.Event().wait()

        return run

    async with road(tmp_path, aside_catch_up_minutes=0) as way:
        account = (Channel.FACEBOOK, "brand")
        first = Keeper({account: [duty("first")]}, way.database, way.clock, alone=False)
        second = Keeper({account: [duty("second")]}, way.database, way.clock, alone=False)
        await first.start()
        await way.until(lambda: asked == ["first"])
        await second.start()
        await asyncio.sleep(3)
        assert asked == ["first"]
        await first.stop()  # lets go: the other need not wait for the lease to run out
        await way.until(lambda: asked == ["first", "second"], 4)
        for task in second._tasks:
            task.cancel()  # dies without letting go
        third = Keeper({account: [duty("third")]}, way.database, way.clock, alone=False)
        await third.start()
        await way.until(lambda: asked[-1] == "third", 13)
        await third.stop()


async def test_a_lease_of_a_clock_that_was_put_back_since_holds_nobody_up(tmp_path: Path) -> None:
    async with road(tmp_path, aside_catch_up_minutes=0) as way:

        def write(conn: Connection) -> list[bool]:
            now = way.clock()
            of = (conn, Channel.FACEBOOK, "brand")
            return [
                cursors.take(*of, "a", now + timedelta(hours=3), alone=False),
                cursors.take(*of, "b", now, alone=False),
                cursors.take(*of, "c", now + timedelta(seconds=1), alone=False),
                cursors.renew(*of, "a", now),
                cursors.take(*of, "c", now + timedelta(seconds=9), alone=False),
            ]

        assert await way.database.write(write) == [True, True, False, False, True]


def test_keys_with_characters_that_no_text_can_hold_are_known_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with road(tmp_path, aside_catch_up_minutes=0) as way:
            event = RawEvent(native_id="a\0b", payload=b"{}")

            def write(conn: Connection) -> tuple[int, set[str]]:
                new = inbox.record(conn, Channel.FACEBOOK, "brand", [event], way.clock())
                return new, inbox.known(conn, Channel.FACEBOOK, "brand", ["a\0b", "c"])

            assert await way.database.write(write) == (1, {"a\ufffdb"})
            assert await way.database.read(lambda conn: feed.beginning(conn, way.clock())) >= 0

    asyncio.run(run())
