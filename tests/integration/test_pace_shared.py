"""The pace and the crises on PostgreSQL, where several processes share them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from gateway.app import Gateway
from gateway.clock import utc_now
from gateway.engine.distributed import DistributedCarrier, carried_by
from gateway.engine.jobs import ProcrastinateJobs
from gateway.messages import Author, Channel, Surface
from gateway.sending import pace
from gateway.sending.limits import LIMITS, Limit, Rank, Scope, Table
from gateway.sending.pace import Ask
from gateway.settings import Settings
from gateway.storage import crises
from gateway.storage.postgres import PostgresDatabase
from tests.factories import Story, Ticking
from tests.fakes import FakeAssistant
from tests.integration.road import BRAND
from tests.integration.troubled import Platform
from tests.postgres import Cluster

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def engine(postgres: Cluster) -> Iterator[Engine]:
    engine = sa.create_engine(postgres.database(), pool_size=8)
    yield engine
    engine.dispose()


async def test_processes_that_ask_at_once_get_no_more_together_than_one_would(engine: Engine) -> None:
    begin = threading.Barrier(4)

    def ask(number: int) -> int:
        begin.wait()
        granted = 0
        for turn in range(25):
            keys = [f"twitter:{surface}:brand:{number}.{turn}" for surface in ("public", "private")]
            asks = [Ask(thread_key=key, rank=Rank.PEOPLE) for key in keys[:: 1 if number % 2 else -1] * 2]
            with engine.begin() as conn:
                granted += pace.take(conn, LIMITS, asks, NOW, most=3).count(None)
        return granted

    granted = await asyncio.gather(*(asyncio.to_thread(ask, number) for number in range(4)))
    assert sum(granted) == 100 + 15


async def test_two_processes_cannot_begin_the_same_crisis(engine: Engine) -> None:
    with engine.connect() as one, engine.connect() as other:
        crises.begin(one, Channel.TWITTER, "brand", "public", 200, 20, NOW)

        def begin_too() -> None:
            crises.begin(other, Channel.TWITTER, "brand", "public", 200, 20, NOW)
            other.commit()

        second = asyncio.create_task(asyncio.to_thread(begin_too))
        await asyncio.sleep(0.2)
        one.commit()
        with pytest.raises(IntegrityError):
            await second
        other.rollback()
        ongoing = crises.ongoing(one, Channel.TWITTER, "brand")
        assert ongoing is not None
        assert ongoing.waiting == 200


@asynccontextmanager
async def worker(url: str, platform: Platform, table: Table) -> AsyncIterator[PostgresDatabase]:
    """A worker process's gateway, in this process."""
    jobs = ProcrastinateJobs(url, [platform.name], cases=4, threads=8)
    database = PostgresDatabase(url, carried_by(jobs, utc_now))
    carrier = DistributedCarrier(database, jobs, [platform.name], utc_now)
    settings = Settings(database_url=url, _env_file=None)
    channels = {platform.name: platform}
    gateway = Gateway(settings, channels, database, FakeAssistant(), BRAND, utc_now, carrier, table)
    await gateway.start()
    try:
        yield database
    finally:
        await gateway.stop()


async def test_two_workers_share_a_limit_and_let_people_go_first(postgres: Cluster) -> None:
    url, platform = postgres.database(), Platform()
    one_a_second = {(Channel.TELEGRAM, Surface.PRIVATE): (Limit(scope=Scope.SURFACE, count=4, seconds=2),)}

    def put(number: int, author: Author, name: str) -> Callable[[Connection], None]:
        def write(conn: Connection) -> None:
            for index in range(number):
                story = Story(conn, Ticking(utc_now()), native_id=f"{name}{index}", handle="")
                story.says("hello")
                story.waits(f"{author} answers {name}{index}", author=author)

        return write

    async with worker(url, platform, one_a_second) as database, worker(url, platform, one_a_second):
        await database.write(put(24, Author.BOT, "bot"))
        await _until(lambda: len(platform.sent) >= 4)
        await database.write(put(2, Author.AGENT, "person"))
        before = len(platform.sent)
        await _until(lambda: sum(text.startswith("agent") for text in platform.texts) == 2)
        assert len(platform.sent) <= before + 8, "two windows at the most"
        await _until(lambda: len(platform.sent) == 26, 30)
    assert len(set(platform.texts)) == 26
    times = sorted(platform.asked_at)
    assert max(sum(start <= at < start + 1.7 for at in times) for start in times) <= 4


async def _until(happened: Callable[[], bool], longest: float = 15.0) -> None:
    async with asyncio.timeout(longest):
        while not happened():
            await asyncio.sleep(0.02)
