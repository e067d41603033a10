"""A channel that lost its token or its webhook, or went silent, is told to everybody: rows, events, /readyz."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from gateway.channels.care import Check
from gateway.health import channel_states
from gateway.intake.lookout import Lookout
from gateway.intake.pulse import Pulse
from gateway.messages import Channel
from gateway.storage import checks, events, pulse
from gateway.storage.checks import Checked
from gateway.storage.outages import Outage, OutageKind
from gateway.storage.pulse import Slot
from tests.fakes import FakePlatform
from tests.integration.road import Road, road

HERE = (Channel.TELEGRAM, "brand")


def lookout(way: Road, platform: FakePlatform | None, minutes: float = 10) -> Lookout:
    return Lookout(*HERE, platform, way.database, way.clock, url="https://desk.example", minutes=minutes)


async def known(way: Road) -> dict[str, Checked]:
    return await way.database.read(lambda conn: checks.of(conn, *HERE))


async def told(way: Road, *kinds: str) -> list[tuple[str, Any]]:
    found = await way.database.read(lambda conn: events.after(conn, 0, 500))
    return [(one.kind, one.data["check"]) for one in found if one.kind in kinds]


def found(**well: bool | None) -> list[Check]:
    return [Check(name=name, well=is_well, words=f"{name}: {is_well}", advice="x") for name, is_well in well.items()]


async def test_what_turns_ill_or_well_again_is_told_once(tmp_path: Path) -> None:
    platform = FakePlatform()
    async with road(tmp_path, platform=FakePlatform(Channel.FACEBOOK), aside_check_minutes=0) as way:
        looking = lookout(way, platform)
        platform.found = found(token=True, webhook=True, plan=None)
        await looking.look()
        assert await told(way, "channel.unwell", "channel.well") == []
        platform.found = found(token=True, webhook=False, plan=None)
        await looking.look()
        way.clock.offset += timedelta(minutes=30)
        await looking.look()
        assert await told(way, "channel.unwell", "channel.well") == [("channel.unwell", "webhook")]
        webhook = (await known(way))["webhook"]
        assert webhook.at - webhook.since >= timedelta(minutes=30)
        platform.found = found(token=True, webhook=True)
        await looking.look()
        assert await told(way, "channel.well") == [("channel.well", "webhook")]
        assert "plan" not in await known(way)


async def test_what_is_not_well_is_looked_at_again_sooner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    platform = FakePlatform()
    ills = [found(webhook=False), found(webhook=True), found(webhook=None)]

    async def slept(seconds: float) -> None:
        pauses.append(seconds)
        if not ills:
            raise asyncio.CancelledError
        platform.found = ills.pop(0)

    async with road(tmp_path, platform=FakePlatform(Channel.FACEBOOK), aside_check_minutes=0) as way:
        platform.found = ills.pop(0)
        monkeypatch.setattr("gateway.intake.lookout.asyncio", SimpleNamespace(sleep=slept, timeout=asyncio.timeout))
        with pytest.raises(asyncio.CancelledError):
            await lookout(way, platform).run("me")
    assert pauses[0] == 120
    assert min(pauses[1:]) >= 540


async def test_a_look_that_fails_forgets_nothing_that_is_known(tmp_path: Path) -> None:
    class Broken(FakePlatform):
        async def checks(self, url: str) -> list[Check]:
            raise RuntimeError("a fault of ours")

    platform = FakePlatform()
    async with road(tmp_path, platform=FakePlatform(Channel.FACEBOOK), aside_check_minutes=0) as way:
        platform.found = found(token=False)
        await lookout(way, platform).look()
        await lookout(way, Broken()).look()
        assert (await known(way))["token"].well is False


async def test_a_channel_that_is_unusually_silent_is_told(tmp_path: Path) -> None:
    async with road(tmp_path, platform=FakePlatform(Channel.FACEBOOK), aside_check_minutes=0) as way:
        now = way.clock()

        def a_week(conn: Connection) -> None:
            for hour in range(7 * 24):
                at = now - timedelta(hours=hour)
                pulse.add(conn, *HERE, Slot(count=5, first_at=at, last_at=at))

        await way.database.write(a_week)
        looking = lookout(way, None)
        await looking.look()
        assert (await known(way))["arrivals"].well is True
        way.clock.offset += timedelta(hours=5)
        await looking.look()
        silent = (await known(way))["arrivals"]
        assert silent.well is False
        assert "5 hours" in silent.words
        counter = Pulse(way.database, way.clock)
        counter.note(*HERE, 1)
        await counter.write_down()
        await looking.look()
        assert (await known(way))["arrivals"].well is True
        assert await told(way, "channel.unwell", "channel.well") == [
            ("channel.unwell", "arrivals"),
            ("channel.well", "arrivals"),
        ]


async def test_what_comes_in_is_counted_and_written_down_together(tmp_path: Path) -> None:
    async with road(tmp_path) as way:
        counter = Pulse(way.database, way.clock)
        for _ in range(3):
            counter.note(*HERE, 2)
        await counter.write_down()
        counter.note(*HERE, 1)
        await counter.write_down()
        await counter.write_down()
        slots = await way.database.read(lambda conn: pulse.slots(conn, *HERE, way.clock()))
        assert sum(slot.count for slot in slots) == 7
        assert (await way.database.read(pulse.last))[Channel.TELEGRAM] == slots[-1].last_at
        await way.database.write(lambda conn: pulse.trim(conn, way.clock() + timedelta(days=22)))
        assert await way.database.read(pulse.last) == {}


@pytest.mark.parametrize(
    ("ill", "failing", "state"), [(False, False, "on"), (True, False, "unwell"), (True, True, "failing")]
)
def test_a_channel_that_is_not_well_is_shown_where_the_process_tells_how_it_is(
    ill: bool, failing: bool, state: str
) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    one = Checked(name="webhook", well=False, words="", channel=Channel.TELEGRAM, account="brand", since=at, at=at)
    away = Outage(channel=Channel.TELEGRAM, account="brand", kind=OutageKind.LOCKED_OUT, why="", since=at)
    states = channel_states([Channel.TELEGRAM], [away] if failing else [], [one] if ill else [])
    assert states == {"telegram": state, "facebook": "off", "twitter": "off"}
