"""The feed on PostgreSQL, where ids are given out before commits: nothing missed, nothing twice, in order of ids."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from gateway.clock import utc_now
from gateway.storage import events, feed
from gateway.storage.feed import Feed
from gateway.storage.postgres import create_engine
from tests.postgres import Cluster


def happen(conn: Connection, kind: str) -> None:
    events.append(conn, kind, case_id=None, actor="system", epoch=0, at=utc_now())


def read(engine: Engine, reader: Feed) -> list[str]:
    snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
    with snapshots.begin() as conn:
        return [event.kind for event in reader.read(conn, 100)[0]]


def test_an_event_that_is_committed_late_is_waited_for_and_comes_in_its_place(postgres: Cluster) -> None:
    engine = create_engine(postgres.database(), connections=4)
    reader = Feed(0)
    with engine.begin() as conn:
        happen(conn, "first")
    slow, quick = engine.connect(), engine.connect()
    with slow, quick:
        slow_work, quick_work = slow.begin(), quick.begin()
        happen(slow, "slow")
        happen(quick, "quick")
        quick_work.commit()
        assert (read(engine, reader), reader.waits) == (["first"], True)
        assert read(engine, reader) == []
        slow_work.commit()
        assert (read(engine, reader), reader.waits) == (["slow", "quick"], False)
    engine.dispose()


def test_a_place_that_was_rolled_back_is_not_waited_for_longer_than_its_neighbours_take(postgres: Cluster) -> None:
    engine = create_engine(postgres.database(), connections=4)
    reader = Feed(0)
    other, lost = engine.connect(), engine.connect()
    with other, lost:
        other_work, lost_work = other.begin(), lost.begin()
        other.execute(sa.text("SELECT pg_current_xact_id()"))
        happen(lost, "lost")
        lost_work.rollback()
        with engine.begin() as conn:
            happen(conn, "kept")
        assert read(engine, reader) == []
        other_work.commit()
        assert read(engine, reader) == ["kept"]
    engine.dispose()


def test_who_begins_now_misses_nothing_that_is_being_committed(postgres: Cluster) -> None:
    url = postgres.database()
    engine = create_engine(url, connections=4)
    slow = engine.connect()
    with slow:
        work = slow.begin()
        happen(slow, "slow")
        with engine.begin() as conn:
            happen(conn, "quick")
        with engine.begin() as conn:
            reader = Feed(feed.beginning(conn, utc_now()))
        work.commit()
        assert read(engine, reader) == ["slow", "quick"]
    engine.dispose()
