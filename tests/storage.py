"""The database under test: SQLite, or PostgreSQL where `ASIDE_TEST_ON=postgres` says so; the same tests run on both."""

import atexit
import os
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

from sqlalchemy.engine import Connection

from gateway.clock import Clock
from gateway.engine.distributed import DistributedCarrier, carried_by
from gateway.engine.jobs import ProcrastinateJobs
from gateway.engine.local import LocalCarrier
from gateway.lanes import Carrier, Lane
from gateway.messages import Channel
from gateway.storage.database import Database, create_engine, is_shared
from gateway.storage.migrate import migrate
from gateway.storage.postgres import PostgresDatabase
from gateway.storage.sqlite import SqliteDatabase
from tests.postgres import Cluster

ON_POSTGRES = os.environ.get("ASIDE_TEST_ON") == "postgres"


@cache
def url_in(folder: Path) -> str:
    """The migrated database that belongs to a folder; the same one each time."""
    if ON_POSTGRES:
        return _cluster().database()
    url = f"sqlite:///{folder / 'aside.db'}"
    engine = create_engine(url)
    migrate(engine)
    engine.dispose()
    return url


def worked(url: str, channels: Collection[Channel], clock: Clock) -> tuple[Database, Carrier]:
    """A database, and the carrier that goes with it."""
    if is_shared(url):
        jobs = ProcrastinateJobs(url, channels, cases=16, threads=16)
        shared = PostgresDatabase(url, carried_by(jobs, clock))
        return shared, DistributedCarrier(shared, jobs, channels, clock)
    database = SqliteDatabase(url)
    local = LocalCarrier(database, channels, clock)
    database.on_call(local.kick)
    return database, local


def watched(url: str, called: Callable[[Lane], None]) -> Database:
    """A database that nobody works on; `called` is told of each lane that is called."""

    def note(_: Connection, lane: Lane) -> None:
        called(lane)

    if is_shared(url):
        return PostgresDatabase(url, note)
    database = SqliteDatabase(url)
    database.on_call(called)
    return database


@cache
def _cluster() -> Cluster:
    cluster = Cluster(fsync=False)
    cluster.__enter__()
    atexit.register(cluster.__exit__, None, None, None)
    return cluster
