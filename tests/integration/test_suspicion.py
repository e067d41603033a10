"""Who is tried with whom after a death, and what counts against a message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

import pytest

from gateway.clock import utc_now
from gateway.intake import inbox
from gateway.messages import Channel, RawEvent
from gateway.routing.suspicion import Suspicion
from gateway.storage.database import Database
from tests.storage import url_in, watched

_EVENTS = 40


class Court:
    """Suspicion over some recorded events, and who is being tried."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._suspicion = Suspicion(database)
        self.under_way: list[str] = []
        self.seen: list[list[str]] = []
        """Who was under way together, each time somebody came."""

    def suspect(self, event: int, deaths: int) -> "asyncio.Task[None]":
        """Try an event of an orphaned lane."""
        return asyncio.create_task(self._try(f"suspect {event}", self._suspicion.of(event, deaths)))

    def customer(self, name: str) -> "asyncio.Task[None]":
        """Try what nobody suspects."""
        return asyncio.create_task(self._try(name, self._suspicion.beside_others()))

    async def deaths(self) -> dict[int, int]:
        """What counts against whom, where anything does."""
        events = await self._database.read(lambda conn: inbox.new_ones(conn, Channel.TELEGRAM, utc_now()))
        return {event.id: event.deaths for event in events if event.deaths}

    async def _try(self, name: str, chance: AbstractAsyncContextManager[bool]) -> None:
        async with chance:
            self.under_way.append(name)
            self.seen.append(list(self.under_way))
            try:
                await asyncio.sleep(0.05)
            finally:
                self.under_way.remove(name)


@pytest.fixture
async def court(tmp_path: Path) -> AsyncIterator[Court]:
    database = watched(url_in(tmp_path), lambda _: None)
    raw = [RawEvent(native_id=f"n{number}", payload=b"{}") for number in range(_EVENTS)]
    await database.write(lambda conn: inbox.record(conn, Channel.TELEGRAM, "brand", raw, utc_now()))
    yield Court(database)
    database.close()


async def test_after_one_death_messages_are_tried_side_by_side_and_not_too_many(court: Court) -> None:
    await asyncio.gather(*(court.suspect(event, 0) for event in range(1, _EVENTS + 1)))
    together = max(len(seen) for seen in court.seen)
    assert 1 < together <= 16


async def test_what_counts_already_is_tried_with_nothing_else_under_way(court: Court) -> None:
    before = [court.customer("ines"), court.suspect(1, 0)]
    await asyncio.sleep(0.02)
    after = [court.suspect(2, 1), court.suspect(3, 2), court.customer("tom"), court.suspect(4, 0)]
    await asyncio.gather(*before, *after)
    for seen in court.seen:
        assert len(seen) == 1 or not {"suspect 2", "suspect 3"} & set(seen), court.seen


async def test_who_waits_for_a_suspect_waits_for_one_only(court: Court) -> None:
    suspects = [court.suspect(event, 1) for event in range(1, 5)]
    await asyncio.sleep(0.02)
    await asyncio.gather(*suspects, *(court.customer(f"customer {number}") for number in range(20)))
    came = [seen[-1] for seen in court.seen]
    assert came[0] == "suspect 1"
    assert {name.split()[0] for name in came[1:21]} == {"customer"}


async def test_a_try_counts_while_it_lasts_and_not_once_it_was_lived_through(court: Court) -> None:
    first = court.suspect(1, 0)
    await asyncio.sleep(0.03)
    assert await court.deaths() == {1: 1}
    await first
    assert await court.deaths() == {}


async def test_a_try_that_is_broken_off_by_a_stop_does_not_count_and_bars_nobody(court: Court) -> None:
    tried, at_the_door = court.suspect(1, 0), court.suspect(2, 1)
    await asyncio.sleep(0.03)
    tried.cancel()
    at_the_door.cancel()
    for task in (tried, at_the_door):
        with suppress(asyncio.CancelledError):
            await task
    assert await court.deaths() == {}
    await asyncio.wait_for(asyncio.gather(court.customer("ines"), court.suspect(3, 1)), 2)
