"""The faults of `tests.faults`, each for a few seconds; the commands there take them to their full amounts.

`FAULTS_DEPLOYMENT=postgres` plays them over PostgreSQL with several processes.
"""

import asyncio
import os
from collections.abc import Awaitable
from typing import Any

import pytest

from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER
from tests.faults.limits import be_quiet, many_sockets
from tests.faults.options import Options
from tests.faults.points import POINTS
from tests.faults.scenarios import (
    assistant_outages,
    clock_jumps,
    database_outages,
    disorder,
    full_disks,
    hostile_bodies,
    kills,
    model_swaps,
    platform_troubles,
    poison,
    power_cuts,
    repeats,
    rolling_restarts,
    slow_sockets,
    soak,
)
from tests.faults.verdict import Verdict

pytestmark = pytest.mark.timeout(120)


def few(**limits: Any) -> Options:
    """A few seconds' worth of a fault, with bars of time for a machine that does other things."""
    kind = os.environ.get("FAULTS_DEPLOYMENT", "sqlite")
    return Options(**{"seed": 11, "deployment": kind, "slack": 4.0, **limits})


def hold(scenario: Awaitable[Verdict]) -> None:
    """Play it; the verdict says what was not met."""
    many_sockets()
    be_quiet()

    async def play() -> Verdict:
        return await scenario

    verdict = asyncio.run(play())
    if verdict.skipped:
        pytest.skip(verdict.skipped)
    verdict.hold()


@pytest.mark.parametrize("points", [POINTS[:5], POINTS[5:]], ids=["towards the answer", "towards the send"])
def test_kills_at_every_named_point_lose_nothing_and_double_nothing_unseen(points: tuple[str, ...]) -> None:
    hold(kills.run(few(amount=len(points), rate=20), points=points))


def test_whatever_is_delivered_up_to_five_times_has_one_effect() -> None:
    hold(repeats.run(few(amount=200, rate=50)))


def test_what_comes_out_of_order_stands_and_is_answered_in_order() -> None:
    hold(disorder.run(few(amount=300, rate=100)))


def test_what_was_answered_200_is_in_the_database_that_a_crash_left() -> None:
    hold(database_outages.run(few(amount=1, rate=30, minutes=0.5)))


def test_what_was_answered_200_survives_a_power_cut() -> None:
    hold(power_cuts.run(few(amount=4, rate=40)))


def test_an_assistant_that_fails_in_any_way_slows_no_webhook_and_loses_no_message() -> None:
    hold(assistant_outages.run(few(amount=98)))


def test_models_are_swapped_under_load_and_no_message_notices() -> None:
    hold(model_swaps.run(few(amount=2)))


@pytest.mark.parametrize(
    ("channel", "trouble"),
    [(TELEGRAM, "busy"), (FACEBOOK, "taken, then reset"), (TWITTER, "busy")],
)
def test_a_platform_in_trouble_is_obeyed_loses_nothing_and_slows_no_other(channel: str, trouble: str) -> None:
    hold(platform_troubles.one(few(amount=12), trouble, channel))


def test_a_revoked_token_raises_an_alarm_and_keeps_the_queue() -> None:
    hold(platform_troubles.one(few(), platform_troubles.REVOKED, TELEGRAM))


def test_a_clock_that_jumps_loses_nothing_and_fires_nothing_twice() -> None:
    hold(clock_jumps.run(few(amount=1, rate=20)))


def test_a_disk_that_is_full_or_read_only_is_answered_503_and_heals() -> None:
    hold(full_disks.run(few(amount=1)))


def test_hostile_bodies_are_answered_quickly_and_take_no_memory() -> None:
    hold(hostile_bodies.run(few(amount=2)))


def test_slow_and_idle_sockets_slow_nobody_else() -> None:
    hold(slow_sockets.run(few(amount=100, minutes=0.06)))


def test_poison_is_parked_or_with_people_and_harms_nobody_else() -> None:
    hold(poison.run(few(amount=120, rate=30), one_in=30, killers=1))


def test_processes_that_are_asked_to_stop_leave_nothing_undone() -> None:
    hold(rolling_restarts.run(few(amount=1, rate=20)))


def test_faults_at_random_for_a_while_lose_nothing() -> None:
    hold(soak.run(few(minutes=0.1)))
