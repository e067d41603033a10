"""Traffic: customers of three platforms who say things at a steady rate, and a courier who brings each of them in.

The mix keeps what comes in below what platforms let out: Messenger takes 300 messages a second, Telegram 30, X a few a
minute. So a backlog is never the platforms' limit, and what is late is late because of a fault.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER, Event
from tests.faults.world import World

_TELEGRAM_MOST: Final = 20.0  # messages a second
_X_MOST: Final = 30  # messages in a run
_X_EVERY: Final = 40  # one in so many
_SECONDS_BETWEEN: Final = 2.5  # of one customer's messages: Telegram lets one out a second for each chat


class Traffic:
    """Says `amount` messages at `rate` a second; `rate` 0 = as fast as they are taken."""

    def __init__(
        self,
        world: World,
        rate: float,
        *,
        channels: tuple[str, ...] = (FACEBOOK, TELEGRAM, TWITTER),
        first: int = 0,
    ) -> None:
        """`first`: the number of the first customer."""
        self._world = world
        self._first = first
        self._rate = rate
        self._channels = channels
        self._customers = max(20, int(rate * _SECONDS_BETWEEN))
        self._said = 0
        self._on_x = 0
        self._deliveries: set[asyncio.Task[bool]] = set()
        self._stopped = False
        self.refused: list[str] = []
        """Tags that no intake would take for minutes."""

    async def say(self, amount: int) -> None:
        """Say so many, each delivered until it is taken. Returns when all are said, not when all are taken."""
        began = time.monotonic()
        for number in range(amount):
            if self._stopped:
                return
            if self._rate:
                late = began + number / self._rate - time.monotonic()
                if late > 0:
                    await asyncio.sleep(late)
            elif len(self._deliveries) > 200:
                await asyncio.wait(self._deliveries, return_when=asyncio.FIRST_COMPLETED)
            self.bring(self.next())

    async def say_until(self, done: Callable[[], bool], most: int = 10_000_000) -> None:
        """Say until something is so, or until so many."""
        began, number = time.monotonic(), 0
        while not done() and number < most and not self._stopped:
            late = began + number / self._rate - time.monotonic()
            if late > 0:
                await asyncio.sleep(late)
            self.bring(self.next())
            number += 1

    def stop(self) -> None:
        """Say no more."""
        self._stopped = True

    def next(self) -> Event:
        """What the next customer says."""
        world, number = self._world, self._said
        self._said += 1
        tag = next(world.tags)
        customer = self._first + number % self._customers
        text = f"Where is my parcel, {tag}?"
        channel = self._channel(number)
        if channel == TELEGRAM:
            return world.note(world.voice.telegram(41_000_000 + customer, tag, text), f"telegram {customer}")
        if channel == FACEBOOK:
            return world.note(world.voice.facebook(6_500_000_000 + customer, tag, text), f"facebook {customer}")
        self._on_x += 1
        if self._on_x % 2:
            return world.note(world.voice.twitter(91_000_000 + customer, tag, text), f"twitter {customer}")
        return world.note(world.voice.twitter_post(92_000_000 + customer, tag, text), f"twitter post {tag}")

    def bring(self, event: Event) -> None:
        """Have it delivered until it is taken."""
        task = asyncio.create_task(self._bring(event))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def all_taken(self) -> None:
        """Wait until everything that was said has been taken, or given up."""
        while self._deliveries:
            await asyncio.wait(self._deliveries)

    async def _bring(self, event: Event) -> bool:
        taken = await self._world.courier.deliver(self._world.voice.delivery(event))
        if not taken:
            self.refused.extend(event.tags)
        return taken

    def _channel(self, number: int) -> str:
        if TWITTER in self._channels and self._on_x < _X_MOST and number % _X_EVERY == _X_EVERY - 1:
            return TWITTER
        others = [channel for channel in self._channels if channel != TWITTER]
        if not others:
            return TWITTER
        if len(others) == 1:
            return others[0]
        every = max(2, round(self._rate / _TELEGRAM_MOST)) if self._rate else 20
        # By customers, not by messages: a customer stays on a channel.
        return TELEGRAM if (number % self._customers) % every == 0 else FACEBOOK
