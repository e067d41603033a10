"""A deployment: the processes that serve one store, as a seed has them.

local        one process with all parts in it
distributed  1 or 2 that take webhooks and serve the desk, 1 to 3 workers, each with a clock of its own
"""

import asyncio
import random
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.engine import Connection

from gateway.messages import Channel
from tests.simulation.life import Down, Life
from tests.simulation.process import Process, Surroundings

T = TypeVar("T")


class Deployment:
    """What an operator runs, behind one address."""

    def __init__(self, around: Surroundings, draw: random.Random, *, shared: bool) -> None:
        self._draw = draw
        if not shared:
            self.processes = [Process("all", around, shared=False, takes=True, works=True)]
            return
        intakes, workers = draw.randint(1, 2), draw.choice([1, 2, 2, 3])
        self.processes = [
            *(Process(f"serve{number}", around, shared=True, takes=True, works=False) for number in range(intakes)),
            *(Process(f"work{number}", around, shared=True, takes=False, works=True) for number in range(workers)),
        ]

    @property
    def up(self) -> bool:
        """Whether all of them are there."""
        return all(process.up for process in self.processes)

    async def start(self) -> None:
        """Start all of them."""
        await asyncio.gather(*(process.start() for process in self.processes))

    def some(self) -> list[Process]:
        """Whom a misfortune strikes: mostly one, now and then several at once."""
        number = self._draw.choice([1, 1, 1, len(self.processes), self._draw.randint(1, len(self.processes))])
        return self._draw.sample(self.processes, number)

    async def receive(self, channel: Channel, body: bytes) -> int:
        """A webhook, at whichever process takes them. Returns the status. Raises `Down`."""
        return await self._door().receive(channel, body)

    async def desk(self, work: Callable[[Connection, Life], T]) -> T:
        """A request to a desk: one transaction. Raises `Down`, or what it raises."""
        return await self._door().desk(work)

    def _door(self) -> Process:
        ready = [process for process in self.processes if process.takes and process.up]
        if not ready:
            raise Down
        return self._draw.choice(ready)
