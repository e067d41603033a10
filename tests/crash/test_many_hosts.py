"""Aside on several hosts, killed, cut off and replaced at will: each message is answered once and in order.

Needs root (hosts are network namespaces) and PostgreSQL.
"""

import asyncio
import shutil
import time
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from tests.faults.deployment import checkout
from tests.faults.events import FACEBOOK, TELEGRAM
from tests.faults.traffic import Traffic
from tests.faults.world import World
from tests.fleet import Fleet, held_promise, lacking, until, world_of_hosts

_SEED: Final = 20_261_122
_TAKEN_UP_WITHIN: Final = 15.0  # seconds from a worker's death until another has done what lay in its lanes
_BACK_WITHIN: Final = 10.0  # seconds from the start of PostgreSQL until webhooks are taken again
_STOPPED_WITHIN: Final = 15.0  # seconds from SIGTERM to the end


pytestmark = [pytest.mark.skipif(bool(lacking()), reason=lacking()), pytest.mark.timeout(180)]


async def test_what_either_gateway_or_both_are_told_is_answered_once_and_in_order(tmp_path: Path) -> None:
    names = ("serve-1", "serve-2", "work-1", "work-2", "desk-1")
    async with world_of_hosts(_SEED, tmp_path, *names) as (world, fleet):
        await asyncio.gather(*(_converse(world, customer, fleet.addresses()) for customer in range(8)))
        assert await world.settled(60)
        finding = await held_promise(world)
        assert finding.drawers == {"answered": len(world.expected)}
        assert set(world.platforms.times_taken().values()) == {1}
        assert set(world.assistant.asked.values()) == {1}
        assert _answered_out_of_order(world) == []


async def test_what_a_killed_worker_had_in_hand_another_takes_up_within_seconds(tmp_path: Path) -> None:
    async with world_of_hosts(_SEED, tmp_path, "serve-1", "work-1", "work-2") as (world, fleet):
        world.assistant.delay = 0.5
        traffic = Traffic(world, 12, channels=(FACEBOOK, TELEGRAM))
        saying = asyncio.create_task(traffic.say(72))
        await asyncio.sleep(2.5)
        fleet.processes["work-1"].kill()
        killed, before = time.monotonic(), set(world.courier.report.acknowledged)
        await saying
        assert await world.settled(60)
        finding = await held_promise(world)
        assert _answered_out_of_order(world) == []
        answered = [taken.at for taken in world.platforms.taken if before.intersection(taken.tags)]
        assert max(answered) - killed <= _TAKEN_UP_WITHIN
        assert finding.unclear <= len(world.platforms.taken) / 10


async def test_workers_that_are_cut_off_or_stand_still_and_come_back_double_and_lose_nothing(tmp_path: Path) -> None:
    names = ("serve-1", "work-1", "work-2", "work-3", "work-4")
    patient = {"ASIDE_ASSISTANT_TIMEOUT": "30"}  # so that answers are late, and not given up
    async with world_of_hosts(_SEED, tmp_path, *names, settings=patient) as (world, fleet):
        traffic = Traffic(world, 12, channels=(FACEBOOK, TELEGRAM))
        saying = asyncio.create_task(traffic.say_until(lambda: False))
        await asyncio.sleep(1.0)
        world.assistant.delay = 3.0  # so that each of them has turns in hand, whose answers will come too late
        await asyncio.sleep(1.5)
        fleet.hosts["work-1"].cut()
        fleet.hosts["work-2"].cut_from(fleet.hosts["database"])
        fleet.processes["work-3"].pause()
        world.assistant.delay = 0.1
        in_hand = set(world.assistant.asked) - set(world.platforms.times_taken())
        await until(lambda: in_hand <= set(world.platforms.times_taken()), _TAKEN_UP_WITHIN)
        fleet.hosts["work-1"].heal()
        fleet.hosts["work-2"].heal()
        fleet.processes["work-3"].resume()
        traffic.stop()
        await saying
        assert await world.settled(60)
        fleet.processes["work-4"].kill()  # those who were away must do without it
        more = Traffic(world, 12, channels=(FACEBOOK,))
        await more.say(12)
        await more.all_taken()
        assert await world.settled(60)
        await held_promise(world)
        assert _answered_out_of_order(world) == []
        # Another has asked again, and answered; the late answers to those who were away had no effect.
        assert max(world.assistant.asked[tag] for tag in in_hand) > 1
        assert {world.platforms.times_taken()[tag] for tag in in_hand} == {1}


