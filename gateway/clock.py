"""The time, as an argument: whatever waits or stamps takes a `Clock`, so that tests and the simulation own it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, timezone-aware, in UTC."""


def utc_now() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)
