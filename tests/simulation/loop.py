"""An event loop without a world outside: nothing is waited for, the time goes straight to what is due next.

`looptime` does the same for loops that do input and output as well; it spins on the real clock to tell whether any is
under way, which costs more than a whole run here. This one has none, shuffles what is ready, and can have a part of the
world stand still: what belongs to a process that is paused stays undone until it goes on.
"""

import asyncio
import contextvars
import heapq
import random
from collections import deque
from collections.abc import Callable

StandsStill = Callable[[contextvars.Context], list[asyncio.Handle] | None]
"""Where to keep what is ready in a context that stands still; None for one that does not."""


class NothingLeft(Exception):
    """Everybody waits, and for nothing that will ever happen."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Time is a number; what is ready at the same moment runs in an order drawn from the seed."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool

    def __init__(self, dice: random.Random, stands_still: StandsStill) -> None:
        super().__init__()
        self._now = 0.0
        self._dice = dice
        self._stands_still = stands_still

    def time(self) -> float:
        """Seconds since the run began."""
        return self._now

    def go_on(self, held: list[asyncio.Handle]) -> None:
        """Do what was kept while its part of the world stood still."""
        self._ready.extend(held)
        held.clear()

    def _run_once(self) -> None:
        due, ready = self._scheduled, self._ready
        while due and due[0].cancelled():
            heapq.heappop(due)
        if not ready and not self._stopping:
            if not due:
                raise NothingLeft
            self._now = max(self._now, due[0].when())
        while due and due[0].when() <= self._now:
            ready.append(heapq.heappop(due))
        # Code that leans on the order in which callbacks were registered leans on luck: between two machines, or two
        # threads, there is none.
        round_ = [handle for handle in ready if not handle.cancelled()]
        ready.clear()
        self._dice.shuffle(round_)
        for handle in round_:
            held = self._stands_still(handle._context)  # type: ignore[attr-defined]
            if held is not None:
                held.append(handle)
            elif not handle.cancelled():
                handle._run()

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is passed over when its time comes."""

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""