async def test_a_crash_of_the_database_under_load_costs_no_message_that_was_taken(tmp_path: Path) -> None:
    async with world_of_hosts(_SEED, tmp_path, "serve-1", "work-1") as (world, fleet):
        traffic = Traffic(world, 30, channels=(FACEBOOK,))
        saying = asyncio.create_task(traffic.say(180))
        await asyncio.sleep(2.0)
        await fleet.crash_database(1.5)
        started = time.monotonic()
        await until(lambda: world.courier.last_taken > started, _BACK_WITHIN)
        await saying
        await traffic.all_taken()
        assert await world.settled(60)
        finding = await held_promise(world)
        assert set(world.courier.report.statuses) == {200, 503}
        assert not world.courier.report.broken
        assert _answered_out_of_order(world) == []
        assert finding.drawers["answered"] + finding.drawers["unclear"] == len(world.expected)


async def test_two_versions_work_side_by_side_while_one_replaces_the_other(tmp_path: Path) -> None:
    names = ("serve-1", "serve-2", "work-1", "work-2")
    async with world_of_hosts(_SEED, tmp_path, *names) as (world, fleet):
        old, new = checkout(), _next_version(tmp_path / "next")
        traffic = Traffic(world, 12, channels=(FACEBOOK, TELEGRAM))
        saying = asyncio.create_task(traffic.say_until(lambda: False))
        for some in (("serve-1", "work-1"), ("serve-2", "work-2")):
            await asyncio.gather(*(_replace(fleet, name, new) for name in some))
        # Back again: the old version starts over tables that it does not know yet.
        await asyncio.gather(*(_replace(fleet, name, old) for name in ("serve-1", "work-1")))
        traffic.stop()
        await saying
        await traffic.all_taken()
        assert await world.settled(60)
        finding = await held_promise(world)
        assert finding.drawers == {"answered": len(world.expected)}
        assert set(world.courier.report.statuses) == {200}
        assert not world.courier.report.broken
        assert _answered_out_of_order(world) == []
        assert await world.ledger.count("SELECT count(next) FROM messages") > 0


# --- who plays ---


async def _converse(world: World, customer: int, addresses: list[str], messages: int = 6) -> None:
    """Say some things, one after another; every other one is delivered to all addresses at once."""
    for number in range(messages):
        tag = next(world.tags)
        said = world.voice.facebook(6_600_000_000 + customer, tag, f"Is {tag} on its way?")
        delivery = world.voice.delivery(world.note(said, str(customer)))
        if number % 2:
            await world.courier.deliver(delivery)
        else:
            statuses = await asyncio.gather(*(world.courier.attempt(delivery, address) for address in addresses))
            assert set(statuses) == {200}


async def _replace(fleet: Fleet, name: str, version: Path) -> None:
    """Stop a process as an operator does, and start another version in its place."""
    seconds, status = await fleet.processes[name].terminate()
    assert status == 0, fleet.processes[name].tail()
    assert seconds <= _STOPPED_WITHIN
    process = fleet.add(name, version=version)
    await process.start()
    await process.wait_ready()


def _next_version(folder: Path) -> Path:
    """This checkout as it might look after the next change of its tables."""
    left_out = shutil.ignore_patterns(".*", "bot", "tests", "bench", "docs", "node_modules")
    shutil.copytree(checkout(), folder, ignore=left_out)
    versions = folder / "gateway" / "storage" / "migrations" / "versions"
    newest = max(int(path.name[:4]) for path in versions.glob("[0-9]*.py"))
    (versions / f"{newest + 1:04d}_next.py").write_text(
        f'''"""What a later version adds."""
import sqlalchemy as sa
from alembic import op

revision = "{newest + 1:04d}"
down_revision = "{newest:04d}"


def upgrade() -> None:
    op.create_table("next", sa.Column("id", sa.Text(), primary_key=True))
    op.add_column("messages", sa.Column("next", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_messages_next", "messages", ["next"])
'''
    )
    return folder


# --- how it is judged ---


def _answered_out_of_order(world: World) -> list[str]:
    """Tags that were taken by us before the next one of their conversation, and answered after it."""
    taken_in = world.courier.report.acknowledged
    answered: dict[str, int] = {}
    for number, message in enumerate(world.platforms.taken):
        for tag in message.tags:
            answered.setdefault(tag, number)
    return [
        earlier
        for said in world.places.values()
        for earlier, later in pairwise(tag for tag in said if tag in answered)
        if taken_in[earlier] < taken_in[later] and answered[earlier] > answered[later]
    ]
