"""The breaker: whoever fails again and again is left alone for a while, and then asked once whether they are back.

    CLOSED --fails `after` times in a row, for two or more askers--> OPEN --pause over--> HALF_OPEN: one may ask
      ^                                                               ^                     |
      |--------------------------- it succeeded ----------------------|------it failed------|   (each pause is longer)

Written here, as no library at hand takes its clock as an argument (purgatory 3.0.1, pybreaker 1.4.1, circuitbreaker
2.1.3, aiobreaker 1.2.0 and fluxgate 0.9.4 each read the machine's own, Nov 2026), which the simulation must own.

Its time is the event loop's, not the calendar's: a clock that jumps neither opens nor closes anything.
"""

import random
from collections.abc import Callable
from enum import StrEnum
from typing import Final

_PROBE_LASTS: Final = 60.0  # seconds after which a probe of which nothing was heard no longer keeps others back
_SPREAD: Final = (0.8, 1.0)  # so that several processes do not all ask at the same moment


class BreakerState(StrEnum):
    """Whether somebody may be asked."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    """One is asking; the others wait for what comes of it."""
    OPEN = "open"


LEVEL: Final = {BreakerState.CLOSED: 0, BreakerState.HALF_OPEN: 1, BreakerState.OPEN: 2}
"""As metrics show it."""


class Breaker:
    """One breaker. Whoever is admitted says `succeeded`, `failed` or `let_go` afterwards."""

    def __init__(
        self,
        time: Callable[[], float],
        *,
        after: int = 5,
        pause: float = 2.0,
        longest: float = 30.0,
        on_change: Callable[[BreakerState, str], None] = lambda state, why: None,
    ) -> None:
        """`time` in seconds, only ever forward. `pause`: seconds until the first probe; doubled up to `longest`.

        `on_change` is told the new state, and why.
        """
        self._time = time
        self._after = after
        self._pause = pause
        self._longest = longest
        self._on_change = on_change
        self._state = BreakerState.CLOSED
        self._failures = 0
        self._askers: set[str] = set()
        self._opened = 0
        self._next_at = 0.0

    @property
    def state(self) -> BreakerState:
        """How it stands."""
        return self._state

    def wait(self) -> float:
        """Seconds until it is worth asking to be admitted; 0 where it is so now."""
        return 0.0 if self._state is BreakerState.CLOSED else max(0.0, self._next_at - self._time())

    def admit(self) -> bool:
        """Whether to ask now. Where it is not closed, True means: you are the probe."""
        if self._state is BreakerState.CLOSED:
            return True
        if self.wait() > 0:
            return False
        self._next_at = self._time() + _PROBE_LASTS
        self._move(BreakerState.HALF_OPEN, "")
        return True

    def succeeded(self) -> None:
        """They answered: whatever they said, they are there."""
        self._failures = self._opened = 0
        self._askers.clear()
        self._move(BreakerState.CLOSED, "")

    def failed(self, asker: str, why: str) -> None:
        """They could not be reached, or had a failure of their own. `asker`: for which case, thread or the like.

        A single asker's failures open nothing: it may be what is asked that they cannot bear.
        """
        if self._state is BreakerState.HALF_OPEN:
            self._open(why)
        elif self._state is BreakerState.CLOSED:
            self._failures += 1
            if len(self._askers) < 2:
                self._askers.add(asker)
            if self._failures >= self._after and len(self._askers) > 1:
                self._open(why)

    def shut(self, why: str) -> None:
        """They said that they will not have us: nothing more is asked but the probes. Also to begin with."""
        if self._state is not BreakerState.OPEN:
            self._open(why)

    def let_go(self) -> None:
        """Nothing was learned: the probe, if it was one, is another's."""
        if self._state is BreakerState.HALF_OPEN:
            self._next_at = self._time()
            self._move(BreakerState.OPEN, "")

    def _open(self, why: str) -> None:
        self._next_at = self._time() + min(self._pause * 2.0**self._opened, self._longest) * random.uniform(*_SPREAD)
        self._opened = min(self._opened + 1, 16)
        self._failures = 0
        self._askers.clear()
        self._move(BreakerState.OPEN, why)

    def _move(self, state: BreakerState, why: str) -> None:
        if state is not self._state:
            self._state = state
            self._on_change(state, why)
