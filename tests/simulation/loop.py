"""An event loop without a world outside: nothing is waited for, the time goes straight to what is due next.

`looptime` does the same for loops that do input and output as well; it spins on the real clock to tell whether any is
under way, which costs more than a whole run here. This one has none, and shuffles what is ready besides.
"""

import asyncio
import random
from collections import deque
from typing import Any


class NothingLeft(Exception):
    """Everybody waits, and for nothing that will ever happen."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Time is a number; what is ready at the same moment runs in an order drawn from the seed."""

    _ready: deque[asyncio.Handle]

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self._now = 0.0
        self._dice = dice
        self._selector = self  # the base class asks it how long to sleep

    def time(self) -> float:
        """Seconds since the run began."""
        return self._now

    def select(self, timeout: float | None) -> list[Any]:
        """Where a real loop sleeps."""
        if timeout is None:
            raise NothingLeft
        self._now += timeout
        # Code that leans on the order in which callbacks were registered leans on luck: between two machines, or two
        # threads, there is none.
        if len(self._ready) > 1:
            shuffled = list(self._ready)
            self._dice.shuffle(shuffled)
            self._ready.clear()
            self._ready.extend(shuffled)
        return []

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""
