"""The table of public threads: whatever happens in whatever order, none is left hanging and nothing is said twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.public_thread import (
    AWAITED,
    CLOSED,
    TABLE,
    Effect,
    Event,
    Facts,
    MoveState,
    Patience,
    Standing,
    step,
    when_due,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OURS = (Event.REMIND, Event.LOOK, Event.GIVE_UP, Event.CLOSE, Event.CLOSE_SILENTLY, Event.WAIT)
"""What only a time that has come brings about."""
FACTS = st.builds(Facts, **dict.fromkeys(Facts.__struct_fields__, st.booleans()))
STANDINGS = st.builds(
    Standing,
    state=st.sampled_from(MoveState),
    due_at=st.just(NOW),
    reminded=st.booleans(),
    offered=st.booleans(),
    closed=st.booleans(),
    approved=st.booleans(),
)
SILENT = Facts(asks=False, spoken_lately=False, on_its_way=False)


def test_each_open_state_has_a_due_time_and_a_closed_one_has_none() -> None:
    for (state, event), found in TABLE.items():
        assert (found.due is None) == (found.to in CLOSED), (state, event)


@given(STANDINGS, FACTS)
def test_whatever_is_due_has_something_to_happen_to_it(standing: Standing, facts: Facts) -> None:
    if standing.state in CLOSED:
        return
    event = when_due(standing, facts)
    taken = step(standing, event, Patience(), NOW)
    assert taken is not None, (standing, event)
    assert taken.standing.state in CLOSED or (taken.standing.due_at or NOW) > NOW


@given(STANDINGS, st.booleans(), st.booleans())
def test_a_thread_that_nobody_touches_ends_closed(standing: Standing, helps: bool, automatic: bool) -> None:
    facts = Facts(asks=False, a_word_helps=helps, automatic=automatic)
    for _ in range(8):
        if standing.state in CLOSED:
            return
        taken = step(standing, when_due(standing, facts), Patience(), NOW)
        assert taken is not None
        standing = taken.standing
    raise AssertionError(standing)


@given(STANDINGS)
def test_while_people_own_the_case_nothing_is_said_by_itself(standing: Standing) -> None:
    if standing.state in CLOSED or standing.state is MoveState.PRIVATE_RESOLVED:
        return
    taken = step(standing, when_due(standing, Facts(people_own=True)), Patience(), NOW)
    assert taken is not None
    assert (taken.standing.state, taken.effect) == (standing.state, Effect.NOTHING)


@pytest.mark.parametrize("state", [*AWAITED, MoveState.CLOSED_NO_SHOW])
def test_who_comes_is_welcome_however_late(state: MoveState) -> None:
    taken = step(Standing(state=state, due_at=None), Event.ARRIVED, Patience(), NOW)
    assert taken is not None
    assert taken.standing.state is MoveState.ARRIVED


def test_the_usual_way_of_somebody_who_never_comes() -> None:
    standing, told = Standing(state=MoveState.SEEN, due_at=NOW), []
    for event in (Event.INVITED, Event.TAKEN):
        taken = step(standing, event, Patience(), NOW)
        assert taken is not None
        standing = taken.standing
    for _ in range(4):
        if standing.state in CLOSED:
            break
        taken = step(standing, when_due(standing, Facts()), Patience(), NOW)
        assert taken is not None
        standing = taken.standing
        told.append(taken.effect)
    assert told == [Effect.REMIND, Effect.HAND_OVER, Effect.SAY_WHERE]


def test_a_reminder_comes_before_the_code_is_worth_nothing() -> None:
    assert Patience().reminder < timedelta(hours=72)


class Thread(RuleBasedStateMachine):
    """One public thread, to which anything happens at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.standing = Standing(state=MoveState.SEEN, due_at=NOW + Patience().answer)
        self.said: Counter[Effect] = Counter()

    def happens(self, event: Event) -> None:
        taken = step(self.standing, event, Patience(), self.now)
        if taken is not None:
            self.standing = taken.standing
            self.said[taken.effect] += 1

    @rule(event=st.sampled_from([event for event in Event if event not in OURS]))
    def something_happens(self, event: Event) -> None:
        self.happens(event)

    @precondition(lambda self: self.standing.state not in CLOSED)
    @rule(facts=FACTS)
    def its_time_comes(self, facts: Facts) -> None:
        self.now = max(self.now, self.standing.due_at or self.now)
        self.happens(when_due(self.standing, facts))

    @rule(hours=st.integers(0, 100))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def it_is_closed_or_has_a_due_time(self) -> None:
        assert (self.standing.due_at is None) == (self.standing.state in CLOSED), self.standing

    @invariant()
    def nothing_is_said_twice(self) -> None:
        assert self.said[Effect.REMIND] <= 1
        assert self.said[Effect.OFFER] <= 1
        assert self.said[Effect.THANK] + self.said[Effect.SAY_WHERE] <= 1

    def teardown(self) -> None:
        """However it stands: left alone, it ends closed."""
        for _ in range(8):
            if self.standing.state in CLOSED:
                return
            self.now = max(self.now, self.standing.due_at or self.now)
            self.happens(when_due(self.standing, SILENT))
        raise AssertionError(self.standing)


TestThread = Thread.TestCase
TestThread.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
