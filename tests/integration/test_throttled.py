"""A platform that turns away some of what we say holds up that, and nothing else."""

import asyncio
import random
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from gateway.clock import utc_now
from gateway.errors import SendThrottled
from gateway.messages import Channel, Outbound, Surface
from gateway.sending.limits import LIMITS, Limit, Scope, Table
from tests.integration.road import Road, road
from tests.integration.test_backlog import fill, statuses
from tests.integration.troubled import Platform


def patient(chats: set[str], seconds: float) -> Any:
    """Turns away what is said in some chats."""

    def trouble(out: Outbound) -> SendThrottled | None:
        return SendThrottled("429", retry_after=seconds) if out.target in chats else None

    return trouble


async def delays(there: Road, number: int, name: str) -> dict[str, float]:
    """Seconds until each of so many threads had its answer."""
    started, before = utc_now(), len(there.platform.sent)
    arrived: dict[str, float] = {}
    await fill(there, number, name=name)

    def all_there() -> bool:
        for out, _, _ in there.platform.sent[before:]:
            if out.target.startswith(name):
                arrived.setdefault(out.target, (utc_now() - started).total_seconds())
        return len(arrived) == number

    await there.until(all_there, 30)
    return arrived


async def test_chats_that_telegram_turns_away_wait_alone(tmp_path: Path) -> None:
    platform = Platform()
    platform.trouble = patient({f"bad{number}" for number in range(5)}, 20)
    async with road(tmp_path, platform=platform, table=LIMITS) as there:
        await fill(there, 5, name="bad")
        await there.until(lambda: len(platform.asked_at) >= 5)
        assert max((await delays(there, 20, "good")).values()) < 5
        assert len(platform.asked_at) == 25, "the chats that were turned away are not asked before their time"


async def test_a_group_that_telegram_turns_away_holds_up_no_other_and_no_private_chat(tmp_path: Path) -> None:
    platform = Platform()
    platform.trouble = lambda out: SendThrottled("429", retry_after=20) if out.surface is Surface.PUBLIC else None
    async with road(tmp_path, platform=platform, table=LIMITS) as there:
        await fill(there, 1, name="group", surface=Surface.PUBLIC)
        await there.until(lambda: len(platform.asked_at) >= 1)
        assert max((await delays(there, 20, "good")).values()) < 5


async def test_telegram_turning_everybody_away_is_believed_after_some_and_not_asked_on(tmp_path: Path) -> None:
    platform = Platform()
    platform.trouble = lambda out: SendThrottled("429", retry_after=2)
    async with road(tmp_path, platform=platform, table=LIMITS) as there:
        await fill(there, 60)
        await there.until(lambda: len(platform.asked_at) >= 6)
        await there.quiet(1.0)
        assert len(platform.asked_at) <= 32, "what was under way at once, and nobody after"
        platform.trouble = lambda out: None
        await there.until(lambda: len(platform.sent) == 60, 20)


async def test_of_ten_messages_three_turned_away_delay_the_others_little(tmp_path: Path) -> None:
    dice = random.Random(7)
    platform = Platform()
    turned_away: set[str] = set()

    def once(out: Outbound) -> SendThrottled | None:
        if out.target in turned_away or dice.random() > 0.3:
            return None
        turned_away.add(out.target)
        return SendThrottled("429", retry_after=3)

    async with road(tmp_path, platform=platform, table=LIMITS) as there:
        calm: list[float] = []
        lucky: list[float] = []
        for number in range(4):
            calm += (await delays(there, 25, f"calm{number}_")).values()
            await asyncio.sleep(1.1)  # so that thirty a second are not what is measured
        platform.trouble = once
        for number in range(4):
            found = await delays(there, 25, f"storm{number}_")
            lucky += [seconds for target, seconds in found.items() if target not in turned_away]
            await asyncio.sleep(1.1)
        assert 15 < len(turned_away) < 50
        assert (await statuses(there))["sent"] == len(platform.sent) == 200, "each once"
        assert median(lucky) < 1.5 * median(calm) + 0.1


