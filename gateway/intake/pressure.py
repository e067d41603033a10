"""Pressure: when webhooks come faster than the rest of this process could take, the rest stands back for them.

    webhook --note--> how many come a second --above CALM--> the road goes step by step, the slower the more come

What is acknowledged late is delivered again, or lost to us; what is answered a second later is only late. The road
never stands still, though: its steps are let through one by one, first come, first served.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, TypeVar

from gateway.storage.database import Database, Work

T = TypeVar("T")

_CALM: Final = 300.0  # webhooks a second beside which the road works as ever
_WINDOW: Final = 0.1  # seconds over which they are counted
_PAUSE: Final = 8e-6  # seconds between two steps of the road, for each webhook a second


class Pressure:
    """How hard webhooks press on this process."""

    def __init__(self) -> None:
        self._count = 0
        self._before = 0.0  # webhooks a second in the window before
        self._began = 0.0  # by the event loop's clock
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._next_step: asyncio.TimerHandle | None = None

    def note(self) -> None:
        """A webhook has come."""
        now = asyncio.get_running_loop().time()
        if now - self._began > _WINDOW:
            self._begin_anew(now)
        self._count += 1

    @property
    def rate(self) -> float:
        """Webhooks a second, at the moment."""
        now = asyncio.get_running_loop().time()
        if now - self._began > _WINDOW:
            self._begin_anew(now)
        return max(self._before, self._count / _WINDOW)

    @property
    def is_high(self) -> bool:
        """Whether everybody else has to stand back."""
        return self.rate > _CALM

    async def ease(self) -> None:
        """Go on at once, or when it is one's turn."""
        if not self._waiting and not self.is_high:
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._walk()
        await turn

    def _begin_anew(self, now: float) -> None:
        self._before = self._count / max(now - self._began, _WINDOW)
        self._began = now
        self._count = 0

    def _walk(self) -> None:
        if self._next_step is None and self._waiting:
            self._next_step = asyncio.get_running_loop().call_later(self.rate * _PAUSE, self._step)

    def _step(self) -> None:
        self._next_step = None
        through = 1 if self.is_high else len(self._waiting)
        while through and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                through -= 1
        self._walk()


class PatientDatabase:
    """The database of everybody who can wait while webhooks press. See `Database`."""

    def __init__(self, database: Database, pressure: Pressure) -> None:
        self._database = database
        self._pressure = pressure

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """See `Database.write`."""
        if urgent:
            return await self._database.write(work, urgent=True)
        await self._pressure.ease()
        return await self._database.write(work)

    async def read(self, work: Work[T], *, brief: bool = False) -> T:
        """See `Database.read`."""
        await self._pressure.ease()
        return await self._database.read(work, brief=brief)

    def on_commit(self, listener: Callable[[], None]) -> None:
        """See `Database.on_commit`."""
        self._database.on_commit(listener)

    def close(self) -> None:
        """See `Database.close`."""
        self._database.close()
