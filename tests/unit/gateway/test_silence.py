"""A channel is silent when nothing has come in for far longer than is usual there."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.intake.silence import judge, spoken
from gateway.storage.pulse import Slot

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def arrivals(*ages: timedelta, each: int = 10) -> list[Slot]:
    """Slots in which something came in, so long ago."""
    return [
        Slot(count=each, first_at=NOW - age, last_at=NOW - age + timedelta(minutes=1))
        for age in sorted(ages, reverse=True)
    ]


def hourly(since: timedelta, until: timedelta) -> list[timedelta]:
    hours = int((since - until) / timedelta(hours=1))
    return [until + timedelta(hours=hour) for hour in range(hours + 1)]


def test_a_busy_channel_is_silent_after_three_of_its_longest_usual_gaps() -> None:
    busy = hourly(timedelta(days=7), timedelta(hours=2, minutes=50))
    assert judge(arrivals(*busy), NOW).well is True
    quiet = judge(arrivals(*(age + timedelta(hours=1) for age in busy)), NOW)
    assert quiet.well is False
    assert "3 hours" in quiet.words or "229 minutes" in quiet.words
    assert quiet.advice


def test_a_channel_that_sleeps_at_night_is_not_silent_in_the_morning() -> None:
    days = [timedelta(days=day, hours=hour) for day in range(1, 10) for hour in range(-9, 1)]
    days = [age + timedelta(hours=9) for age in days]
    assert judge(arrivals(*days), NOW).well is True


def test_one_outage_of_long_ago_makes_nobody_patient() -> None:
    gap = [*hourly(timedelta(days=12), timedelta(days=8)), *hourly(timedelta(days=6), timedelta(hours=5))]
    assert judge(arrivals(*gap), NOW).well is False


def test_it_takes_at_least_an_hour() -> None:
    every_minute = [timedelta(minutes=55 + minute) for minute in range(0, 60 * 24 * 4, 10)]
    assert judge(arrivals(*every_minute), NOW).well is True
    assert judge(arrivals(*(age + timedelta(minutes=10) for age in every_minute)), NOW).well is False


@pytest.mark.parametrize(
    "slots",
    [
        [],
        arrivals(timedelta(days=9), timedelta(days=8), each=1),
        arrivals(*hourly(timedelta(days=2), timedelta(hours=20)), each=100),
    ],
    ids=["nothing", "too few", "too short a time"],
)
def test_where_too_little_came_in_nothing_is_claimed(slots: list[Slot]) -> None:
    assert judge(slots, NOW).well is None


def test_the_time_in_which_we_were_away_is_no_silence_of_the_channel() -> None:
    before = arrivals(*hourly(timedelta(days=9), timedelta(days=2)))
    back = Slot(count=0, first_at=NOW - timedelta(minutes=50), last_at=NOW - timedelta(minutes=50))
    assert judge(before, NOW).well is False
    assert judge([*before, back], NOW).well is True
    after = arrivals(timedelta(minutes=20))
    assert "silence here is 59 minutes" in judge([*before, back, *after], NOW + timedelta(days=1)).words


def test_a_clock_that_was_put_back_is_no_silence() -> None:
    assert judge(arrivals(*hourly(timedelta(days=9), timedelta(0))), NOW - timedelta(hours=5)).well is True


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=20), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=5, minutes=10), "5 hours"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_lengths_are_spoken(length: timedelta, words: str) -> None:
    assert spoken(length) == words
