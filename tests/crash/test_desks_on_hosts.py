"""Those who listen to desks on several hosts, and move between them. As `test_many_hosts`."""

import asyncio
import random
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import aiohttp
import pytest
import sqlalchemy as sa

from gateway.storage.tables import events
from handoff.live import FOR_EVERYBODY
from tests.faults.events import FACEBOOK
from tests.faults.traffic import Traffic
from tests.fleet import Fleet, lacking, until, world_of_hosts

_SEED: Final = 20_261_122

pytestmark = [pytest.mark.skipif(bool(lacking()), reason=lacking()), pytest.mark.timeout(180)]


async def test_a_listener_that_moves_between_desks_misses_nothing_and_hears_nothing_twice(tmp_path: Path) -> None:
    names = ("serve-1", "work-1", "work-2", "desk-1", "desk-2")
    async with world_of_hosts(_SEED, tmp_path, *names) as (world, fleet):
        token = (await fleet.command("agent", "add", "Kim", "--role", "supervisor", "--print-token")).strip()
        moving, staying = Listener(token), Listener(token)
        stays = asyncio.create_task(staying.listen(fleet.base("desk-2")))
        moves = asyncio.create_task(_move_about(moving, fleet, random.Random(_SEED)))
        await until(lambda: moving.let_in and staying.let_in, 10)
        traffic = Traffic(world, 20, channels=(FACEBOOK,))
        await traffic.say(40)
        await asyncio.gather(traffic.say(60), asyncio.to_thread(_append_slowly, fleet.url, 1.5))
        await traffic.all_taken()
        assert await world.settled(60)
        newest = await world.ledger.count("SELECT max(id) FROM events WHERE case_id IS NOT NULL")
        with suppress(TimeoutError):  # what is missing is said below
            await until(lambda: moving.last >= newest and staying.last >= newest, 10)
        moves.cancel()
        stays.cancel()
        await asyncio.gather(moves, stays, return_exceptions=True)
        for listener in (moving, staying):
            # Names are asked for beside the road: such an event may come while one goes home.
            heard = [number for number in listener.heard if number <= newest]
            assert heard == await _events_after(fleet, listener.first, newest)


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


async def _events_after(fleet: Fleet, first: int, last: int) -> list[int]:
    def read() -> list[int]:
        engine = sa.create_engine(fleet.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            rows = connection.execute(
                sa.select(events.c.id)
                .where(events.c.id > first, events.c.id <= last)
                .where(sa.or_(events.c.case_id.is_not(None), events.c.kind.in_(FOR_EVERYBODY)))
                .order_by(events.c.id)
            )
            return list(rows.scalars())

    return await asyncio.to_thread(read)
