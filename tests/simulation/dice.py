"""What is drawn from a seed: the faults that a run has at all, how often each strikes, and how long things take.

A run that has every fault hides what two of them do together: each run draws its own few, some none.
"""

import random
from typing import Final

import msgspec


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """How likely each fault is where it can strike; 0 where this run does not have it."""

    crash: float = 0.0
    """The process dies around a commit: before, within, after it."""
    kills: int = 0
    """Times at which it dies wherever it is."""
    stops: int = 0
    """Times at which it is asked to stop."""
    full: float = 0.0
    """The store refuses a group of transactions."""
    repeated: float = 0.0
    """A delivery comes again, up to five times, also much later."""
    shuffled: float = 0.0
    """A delivery overtakes others."""
    lost: float = 0.0
    """A delivery or our answer to it is lost on the way."""
    batched: float = 0.0
    """Events come several in one delivery."""
    junk: float = 0.0
    """An event that nobody can read comes along."""
    limited: float = 0.0
    """The platform says: not now, come again after so many seconds."""
    refused: float = 0.0
    """The platform refuses a message for good."""
    cut_before: float = 0.0
    """The connection breaks, and the platform has not heard us."""
    cut_after: float = 0.0
    """The platform has taken the message, and the connection breaks."""
    hangs: float = 0.0
    """The platform takes the message after we have given up waiting."""
    slow: float = 0.0
    """The assistant takes seconds."""
    fails: float = 0.0
    """The assistant answers an error, or nothing."""
    away: int = 0
    """Stretches in which it does not answer at all."""
    wrong: float = 0.0
    """It answers with what it must not say, or with something unheard of."""
    declines: float = 0.0
    """It calls our request wrong."""
    jumps: int = 0
    """Times at which the clock jumps by minutes."""
    conflicts: float = 0.0
    """Of several processes' transactions one was first: the store has a body run again."""
    pauses: int = 0
    """Times at which a process stands still for a while, and is perhaps presumed dead."""
    stalls: float = 0.0
    """A process stands still for so long while it asks the assistant, or is about to send or sends, that it is presumed
    dead meanwhile."""
    cut_offs: int = 0
    """Times at which a process does not reach the store for a while, though all the rest."""
    lost_jobs: int = 0
    """Times at which a job that waits vanishes."""
    deadly: float = 0.0
    """An event kills whoever has it in hand, each time."""
    blind: float = 0.0
    """The platform cannot say what became of a message of ours."""
    belated: float = 0.0
    """It shows a message late."""
    edited: float = 0.0
    """A customer changes what they have said, up to three times."""
    removed: float = 0.0
    """A customer deletes what they have said."""
    reacted: float = 0.0
    """A customer reacts to a message."""
    sees: float = 0.0
    """A customer's app tells that they have seen what we said."""
    past_us: float = 0.0
    """Somebody answers in the brand's name in the platform's own app."""
    lags: float = 0.0
    """Between a commit and whoever waits for it, and before each look: the longest, in seconds."""


_CHANCES: Final = {
    "crash": 0.02, "full": 0.04, "repeated": 0.35, "shuffled": 0.4, "lost": 0.2, "batched": 0.4, "junk": 0.1,
    "limited": 0.25, "refused": 0.08, "cut_before": 0.12, "cut_after": 0.12, "hangs": 0.08, "slow": 0.3,
    "fails": 0.25, "wrong": 0.15, "declines": 0.06, "conflicts": 0.1, "stalls": 0.3, "blind": 0.3, "belated": 0.5,
}  # fmt: skip
_AFTERWARDS: Final = {"edited": 0.6, "removed": 0.2, "reacted": 0.3, "sees": 0.4, "past_us": 0.2}
_TIMES: Final = {"kills": 3, "stops": 2, "away": 2, "jumps": 3, "pauses": 3, "cut_offs": 2, "lost_jobs": 3}
_DEADLY: Final = 0.1  # of all runs; each such event costs some lives


class Dice:
    """One stream of chances for each part of the world, so that one more draw here moves nothing there."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        draw = self.stream("faults")
        values: dict[str, float] = {"lags": draw.choice([0.002, 0.01, 0.04])}
        for name, most in _CHANCES.items():
            if draw.random() < 0.4:
                values[name] = round(draw.uniform(0.1, 1.0) * most, 4)
        for name, count in _TIMES.items():
            if draw.random() < 0.4:
                values[name] = draw.randint(1, count)
        if draw.random() < _DEADLY:
            values["deadly"] = 0.3
        # A stream of their own: what happened in a seed before there were such goes on happening.
        draw = self.stream("afterwards")
        for name, most in _AFTERWARDS.items():
            if draw.random() < 0.35:
                values[name] = round(draw.uniform(0.1, 1.0) * most, 4)
        self.faults = msgspec.convert(values, Faults, strict=False)
        self.calm = False
        """Whether the faults are over: at the end of a run everything must come to rest."""

    def stream(self, name: str) -> random.Random:
        """The chances of one part of the world."""
        return random.Random(f"{self._seed}:{name}")

    def strikes(self, stream: random.Random, fault: str) -> bool:
        """Whether a fault strikes now."""
        drawn = stream.random()
        return not self.calm and drawn < getattr(self.faults, fault)
