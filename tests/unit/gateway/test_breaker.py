"""The breaker, on a clock that the test owns."""

import asyncio

import pytest

from gateway.breaker import Breaker, BreakerState
from gateway.errors import AssistantRefused, AssistantUnavailable
from gateway.messages import Channel, Surface
from gateway.routing.assistant import Answer, TurnRequest
from gateway.routing.guard import GuardedAssistant
from tests.fakes import FakeAssistant


class Bench:
    """A breaker and its time."""

    def __init__(self, **options: float) -> None:
        self.now = 100.0
        self.changes: list[tuple[BreakerState, str]] = []
        self.breaker = Breaker(
            lambda: self.now, after=3, on_change=lambda state, why: self.changes.append((state, why)), **options
        )

    def fail(self, times: int = 3) -> None:
        for number in range(times):
            self.breaker.failed(f"thread{number % 2}", "no answer")


def test_it_opens_after_so_many_failures_in_a_row_and_says_why() -> None:
    bench = Bench()
    states = []
    for failures in (2, 1):
        bench.fail(failures)
        states.append(bench.breaker.state)
    assert states == [BreakerState.CLOSED, BreakerState.OPEN]
    assert not bench.breaker.admit()
    assert bench.changes == [(BreakerState.OPEN, "no answer")]


def test_a_success_in_between_begins_the_count_anew() -> None:
    bench = Bench()
    bench.fail(2)
    bench.breaker.succeeded()
    bench.fail(2)
    assert bench.breaker.state is BreakerState.CLOSED


def test_what_only_one_asker_suffers_opens_nothing() -> None:
    bench = Bench()
    for _ in range(20):
        bench.breaker.failed("the poisoned one", "500")
    assert bench.breaker.admit()


def test_half_open_lets_one_through_and_its_success_closes_it() -> None:
    bench = Bench(pause=2.0)
    bench.fail()
    bench.now += 2.0
    assert [bench.breaker.admit() for _ in range(5)] == [True, False, False, False, False]
    assert bench.breaker.state is BreakerState.HALF_OPEN
    bench.breaker.succeeded()
    assert all(bench.breaker.admit() for _ in range(5))


def test_a_probe_that_fails_opens_it_again_for_longer_and_never_for_longer_than_the_longest() -> None:
    bench = Bench(pause=2.0, longest=10.0)
    bench.fail()
    waits = [bench.breaker.wait()]
    for _ in range(5):
        bench.now += bench.breaker.wait()
        assert bench.breaker.admit()
        bench.breaker.failed("the probe", "still away")
        waits.append(bench.breaker.wait())
    assert 1.6 <= waits[0] <= 2.0
    assert 3.2 <= waits[1] <= 4.0
    assert all(8.0 <= wait <= 10.0 for wait in waits[3:])


def test_a_probe_that_learned_nothing_leaves_its_place_to_the_next() -> None:
    bench = Bench()
    bench.fail()
    bench.now += bench.breaker.wait()
    assert bench.breaker.admit()
    bench.breaker.let_go()
    assert bench.breaker.admit()


def test_a_probe_that_never_reports_does_not_keep_the_others_back_for_ever() -> None:
    bench = Bench()
    bench.fail()
    bench.now += bench.breaker.wait()
    assert bench.breaker.admit()
    bench.now += 60.0
    assert bench.breaker.admit()


def test_a_single_word_that_we_are_locked_out_opens_it() -> None:
    bench = Bench()
    bench.breaker.shut("401")
    assert bench.breaker.state is BreakerState.OPEN
    assert bench.changes == [(BreakerState.OPEN, "401")]


def _asked(case: str) -> TurnRequest:
    return TurnRequest(
        message_id="1", sender=case, text="hello", intent=None, surface=Surface.PRIVATE, channel=Channel.TELEGRAM,
        findings=[], state=None,
    )  # fmt: skip


async def _fails(guarded: GuardedAssistant, case: str) -> bool:
    try:
        await guarded.turn(_asked(case))
    except AssistantUnavailable:
        return True
    return False


async def test_an_assistant_that_is_down_is_not_asked_by_everybody() -> None:
    assistant = FakeAssistant()
    assistant.down = True
    guarded = GuardedAssistant(assistant)
    for number in range(40):
        assert await _fails(guarded, f"case{number}")
    assert len(assistant.asked) == 5
    assistant.down = False
    await asyncio.sleep(1.0)
    assert not await _fails(guarded, "case1")
    assert not await _fails(guarded, "case2")


async def test_an_assistant_that_refuses_or_is_left_alone_is_not_down() -> None:
    assistant = FakeAssistant(_refuse)
    guarded = GuardedAssistant(assistant)
    for number in range(10):
        with pytest.raises(AssistantRefused):
            await guarded.turn(_asked(f"case{number}"))
    assistant.delay = 5.0
    turn = asyncio.create_task(guarded.turn(_asked("case")))
    await asyncio.sleep(0)
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    assert len(assistant.asked) == 11


def _refuse(request: TurnRequest) -> Answer:
    raise AssistantRefused
