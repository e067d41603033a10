"""Aside on several hosts, killed, cut off and replaced at will: each message is answered once and in order.

Needs root (hosts are network namespaces) and PostgreSQL.
"""

import asyncio
import random
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Final

import aiohttp
import pytest
import sqlalchemy as sa

from gateway.storage.tables import events
from handoff.live import FOR_EVERYBODY
from tests.faults.checker import Finding
from tests.faults.deployment import checkout
from tests.faults.events import FACEBOOK, TELEGRAM
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import World
from tests.fleet import Fleet, world_of_hosts
from tests.hosts import missing
from tests.postgres import NotInstalled, programs

_SEED: Final = 20_261_122
_TAKEN_UP_WITHIN: Final = 15.0  # seconds from a worker's death until another has done what lay in its lanes
_BACK_WITHIN: Final = 10.0  # seconds from the start of PostgreSQL until webhooks are taken again
_STOPPED_WITHIN: Final = 15.0  # seconds from SIGTERM to the end


def _lacking() -> str:
    try:
        programs()
    except NotInstalled:
        return "PostgreSQL is not installed here (Debian: apt-get install postgresql)"
    return missing()


pytestmark = [pytest.mark.skipif(bool(_lacking()), reason=_lacking()), pytest.mark.timeout(180)]


async def test_what_either_gateway_or_both_are_told_is_answered_once_and_in_order(tmp_path: Path) -> None:
    names = ("serve-1", "serve-2", "work-1", "work-2", "desk-1")
    async with world_of_hosts(_SEED, tmp_path, *names) as (world, fleet):
        await asyncio.gather(*(_converse(world, customer, fleet.addresses()) for customer in range(8)))
        assert await world.settled(60)
        finding = await _held_promise(world)
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
        finding = await _held_promise(world)
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
        await _until(lambda: in_hand <= set(world.platforms.times_taken()), _TAKEN_UP_WITHIN)
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
        await _held_promise(world)
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
        await _until(lambda: world.courier.last_taken > started, _BACK_WITHIN)
        await saying
        await traffic.all_taken()
        assert await world.settled(60)
        finding = await _held_promise(world)
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
        finding = await _held_promise(world)
        assert finding.drawers == {"answered": len(world.expected)}
        assert set(world.courier.report.statuses) == {200}
        assert not world.courier.report.broken
        assert _answered_out_of_order(world) == []
        assert await world.ledger.count("SELECT count(next) FROM messages") > 0


async def test_a_listener_that_moves_between_desks_misses_nothing_and_hears_nothing_twice(tmp_path: Path) -> None:
    names = ("serve-1", "work-1", "work-2", "desk-1", "desk-2")
    async with world_of_hosts(_SEED, tmp_path, *names) as (world, fleet):
        token = (await fleet.command("agent", "add", "Kim", "--role", "supervisor", "--print-token")).strip()
        moving, staying = Listener(token), Listener(token)
        stays = asyncio.create_task(staying.listen(fleet.base("desk-2")))
        moves = asyncio.create_task(_move_about(moving, fleet, random.Random(_SEED)))
        await _until(lambda: moving.let_in and staying.let_in, 10)
        traffic = Traffic(world, 20, channels=(FACEBOOK,))
        await traffic.say(40)
        await asyncio.gather(traffic.say(60), asyncio.to_thread(_append_slowly, fleet.url, 1.5))
        await traffic.all_taken()
        assert await world.settled(60)
        newest = await world.ledger.count("SELECT max(id) FROM events WHERE case_id IS NOT NULL")
        with suppress(TimeoutError):  # what is missing is said below
            await _until(lambda: moving.last >= newest and staying.last >= newest, 10)
        moves.cancel()
        stays.cancel()
        await asyncio.gather(moves, stays, return_exceptions=True)
        for listener in (moving, staying):
            assert listener.heard == await _events_after(fleet, listener.first)


# --- who plays ---


class Listener:
    """Listens to a desk's events; remembers the last it has heard, as a browser does."""

    def __init__(self, token: str) -> None:
        self.first = 0
        """The newest event when it began."""
        self.last = 0
        self.heard: list[int] = []
        self.let_in = False
        self._token = token

    async def listen(self, base: str) -> None:
        """Listen to one desk until the line breaks."""
        headers = {"Authorization": f"Bearer {self._token}"}
        if self.let_in:
            headers["Last-Event-ID"] = str(self.last)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=2)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{base}/api/v1/events", headers=headers) as answer,
        ):
            assert answer.status == 200, await answer.text()
            number, ready = 0, False
            async for line in answer.content:
                name, _, value = line.decode().strip().partition(": ")
                if name == "id":
                    number = int(value)
                elif name == "event":
                    ready = value == "ready"
                elif name == "data":
                    self._hear(number, ready=ready)
                    ready = False

    def _hear(self, number: int, *, ready: bool) -> None:
        if not ready:
            self.heard.append(number)
        elif not self.let_in:
            self.let_in, self.first = True, number
        self.last = number


async def _move_about(listener: Listener, fleet: Fleet, dice: random.Random) -> None:
    """Move from desk to desk, sometimes because the desk dies."""
    moves = 0
    while True:
        name = ("desk-1", "desk-2")[moves % 2]
        listening = asyncio.create_task(listener.listen(fleet.base(name)))
        with suppress(TimeoutError, aiohttp.ClientError):
            await asyncio.wait_for(listening, dice.uniform(0.2, 1.2))
        moves += 1
        if moves == 3:
            fleet.processes["desk-1"].kill()
            await fleet.revive(fleet.processes["desk-1"])


def _append_slowly(url: str, seconds: float) -> None:
    """Append an event in a transaction that others overtake: it gets its number before theirs, and is seen after."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO events (case_id, kind, actor, why, epoch, at, data)"
                " SELECT id, 'noted', 'system', '', 1, 0, '{}' FROM cases LIMIT 1"
            )
        )
        time.sleep(seconds)


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
    starts = process.said().count('"started"')
    await process.start()
    await process.wait_ready()
    await _until(lambda: process.said().count('"started"') > starts, 60)


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


async def _held_promise(world: World) -> Finding:
    verdict = Verdict(0, "many hosts")
    finding = await world.hold_to_the_promise(verdict)
    assert verdict.passed, str(verdict)
    return finding


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


async def _events_after(fleet: Fleet, first: int) -> list[int]:
    def read() -> list[int]:
        engine = sa.create_engine(fleet.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            rows = connection.execute(
                sa.select(events.c.id)
                .where(events.c.id > first, sa.or_(events.c.case_id.is_not(None), events.c.kind.in_(FOR_EVERYBODY)))
                .order_by(events.c.id)
            )
            return list(rows.scalars())

    return await asyncio.to_thread(read)


async def _until(happened: Callable[[], bool], longest: float) -> None:
    async with asyncio.timeout(longest):
        while not happened():
            await asyncio.sleep(0.02)
