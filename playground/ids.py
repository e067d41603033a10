"""Numbers that only grow, as the platforms hand them out."""

from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since 1970; a test brings its own to let a day pass."""

X_EPOCH = 1_288_834_974_657
"""Milliseconds since 1970 at which X's ids begin (docs.x.com/fundamentals/x-ids, read 2026-11-21)."""


def snowflake(clock: Clock, last: int) -> int:
    """The next id of X: the time in the upper bits, and always above `last`."""
    return max((int(clock() * 1000) - X_EPOCH) << 22, last + 1)


def growing(clock: Clock, last: int) -> int:
    """The next id of Facebook: microseconds, and always above `last`."""
    return max(int(clock() * 1_000_000), last + 1)
