"""What a platform shows is weighed: it is ours, it is not there, or nobody can tell."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.evidence import UNKNOWN_LINK, Likeness, Shown, clock_ahead, likeness, settle, weigh
from gateway.errors import SendRefused, SendRetryable

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def shown(text: str, seconds: float = 0, native_id: str = "1") -> Shown:
    return Shown(native_id=native_id, text=text, at=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("theirs", "ours", "how"),
    [
        ("Hello", "Hello", Likeness.SAME),
        (" Hello\n\nthere ", "Hello there", Likeness.SAME),
        ("cafe\u0301", "café", Likeness.SAME),
        ("I ❤ it", "I ❤️ it", Likeness.SAME),
        ("see https://wren.example/", "see wren.example", Likeness.SAME),
        ("see http://wren.example/a", "see https://wren.example/a", Likeness.SAME),
        ("see https://wren.example/a", "see https://wren.example/b", Likeness.OTHER),
        ("“Hello”", '"Hello"', Likeness.NEARLY),
        ("hello", "Hello", Likeness.NEARLY),
        ("👍", "🙏", Likeness.OTHER),
        ("Hello", "Goodbye", Likeness.OTHER),
        ("", "Hello", Likeness.OTHER),
        (f"see {UNKNOWN_LINK}", "see https://wren.example/a", Likeness.NEARLY),
        (f"see {UNKNOWN_LINK}", "see wren.example", Likeness.NEARLY),
        (UNKNOWN_LINK, "https://wren.example/a", Likeness.NEARLY),
        (f"see {UNKNOWN_LINK}", "look https://wren.example/a", Likeness.OTHER),
    ],
)
def test_texts_are_compared_as_platforms_treat_them(theirs: str, ours: str, how: Likeness) -> None:
    assert likeness(theirs, ours) is how


@given(st.text())
def test_a_text_is_like_itself(text: str) -> None:
    assert likeness(text, text) is Likeness.SAME


def test_the_same_words_earlier_or_much_later_are_another_message() -> None:
    assert weigh([shown("Hello", -10), shown("Hello", 700)], "Hello", NOW) == []


def test_of_the_same_words_the_nearest_in_time_come_first() -> None:
    others = [shown("Hello", 200, "later"), shown("Hello", -2.5, "before"), shown("Bye", 0, "other")]
    found = weigh([*others, shown("Hello", 1, "ours")], "Hello", NOW)
    assert [one.native_id for one in found] == ["ours", "before", "later"]


def test_a_message_that_can_be_read_in_two_ways_is_one_message() -> None:
    assert len(weigh([shown("Hello", 1), shown("Hello ", 1)], "Hello", NOW)) == 1


def test_nearly_the_same_words_are_for_a_person_to_judge() -> None:
    with pytest.raises(SendRefused, match="Please look"):
        weigh([shown("hello", 1)], "Hello", NOW)
    assert weigh([shown("hello", -60)], "Hello", NOW) == []


def test_an_absence_proves_nothing_for_a_minute() -> None:
    with pytest.raises(SendRetryable) as caught:
        settle(NOW, NOW + timedelta(seconds=20))
    assert caught.value.retry_after == 40
    settle(NOW, NOW + timedelta(seconds=60))


def test_a_clock_that_was_put_back_makes_nobody_wait_for_long() -> None:
    with pytest.raises(SendRetryable) as caught:
        settle(NOW, NOW - timedelta(days=3))
    assert caught.value.retry_after == 60


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        (format_datetime(NOW + timedelta(minutes=4), usegmt=True), 240),
        (format_datetime(NOW - timedelta(minutes=4), usegmt=True), -240),
        (format_datetime(NOW + timedelta(seconds=2), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=2), usegmt=True), 0),
        ("Sun, 22 Nov 2026 12:01:00", 60),
        ("soon", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_a_clock_that_disagrees_is_seen_by_the_date_of_an_answer(date: str | None, seconds: int) -> None:
    assert clock_ahead(date, NOW) == timedelta(seconds=seconds)


@given(st.text())
def test_any_date_can_be_read(date: str) -> None:
    assert abs(clock_ahead(date, NOW)) <= timedelta(days=1)
