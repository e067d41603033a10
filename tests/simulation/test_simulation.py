import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.simulation.hunt import hunt
from tests.simulation.world import run

SEEDS = int(os.environ.get("ASIDE_SIMULATION_SEEDS", "1000"))
_PLOT_SEEDS = 150
_TOLD = ("status", "act", "where", "event", "orphaned", "reason")
_DIGESTS = "from tests.simulation.world import run; print([run(seed).history.digest for seed in range(8)])"


@pytest.mark.timeout(600)
def test_nothing_that_must_never_be_is_in_a_thousand_lives() -> None:
    finds = [find for find in hunt(range(SEEDS)) if find is not None]
    assert not finds, f"{len(finds)} of {SEEDS} seeds failed: {[find.seed for find in finds]}\n\n{finds[0]}"


def test_a_seed_has_one_story() -> None:
    first = [run(seed).history.digest for seed in range(12)]
    assert len(set(first)) == 12
    assert [run(seed).history.digest for seed in reversed(range(12))] == first[::-1]


def test_a_seed_has_one_story_in_every_process() -> None:
    """However Python orders its sets."""
    told = {
        subprocess.run(
            [sys.executable, "-c", _DIGESTS],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_both_kinds_of_deployments_are_lived_through() -> None:
    kinds = Counter(run(seed).shared for seed in range(40))
    assert min(kinds[True], kinds[False]) >= 8


def test_every_fault_and_every_turn_of_the_plot_happens() -> None:
    """A simulation in which something never happens says nothing about it."""
    seen: Counter[str] = Counter()
    for seed in range(_PLOT_SEEDS):
        for entry in run(seed).history:
            facts = entry.facts
            seen[entry.what] += 1
            seen.update(f"{entry.what} {facts[name]}" for name in _TOLD if name in facts)
    for wanted in PLOT:
        assert seen[wanted], f"never in {_PLOT_SEEDS} seeds: {wanted}"


PLOT = [
    "agent.did claim", "agent.did hand back", "agent.did hold", "agent.did note", "agent.did reopen", "agent.did reply",
    "agent.did reply in public", "agent.did resolve", "agent.did transfer", "agent.refused", "assistant.leaves",
    "clock.jumps", "network.chatters", "network.hears 200", "network.hears 503", "network.in_doubt", "process.dies",
    "process.dies after the bodies, before the commit", "process.dies after the commit, before anybody heard of it",
    "process.dies before the bodies", "process.dies somewhere", "process.fails", "process.stops", "store.inbox done",
    "store.inbox ignored", "store.inbox parked", "store.inbox set_aside", "store.outbox failed", "store.outbox sent",
    "store.outbox unclear", "store.outbox looking", "store.outbox withdrawn", "store.refuses", "store.timer fired",
    "log.warning turn_failed", "network.finds", "network.finds_nothing", "log.error deadly_event",
    "log.error deadly_turn", "log.warning send_interrupted", "process.pauses",
    "store.inbox edited", "store.inbox removed", "store.inbox edit_overtaken", "store.inbox edit_of_unknown",
    "store.inbox reacted", "store.inbox seen", "store.inbox own_echo", "store.inbox takeover",
    "store.inbox said_for_us", "process.cut_off", "jobs.presumes_dead", "jobs.renewed", "jobs.lost", "lane.taken True",
]  # fmt: skip
