"""Access that X renews, kept where all processes find it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.channels.grants import Grant
from gateway.messages import Channel
from gateway.storage.database import Database
from gateway.storage.grants import StoredGrants
from tests.storage import url_in, watched

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def grant(refresh: str, origin: str = "first") -> Grant:
    return Grant(origin=origin, access=f"access of {refresh}", refresh=refresh, expires_at=NOW + timedelta(hours=2))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = watched(url_in(tmp_path), lambda lane: None)
    yield database
    database.close()


async def test_what_is_kept_is_found_by_every_process_and_by_no_other_account(database: Database) -> None:
    one, other = (StoredGrants(database, Channel.TWITTER, account) for account in ("1", "2"))
    assert await one.read() is None
    assert await one.keep(grant("a"), None)
    assert await StoredGrants(database, Channel.TWITTER, "1").read() == grant("a")
    assert await other.read() is None


async def test_a_newer_grant_takes_the_place_of_exactly_the_one_that_was_read(database: Database) -> None:
    grants = StoredGrants(database, Channel.TWITTER, "1")
    await grants.keep(grant("a"), None)
    assert await grants.keep(grant("b"), grant("a"))
    assert await grants.read() == grant("b")


@pytest.mark.parametrize("read", [None, grant("a")])
async def test_of_two_who_renew_at_once_the_first_is_kept(database: Database, read: Grant | None) -> None:
    grants = StoredGrants(database, Channel.TWITTER, "1")
    await grants.keep(grant("b"), None)
    assert not await grants.keep(grant("c"), read)
    assert await grants.read() == grant("b")


async def test_what_the_operator_grants_anew_replaces_whatever_there_was(database: Database) -> None:
    grants = StoredGrants(database, Channel.TWITTER, "1")
    await grants.keep(grant("a"), None)
    assert await grants.keep(grant("x", "second"), None)
    assert await grants.read() == grant("x", "second")


def test_a_grant_in_a_log_tells_no_secret() -> None:
    assert "access of" not in repr(grant("a"))
    assert "refresh" not in repr(grant("a"))
