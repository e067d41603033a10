"""The pace and the crises on PostgreSQL, where several processes share them."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from gateway.messages import Channel
from gateway.sending import pace
from gateway.sending.limits import LIMITS, Rank
from gateway.sending.pace import Ask
from gateway.storage import crises
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
