"""The courier: delivers webhooks as platforms do, again and again until each is answered 200, and keeps the time."""

import asyncio
import io
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from tests.faults.events import Delivery

_SIDE_BY_SIDE: Final = 100  # connections: what Telegram allows
_ANSWER_WITHIN: Final = 20.0  # seconds: after these Meta gives a call up
_REFUSED: Final = (aiohttp.ClientConnectorError,)


@dataclass
class Report:
    """What became of the deliveries."""

    latencies: list[float] = field(default_factory=list)
    """Seconds from the first byte to each 200."""
    statuses: Counter[int] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    """Attempts without an answer, by what went wrong."""
    acknowledged: dict[str, float] = field(default_factory=dict)
    """Tag to the monotonic time of its 200."""

    def p99(self, since: int = 0) -> float:
        """Seconds within which 99 of 100 were answered 200; `since` is an index into `latencies`."""
        found = sorted(self.latencies[since:])
        return found[min(len(found) - 1, int(len(found) * 0.99))] if found else 0.0

    @property
    def not_taken(self) -> int:
        """Answers that were no 2xx."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)


class Courier:
    """Delivers to one or several addresses in turn, as a load balancer would: a refused connection goes to the next."""

    def __init__(self, addresses: Callable[[], Sequence[str]], dice: random.Random) -> None:
        self.report = Report()
        self.on_acknowledged: list[Callable[[Delivery], None]] = []
        self._addresses = addresses
        self._dice = dice
        self._turn = 0
        self._slots = asyncio.Semaphore(_SIDE_BY_SIDE)
        self._session: aiohttp.ClientSession | None = None
        self.last_taken = 0.0
        """Monotonic time of the latest 200."""

    async def __aenter__(self) -> "Courier":
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_ANSWER_WITHIN),
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=15),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def deliver(self, delivery: Delivery, *, longest: float = 300.0) -> bool:
        """Deliver until it is answered 200. False where that took longer than `longest` seconds."""
        deadline = time.monotonic() + longest
        pause = 0.1
        while time.monotonic() < deadline:
            async with self._slots:
                status = await self.attempt(delivery)
            if status == 200:
                return True
            await asyncio.sleep(pause * self._dice.uniform(0.7, 1.3))
            pause = min(pause * 1.5, 1.0)
        return False

    async def attempt(self, delivery: Delivery, address: str | None = None) -> int:
        """One attempt; the status, or 0 where no answer came."""
        addresses = [address] if address else self._in_turn()
        for number, target in enumerate(addresses):
            try:
                return await self._post(target, delivery)
            except _REFUSED as error:
                if number == len(addresses) - 1:
                    self.report.broken[type(error).__name__] += 1
            except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
                self.report.broken[type(error).__name__] += 1
                return 0
        return 0

    async def _post(self, target: str, delivery: Delivery) -> int:
        assert self._session is not None
        started = time.monotonic()
        body = io.BytesIO(delivery.body)  # as a file: aiohttp warns of large bodies in one piece
        headers = {**delivery.headers, "content-length": str(len(delivery.body))}
        async with self._session.post(target + delivery.path, data=body, headers=headers) as answer:
            await answer.read()
            status = answer.status
        now = time.monotonic()
        self.report.statuses[status] += 1
        if status == 200:
            self.last_taken = now
            self.report.latencies.append(now - started)
            for tag in delivery.tags:
                self.report.acknowledged.setdefault(tag, now)
            for listener in self.on_acknowledged:
                listener(delivery)
        return status

    def _in_turn(self) -> list[str]:
        addresses = list(self._addresses())
        self._turn = (self._turn + 1) % max(len(addresses), 1)
        return addresses[self._turn :] + addresses[: self._turn]
