"""The clock on the wall: it runs with the loop's time, until somebody puts it forward or back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

BEGINNING: Final = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class WallClock:
    """A `gateway.clock.Clock`, and the true time beside it, which platforms stamp with."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.offset = timedelta(0)

    def __call__(self) -> datetime:
        """What the machine believes."""
        return self.true() + self.offset

    def true(self) -> datetime:
        """What it is."""
        return BEGINNING + timedelta(seconds=round(self._now(), 6))
