from datetime import UTC, datetime, timedelta

from gateway.sending.throttles import THREADS_ARE_ALL, Throttles

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)


def turn_away(throttles: Throttles, *threads: str, budget: str = "posts", now: datetime = NOW) -> list[datetime | None]:
    return [throttles.turned_away(budget, key, now + timedelta(seconds=30), now, used_up=False) for key in threads]


def test_a_limit_that_is_used_up_is_everybodys_at_once() -> None:
    assert Throttles().turned_away("posts", "a", LATER, NOW, used_up=True) == LATER


def test_what_does_not_say_so_is_that_threads_until_several_are_told_so() -> None:
    told = turn_away(Throttles(), *"abcdef")
    assert told[:-1] == [None] * (THREADS_ARE_ALL - 1)
    assert told[-1] == LATER


def test_one_thread_told_so_many_times_is_one() -> None:
    assert turn_away(Throttles(), *"aaaaaaaaaa")[-1] is None


def test_what_goes_through_meanwhile_shows_that_the_others_matter_was_their_own() -> None:
    throttles = Throttles()
    turn_away(throttles, *"abcde")
    throttles.let_through("posts")
    assert turn_away(throttles, "f") == [None]


def test_what_goes_through_elsewhere_shows_nothing() -> None:
    throttles = Throttles()
    turn_away(throttles, *"abcde")
    throttles.let_through("messages")
    assert turn_away(throttles, "f") == [LATER]


def test_budgets_are_counted_apart() -> None:
    throttles = Throttles()
    turn_away(throttles, *"abcde")
    assert turn_away(throttles, "f", budget="messages") == [None]


def test_who_may_speak_again_counts_no_more() -> None:
    throttles = Throttles()
    turn_away(throttles, *"abcde")
    assert turn_away(throttles, "f", now=NOW + timedelta(seconds=31)) == [None]


def test_all_wait_as_long_as_the_first_of_them() -> None:
    throttles = Throttles()
    for index, key in enumerate("abcde"):
        throttles.turned_away("posts", key, LATER + timedelta(seconds=index), NOW, used_up=False)
    assert turn_away(throttles, "f", now=NOW + timedelta(seconds=1)) == [LATER]
