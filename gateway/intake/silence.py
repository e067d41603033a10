"""Silence: whether nothing has come in on a channel for longer than is usual there.

slots of three weeks -> gaps between arrivals -> the longest usual one, three times -> longer? something is wrong

A channel says itself how much silence it has: nights, week-ends. The longest gap of all is not taken for usual, because
it may have been an outage; the second longest is. Where too little comes in, nothing can be told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from gateway.storage.checks import Finding
from gateway.storage.pulse import Slot

NAME: Final = "arrivals"
_TIMES: Final = 3
_SHORTEST: Final = timedelta(hours=1)
_ENOUGH: Final = 100  # arrivals
_LONG_ENOUGH: Final = timedelta(days=3)  # of listening


def judge(slots: Sequence[Slot], now: datetime) -> Finding:
    """How the channel is; `slots` oldest first.

    What is found stands until the next look, so no age is said of what is well: the last arrival is told beside it.
    """
    arrivals = [slot for slot in slots if slot.count]
    if not arrivals:
        return _found(None, "Nothing has come in yet.")
    since = max(arrivals[-1].last_at, slots[-1].last_at)
    silent = max(now - since, timedelta(0))
    if sum(slot.count for slot in arrivals) < _ENOUGH or now - arrivals[0].first_at < _LONG_ENOUGH:
        return _found(None, "Too little has come in so far to tell a silence from a quiet day.")
    usual = _usual(slots)
    if silent <= max(_SHORTEST, _TIMES * usual):
        return _found(True, "What comes in comes as often as is usual here.")
    return _found(
        False,
        f"Nothing has come in for {spoken(silent)}; the longest usual silence here is {spoken(usual)}.",
        "Write to it from an account of your own, and see whether it arrives; the other checks say what may be wrong.",
    )


def _usual(slots: Sequence[Slot]) -> timedelta:
    """The second longest gap before an arrival; not those before which we were away ourselves."""
    gaps = sorted(
        max(after.first_at - before.last_at, timedelta(0)) for before, after in pairwise(slots) if after.count
    )
    return gaps[-2] if len(gaps) > 1 else timedelta(0)


def _found(well: bool | None, words: str, advice: str = "") -> Finding:
    return Finding(name=NAME, well=well, words=words, advice=advice)


def spoken(length: timedelta) -> str:
    """A length of time in words: `4 minutes`, `5 hours`, `3 days`."""
    minutes = max(int(length.total_seconds() // 60), 0)
    for size, unit in ((2880, "day"), (120, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // {"day": 1440, "hour": 60, "minute": 1}[unit]
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
