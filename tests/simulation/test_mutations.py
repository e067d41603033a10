import pytest

from tests.simulation.checker import check
from tests.simulation.mutations import MUTATIONS, planted
from tests.simulation.world import run

SEEDS = 600

FOUND_BY = {
    "acknowledge before commit": "what is acknowledged is kept",
    "dedup mark separate from the work": "what is acknowledged is kept",
    "forget the epoch check": "only the owner decides",
    "withdraw nothing at takeover": "the bot is silent once people have the case",
    "send without committing `sending` first": "sending is on disk before anything leaves",
    "retry an unclear send": "nothing is sent again after doubt",
    "send again what a crash left": "nothing is sent again after doubt",
    "send again what was not found": "nothing is sent again after doubt",
    "doubt a send of a living worker": "nothing is in doubt without cause",
    "lease without heartbeat": "the living keep their lanes",
    "take lanes from the living": "one drain at a time in each lane",
    "forget to look for calls before leaving a lane": "what waits is called",
    "overhear calls while a lane is drained": "a call is heard at once",
    "order turns by arrival": "first in, first asked",
    "order the transcript by arrival": "the transcript has the platform's order",
    "answer what another has settled": "each message is answered once",
    "drop a failed turn": "nobody is left waiting",
    "fire a timer twice": "timers fire once",
    "answer what was removed": "what is answered is what it says",
    "answer what was said before an edit": "what is answered is what it says",
    "lose an edit that comes before its message": "the last word stands",
    "take every edit for the latest": "the last word stands",
    "take an echo for another's words": "an echo is nobody else's",
    "go on after somebody answered past us": "who answers past us silences the assistant",
}


def test_every_mutation_is_looked_for() -> None:
    assert FOUND_BY.keys() == MUTATIONS.keys()


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_planted_fault_is_found(name: str) -> None:
    with planted(name):
        for seed in range(SEEDS):
            if FOUND_BY[name] in {breach.invariant for breach in check(run(seed))}:
                return
    pytest.fail(f"{SEEDS} seeds did not find: {name}")
