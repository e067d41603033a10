"""What must never be, looked for in a run's story and in what is on disk at its end: the names of all checks.

check_road    what came in: kept, once, in order, answered by who owns it
check_sends   what goes out: decided, on disk, fit for where it goes, there once
check_afterwards   what becomes of messages: edits, removals, echoes, answers past us
check_lanes   the engine: who drains what, who is presumed dead, what is in doubt
"""

from typing import Final

import msgspec

from tests.simulation import check_afterwards, check_lanes, check_road, check_sends
from tests.simulation.story import Check, Story
from tests.simulation.world import Run


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """An invariant that did not hold."""

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


def check(run: Run) -> list[Breach]:
    """Every breach in a run."""
    story = Story(run)
    return [Breach(invariant=name, what=what) for name, look in INVARIANTS.items() for what in look(story)]


INVARIANTS: Final[dict[str, Check]] = {
    "what is acknowledged is kept": check_road.acknowledged_is_kept,
    "each message stands once in the transcript": check_road.once_in_the_transcript,
    "the transcript has the platform's order": check_road.in_the_order_of_the_platform,
    "a case has the words of one person": check_road.one_persons_words,
    "first in, first asked": check_road.first_in_first_asked,
    "each message is answered once": check_road.answered_once,
    "only the owner decides": check_road.decided_by_the_owner,
    "one owner, and an epoch that rises": check_road.one_owner_and_a_rising_epoch,
    "notes stay": check_road.notes_stay,
    "an agent's words are said once": check_road.agents_words_once,
    "timers fire once": check_road.timers_fire_once,
    "nobody is left waiting": check_road.nobody_is_left_waiting,
    "public threads are seen through": check_road.public_threads_are_seen_through,
    "deadly events are parked": check_road.deadly_events_are_parked,
    "answers reach who asked": check_road.answers_reach_who_asked,
    "it comes to rest": check_road.it_comes_to_rest,
    "no fault of ours": check_road.no_fault_of_ours,
    "a message of ours arrives at most once": check_sends.at_most_once_on_the_platform,
    "what delivery says is true": check_sends.delivery_tells_the_truth,
    "sending is on disk before anything leaves": check_sends.on_disk_before_it_leaves,
    "nothing is sent again after doubt": check_sends.never_after_doubt,
    "the bot is silent once people have the case": check_sends.the_bot_is_silent_once_people_have_it,
    "no promise before its commit": check_sends.no_promise_before_its_commit,
    "public words pass the wall": check_sends.public_words_pass_the_wall,
    "a thread has one order": check_sends.in_order_in_each_thread,
    "the last word stands": check_afterwards.the_last_word_stands,
    "what was removed is not answered": check_afterwards.removed_is_not_answered,
    "what is answered is what it says": check_afterwards.answered_as_it_reads,
    "an echo is nobody else's": check_afterwards.an_echo_is_nobody_elses,
    "who answers past us silences the assistant": check_afterwards.who_answers_past_us_silences_the_assistant,
    "one drain at a time in each lane": check_lanes.one_drain_at_a_time,
    "the living keep their lanes": check_lanes.the_living_keep_their_lanes,
    "nothing is in doubt without cause": check_lanes.no_doubt_without_cause,
    "what is found is sent": check_lanes.what_is_found_is_sent,
    "what waits is called": check_lanes.what_waits_is_called,
    "a call is heard at once": check_lanes.a_call_is_heard,
    "it stops in time": check_lanes.it_stops_in_time,
}
