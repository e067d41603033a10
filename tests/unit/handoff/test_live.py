"""The stream by itself: its heartbeat, its end, and the bell."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.clock import utc_now
from gateway.storage import events
from gateway.storage.database import create_engine
from gateway.storage.model import metadata
from gateway.storage.sqlite import SqliteDatabase
from handoff.live import Bell, stream


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    url = f"sqlite:///{tmp_path / 'aside.db'}"
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    db = SqliteDatabase(url)
    yield db
    db.close()


async def welcome() -> bool:
    return True


async def test_the_first_frame_says_where_the_stream_stands(db: SqliteDatabase) -> None:
    await db.write(lambda conn: events.append(conn, "desk.x", case_id=None, actor="system", epoch=0, at=utc_now()))
    frames = stream(db, Bell(), None, still_welcome=welcome)
    assert await anext(frames) == b"retry: 2000\nid: 1\nevent: ready\ndata: {}\n\n"
    await frames.aclose()  # type: ignore[attr-defined]


async def test_a_quiet_line_is_kept_open_by_a_comment(db: SqliteDatabase) -> None:
    frames = stream(db, Bell(), None, still_welcome=welcome, heartbeat=0.05)
    await anext(frames)
    assert (await asyncio.wait_for(anext(frames), 5)).startswith(b":")
    await frames.aclose()  # type: ignore[attr-defined]


async def test_who_is_not_welcome_any_more_hears_nothing_more(db: SqliteDatabase) -> None:
    async def unwelcome() -> bool:
        return False

    frames = [frame async for frame in stream(db, Bell(), None, still_welcome=unwelcome, heartbeat=0.05)]
    assert len(frames) == 1


async def test_a_closed_bell_ends_the_stream_at_once(db: SqliteDatabase) -> None:
    bell = Bell()
    frames = stream(db, bell, None, still_welcome=welcome)
    await anext(frames)
    waiting = asyncio.ensure_future(anext(frames, None))
    await asyncio.sleep(0.1)
    bell.close()
    assert await asyncio.wait_for(waiting, 0.9) is None


async def test_a_bell_wakes_everybody_and_a_wait_ends_by_itself() -> None:
    bell = Bell()
    waiting = [asyncio.create_task(bell.wait(10)) for _ in range(3)]
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.wait_for(asyncio.gather(*waiting), 1)
    await asyncio.wait_for(bell.wait(0.01), 1)
