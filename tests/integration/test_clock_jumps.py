"""A clock that jumps makes nobody busy: no loop goes round and round over what is due at another time."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.errors import SendThrottled, SendUnclear
from gateway.storage.database import Work
from gateway.storage.tables import outbox
from tests.integration.road import Road, road, said
from tests.storage import ON_POSTGRES

WATCHED = 2.0  # seconds, in which each loop looks at least once


async def work_done(there: Road) -> int:
    """How often the database is asked for something in a while."""
    read, write = there.database.read, there.database.write
    count = 0

    async def counted_read(work: Work[object], *, brief: bool = False) -> object:
        nonlocal count
        count += 1
        return await read(work, brief=brief)

    async def counted_write(work: Work[object], *, urgent: bool = False) -> object:
        nonlocal count
        count += 1
        return await write(work, urgent=urgent)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(there.database, "read", counted_read)
        patch.setattr(there.database, "write", counted_write)
        await asyncio.sleep(WATCHED)
    return count


@pytest.mark.skipif(ON_POSTGRES, reason="its workers are woken in other ways, and look as often as they did")
async def test_a_clock_that_jumps_makes_nobody_busy(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        # One that is to be looked at by a person, one that waits for its platform, and one that is answered.
        there.platform.failures += [SendUnclear("no answer"), SendThrottled("slow down", retry_after=600)]
        for name in ("ines", "tom", "mei"):
            await there.hear(said("hello", by=name))
            await there.quiet(0.1)
        await there.until_read(
            lambda conn: set(conn.execute(sa.select(outbox.c.status)).scalars()) == {"unclear", "new", "sent"}
        )
        at_rest = await work_done(there)
        for minutes in (10, -10, -60, 70, 0):
            there.clock.offset = timedelta(minutes=minutes)
            await asyncio.sleep(0.5)  # what has become due is seen to
            assert await work_done(there) <= 2 * at_rest + 20, f"{minutes} minutes off"
