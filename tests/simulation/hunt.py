"""Many seeds, on all cores: what they found."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tests.simulation.checker import check
from tests.simulation.world import run

_AT_ONCE: Final = 10  # seeds that a worker takes with one word


class Find(msgspec.Struct, frozen=True, kw_only=True):
    """A seed in which something was that must never be."""

    seed: int
    breaches: list[str]
    story: str

    def __str__(self) -> str:
        again = f"python -m tests.simulation --start {self.seed} --seeds 1"
        return "\n".join([self.story, "", f"seed {self.seed} ({again}):", *(f"  {breach}" for breach in self.breaches)])


def live(seed: int) -> Find | None:
    """Live through a seed; None where everything was as it should be."""
    its = run(seed)
    breaches = [str(breach) for breach in check(its)]
    if not breaches:
        return None
    drawn = msgspec.to_builtins(its.faults).items()
    faults = "  ".join(f"{name}={value}" for name, value in drawn if value)
    kind = "several processes" if its.shared else "one process"
    return Find(seed=seed, breaches=breaches, story=f"{kind}; faults: {faults}\n{its.history}")


def hunt(seeds: Iterable[int], workers: int | None = None) -> Iterator[Find | None]:
    """Live through seeds side by side; results as they come, in the seeds' order."""
    workers = workers or os.cpu_count() or 1
    if workers == 1:
        yield from map(live, seeds)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(live, seeds, chunksize=_AT_ONCE)