async def test_x_may_turn_away_direct_messages_for_a_quarter_of_an_hour_and_posts_go_on(tmp_path: Path) -> None:
    platform = Platform(Channel.TWITTER)
    platform.trouble = lambda out: SendThrottled("429", retry_after=900) if out.surface is Surface.PRIVATE else None
    async with road(tmp_path, platform=platform, table=LIMITS) as there:
        await fill(there, 10, channel=Channel.TWITTER, name="dm")
        await there.until(lambda: len(platform.asked_at) >= 1)
        await there.quiet(0.3)
        asked = len(platform.asked_at)
        assert asked <= 8
        await fill(there, 10, channel=Channel.TWITTER, surface=Surface.PUBLIC, name="post")
        await there.until(lambda: len(platform.sent) == 10)
        assert len(platform.asked_at) == asked + 10


@pytest.mark.parametrize("channel", [Channel.TWITTER, Channel.FACEBOOK])
async def test_a_thread_that_is_turned_away_for_itself_holds_up_no_other(channel: Channel, tmp_path: Path) -> None:
    platform = Platform(channel)
    platform.trouble = patient({f"bad{number}" for number in range(5)}, 20)
    async with road(tmp_path, platform=platform, table=budgets(channel)) as there:
        await fill(there, 5, channel=channel, name="bad")
        await there.until(lambda: len(platform.asked_at) >= 5)
        await fill(there, 20, channel=channel, name="good")
        await there.until(lambda: len(platform.sent) == 20, 5)
        assert len(platform.asked_at) == 25, "those that were turned away are not asked before their time"


@pytest.mark.parametrize("channel", [Channel.TWITTER, Channel.FACEBOOK, Channel.TELEGRAM])
async def test_a_limit_that_is_used_up_holds_up_all_that_it_counts_and_nothing_else(
    channel: Channel, tmp_path: Path
) -> None:
    platform = Platform(channel)

    def used_up(out: Outbound) -> SendThrottled | None:
        private = out.surface is Surface.PRIVATE
        return SendThrottled("429", retry_after=3, used_up=True) if private and not platform.sent else None

    platform.trouble = used_up
    async with road(tmp_path, platform=platform, table=budgets(channel)) as there:
        await fill(there, 1, channel=channel, name="first")
        await there.until(lambda: len(platform.asked_at) == 1)
        await there.quiet(0.2)
        await fill(there, 10, channel=channel, name="after")
        await fill(there, 1, channel=channel, surface=Surface.PUBLIC, name="post")
        if channel is not Channel.TELEGRAM:  # whose bots have one limit for all that they say
            await there.until(lambda: len(platform.sent) == 1, 2)
        assert all(out.surface is Surface.PUBLIC for out, _, _ in platform.sent)
        platform.trouble = lambda out: None
        await there.until(lambda: len(platform.sent) == 12, 10)
        assert min(platform.asked_at[-10:]) - platform.asked_at[0] > 2.5, "not before the platform's time"
        assert len(platform.asked_at) == 13


async def test_after_six_threads_of_a_page_in_a_row_the_whole_page_waits_as_long_as_it_says(tmp_path: Path) -> None:
    platform = Platform(Channel.FACEBOOK)
    platform.trouble = lambda out: SendThrottled("429", retry_after=20)
    async with road(tmp_path, platform=platform, table=budgets(Channel.FACEBOOK)) as there:
        await fill(there, 6, channel=Channel.FACEBOOK, name="bad")
        await there.until(lambda: len(platform.asked_at) == 6)
        await there.quiet(0.2)
        await fill(there, 10, channel=Channel.FACEBOOK, name="after")
        await there.quiet(0.5)
        assert len(platform.asked_at) == 6


def budgets(channel: Channel) -> Table:
    """Room for all, counted as the platform counts it."""
    scope = Scope.ACCOUNT if channel is Channel.TELEGRAM else Scope.SURFACE
    return {(channel, surface): (Limit(scope=scope, count=1000, seconds=1),) for surface in Surface}
