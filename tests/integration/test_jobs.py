"""Jobs on a real PostgreSQL: one for each called lane, carried by procrastinate, handed on when their worker dies."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.clock import utc_now
from gateway.engine.distributed import carried_by
from gateway.engine.jobs import ProcrastinateJobs
from gateway.lanes import Lane, new_holder
from gateway.messages import Channel
from gateway.storage import lanes
from gateway.storage.postgres import PostgresDatabase
from tests.postgres import Cluster

LANE = Lane.case("a")


class Place:
    """A database with jobs, and what was done."""

    def __init__(self, url: str) -> None:
        self.jobs = ProcrastinateJobs(url, [Channel.TELEGRAM], cases=4, threads=4)
        self.database = PostgresDatabase(url, carried_by(self.jobs, utc_now))
        self.done: list[Lane] = []

    async def do(self, lane: Lane, _: int) -> None:
        self.done.append(lane)

    async def count(self, query: str) -> int:
        return int(await self.database.read(lambda conn: conn.execute(sa.text(query)).scalar_one()))

    async def until(self, query: str, wanted: int, longest: float = 8.0) -> None:
        async with asyncio.timeout(longest):
            while await self.count(query) != wanted:
                await asyncio.sleep(0.05)


def called_and_done_by_somebody_alive(conn: Connection) -> int:
    """The number of the job."""
    lanes.call(conn, LANE)
    return int(
        conn.execute(
            sa.text(
                "WITH alive AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id)"
                " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM alive) RETURNING id"
            )
        ).scalar_one()
    )


@pytest.fixture
async def place(postgres: Cluster) -> AsyncIterator[Place]:
    place = Place(postgres.database())
    yield place
    await place.jobs.stop(1.0)
    place.database.close()


async def test_a_lane_that_is_called_often_has_one_job(place: Place) -> None:
    for _ in range(5):
        await place.database.write(lambda conn: lanes.call(conn, LANE))
    assert await place.count("SELECT count(*) FROM procrastinate_jobs") == 1
    assert await place.count("SELECT calls FROM lanes") == 5


async def test_a_call_in_a_transaction_that_fails_is_none(place: Place) -> None:
    def call_and_fail(conn: Connection) -> None:
        lanes.call(conn, LANE)
        raise LookupError

    with pytest.raises(LookupError):
        await place.database.write(call_and_fail)
    assert await place.count("SELECT count(*) FROM procrastinate_jobs") == 0
    assert await place.count("SELECT count(*) FROM lanes") == 0


async def test_a_call_brings_forward_what_was_to_be_done_later(place: Place) -> None:
    def later(conn: Connection) -> None:
        place.jobs.defer(conn, LANE, utc_now() + timedelta(hours=1))

    await place.database.write(lambda conn: lanes.note(conn, LANE, utc_now()))
    await place.database.write(later)
    assert await place.count("SELECT count(*) FROM procrastinate_jobs WHERE scheduled_at > now()") == 1
    # However far off by a clock that is wrong, it is looked at again soon.
    assert (
        await place.count("SELECT count(*) FROM procrastinate_jobs WHERE scheduled_at > now() + interval '1 min'") == 0
    )
    await place.database.write(lambda conn: lanes.call(conn, LANE))
    assert await place.count("SELECT count(*) FROM procrastinate_jobs WHERE scheduled_at IS NULL") == 1
    assert await place.count("SELECT count(*) FROM procrastinate_jobs") == 1


async def test_a_job_is_done_by_a_worker_and_is_gone_then(place: Place) -> None:
    await place.jobs.start(place.do)
    await place.database.write(lambda conn: lanes.call(conn, LANE))
    await place.until("SELECT count(*) FROM procrastinate_jobs", 0)
    assert place.done == [LANE]


async def test_connections_that_the_server_has_closed_are_replaced(place: Place) -> None:
    await place.jobs.start(place.do)
    await place.count(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await place.database.write(lambda conn: lanes.call(conn, LANE))
    await place.until("SELECT count(*) FROM procrastinate_jobs", 0)
    assert place.done == [LANE]


async def test_what_a_dead_worker_had_in_hand_gets_a_new_job_and_its_name_is_struck_out(place: Place) -> None:
    def die(conn: Connection) -> None:
        lanes.call(conn, LANE)
        lanes.take(conn, LANE, "whoever died")
        conn.execute(
            sa.text(
                "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - interval '1 min') RETURNING id)"
                " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
            )
        )

    await place.database.write(die)
    old = await place.count("SELECT id FROM procrastinate_jobs")
    assert await place.database.write(place.jobs.rescue) == 1
    assert await place.count("SELECT id FROM procrastinate_jobs WHERE status = 'todo'") > old
    assert await place.count("SELECT count(*) FROM lanes WHERE holder = 'whoever died'") == 0
    assert await place.database.write(place.jobs.rescue) == 0


async def test_a_job_that_found_its_lane_taken_by_somebody_who_has_died_since_does_not_speak_for_it(
    place: Place,
) -> None:
    """Its worker lives, and could not write down that the job was done: it would be `doing` for ever."""

    def die(conn: Connection) -> None:
        job = called_and_done_by_somebody_alive(conn)
        lanes.take(conn, LANE, new_holder(job - 1))

    await place.database.write(die)
    assert await place.database.write(place.jobs.rescue) == 1
    assert await place.count("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == 1


async def test_a_lane_is_left_to_the_job_that_has_taken_it(place: Place) -> None:
    def take(conn: Connection) -> None:
        job = called_and_done_by_somebody_alive(conn)
        lanes.take(conn, LANE, new_holder(job))

    await place.database.write(take)
    assert await place.database.write(place.jobs.rescue) == 0


async def test_who_still_works_while_it_is_asked_to_stop_is_not_presumed_dead(place: Place) -> None:
    working, enough = asyncio.Event(), asyncio.Event()

    async def work(*_: object) -> None:
        working.set()
        await enough.wait()

    await place.jobs.start(work)
    await place.database.write(lambda conn: lanes.call(conn, LANE))
    await asyncio.wait_for(working.wait(), 8)
    stopping = asyncio.create_task(place.jobs.stop(8.0))
    await asyncio.sleep(0.3)
    beat = (
        "SELECT extract(epoch FROM max(last_heartbeat)) * 1000 FROM procrastinate_workers"
        " WHERE id IN (SELECT worker_id FROM procrastinate_jobs)"
    )
    before = await place.count(beat)
    await asyncio.sleep(2.5)
    assert await place.count(beat) - before >= 1000
    enough.set()
    await asyncio.wait_for(stopping, 10)
