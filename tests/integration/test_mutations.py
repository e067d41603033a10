"""Spoilt bodies in their thousands: each is answered 200, none stops those behind it, and memory stays flat."""

import asyncio
import gc
import json
import tracemalloc
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.storage.tables import inbox
from tests.integration.mutations import mutated
from tests.integration.road import Road, road
from tests.integration.told import Played, adapter, bodies, signed
from tests.storage import ON_POSTGRES

NUMBER = 2000
TOGETHER = 100
GOOD = {
    Channel.TELEGRAM: "private-text",
    Channel.FACEBOOK: "message-text",
    Channel.TWITTER: "account-dm",
}
GROWTH = 16_000_000  # bytes of Python's own memory over the last half; a body that was kept would be twice that
pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="what is asked of the adapters is asked on SQLite")


def good(channel: Channel) -> bytes:
    """A message that nobody has spoilt, from a customer whom no other body names."""
    body = bodies(channel)[GOOD[channel]].decode()
    for old, new in (("222001", "333777"), ("6500000000000001", "6500000000000777"), ("2" * 19, "7" * 19)):
        body = body.replace(old, new)
    told = (
        body.replace("m_text", "m_good").replace("9001", "900777").replace("954491830116155396", "954491830116155777")
    )
    json.loads(told)
    return told.encode()


async def deliver(there: Road, channel: Channel, told: list[bytes]) -> set[int]:
    """Deliver bodies at once. The answers that came."""
    answers = (there.gateway.intake.receive(channel, signed(channel, body), body) for body in told)
    return {answer.status for answer in await asyncio.gather(*answers)}


def left(conn: Connection) -> int:
    """How many events wait to be understood."""
    return conn.execute(sa.select(sa.func.count()).where(inbox.c.status == "new")).scalar_one()


async def understood(there: Road) -> None:
    """Wait until no event is new; those that may be about something still to come wait half a second."""
    async with asyncio.timeout(60):
        while await there.database.read(left):
            await asyncio.sleep(0.05)


def oddly_set_aside(conn: Connection) -> list[str]:
    """Reasons that no parser gives: something failed instead of saying what it does not understand."""
    query = sa.select(inbox.c.reason).where(
        inbox.c.status == "set_aside", inbox.c.reason.in_(("parser_failed", "arrival_failed", "deadly"))
    )
    return list(conn.execute(query).scalars())


@pytest.mark.parametrize("channel", list(Channel))
async def test_two_thousand_spoilt_bodies_are_answered_and_stop_nobody(channel: Channel, tmp_path: Path) -> None:
    told = list(mutated(list(bodies(channel).values()), NUMBER, seed=4))
    platform = Played(adapter(channel))
    # A long settling time: what one customer says is answered in one turn, and turns are not what is tried here.
    async with road(tmp_path, platform=platform, settle_ms=300, aside_max_body=10_000_000) as there:
        halfway = 0
        for start in range(0, NUMBER, TOGETHER):
            assert await deliver(there, channel, told[start : start + TOGETHER]) == {200}
            if start == NUMBER // 2:
                await understood(there)
                gc.collect()
                tracemalloc.start()
                halfway = tracemalloc.get_traced_memory()[0]
        await understood(there)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - halfway
        tracemalloc.stop()
        assert await there.database.read(oddly_set_aside) == []
        assert grown < GROWTH

        before = len(platform.sent)
        assert await deliver(there, channel, [good(channel)]) == {200}
        await there.until(lambda: any("777" in out.target for out, _, _ in platform.sent[before:]), 20)
