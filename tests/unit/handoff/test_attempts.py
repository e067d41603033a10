"""Failures are counted for a while, by where they come from."""

from datetime import UTC, datetime, timedelta

import pytest

from handoff import attempts, devices
from handoff.attempts import Attempts, network_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_after_so_many_failures_within_the_time_there_are_no_more_until_the_first_is_long_ago() -> None:
    counted = Attempts(3, 15 * MINUTE)
    for minutes in (0, 5, 10):
        assert not counted.are_used_up("ada", NOON + minutes * MINUTE)
        counted.fail("ada", NOON + minutes * MINUTE)
    assert counted.are_used_up("ada", NOON + 14 * MINUTE)
    assert not counted.are_used_up("bob", NOON + 14 * MINUTE)
    assert not counted.are_used_up("ada", NOON + 15 * MINUTE)


def test_who_got_in_begins_anew() -> None:
    counted = Attempts(1, MINUTE)
    counted.fail("ada", NOON)
    counted.forget("ada")
    assert not counted.are_used_up("ada", NOON)


def test_nobody_waits_for_a_clock_that_was_put_back() -> None:
    counted = Attempts(1, MINUTE)
    counted.fail("ada", NOON)
    assert not counted.are_used_up("ada", NOON - 60 * MINUTE)


def test_a_flood_of_keys_takes_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_REMEMBERED", 100)
    counted = Attempts(1, MINUTE)
    for number in range(1_000):
        counted.fail(str(number), NOON)
    assert [counted.are_used_up(str(number), NOON) for number in (0, 899, 900, 999)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_all_addresses_behind_one_line_are_one(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("cookie", [None, "", ".", "x.y", "n" * 32 + "." + "0" * 64, "\ud800.\ud800"])
def test_a_cookie_that_nobody_gave_proves_nothing(cookie: str | None) -> None:
    assert devices.number_of(cookie, 1, "hash") is None


def test_a_cookie_proves_its_user_and_nobody_else() -> None:
    cookie = devices.mint(1, "hash")
    assert devices.number_of(cookie, 1, "hash") == cookie.partition(".")[0]
    assert devices.number_of(cookie, 2, "hash") is None
    assert devices.number_of(cookie, 1, "another") is None
