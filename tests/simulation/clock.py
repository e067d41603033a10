"""The clocks on the walls: they run with the loop's time, until somebody puts one forward or back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

BEGINNING: Final = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Time:
    """The true time, which platforms stamp with."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.passed = timedelta(0)
        """Hours in which nothing happened, and which took no time here. Platforms say nothing after them."""

    def __call__(self) -> datetime:
        """What it is."""
        return BEGINNING + timedelta(seconds=round(self._now(), 6))

    def lived(self) -> float:
        """Seconds in which things happened."""
        return self._now()

    def seconds(self) -> float:
        """What the store's own clock shows, in seconds since the beginning."""
        return self._now() + self.passed.total_seconds()


class WallClock:
    """A `gateway.clock.Clock`: one host's."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.offset = timedelta(0)

    def __call__(self) -> datetime:
        """What the machine believes."""
        return self._time() + self._time.passed + self.offset
