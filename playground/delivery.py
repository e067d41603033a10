"""Carries events to the gateway's webhooks, and keeps trying.

    post, comment, message -> Courier.send -> a lane -> handshake -> POST -> delivered
                                               ^                      |
                                               +---- wait, again <----+-> given up (X only, or too old)

What is under way is part of the world and survives a restart. Deliveries of one lane go strictly one after the
other; lanes go side by side. Telegram has a lane per chat, X and Facebook promise no order and have one per event.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Literal, Protocol

import httpx
import msgspec

from playground.ids import Clock

logger = logging.getLogger("playground.delivery")

KEPT = 500
"""Finished deliveries that are remembered."""

State = Literal["pending", "retrying", "delivered", "given_up"]


class Delivery(msgspec.Struct):
    """One event on its way to the gateway."""

    id: int
    platform: str
    lane: str
    label: str
    body: str
    created: float
    expires: float | None = None
    state: State = "pending"
    attempts: int = 0
    status: int | None = None
    error: str | None = None

    @property
    def open(self) -> bool:
        """Whether it still has to arrive."""
        return self.state in ("pending", "retrying")


class Route(Protocol):
    """How one platform delivers."""

    timeout: float

    def url(self) -> str:
        """Where to."""

    def headers(self, body: bytes) -> dict[str, str]:
        """Signature or token for exactly these bytes."""

    def accepts(self, status: int) -> bool:
        """Whether the platform takes this status for "arrived"."""

    def delay(self, attempts: int, retry_after: float | None) -> float | None:
        """Seconds to wait after this many failures; None gives up."""

    async def handshake(self, client: httpx.AsyncClient) -> str | None:
        """Prove that the receiver is the right one, where the platform asks for it; returns what is wrong."""


class Courier:
    """Runs the lanes."""

    def __init__(self, deliveries: list[Delivery], changed: Callable[[], None], clock: Clock, pace: float) -> None:
        self._deliveries = deliveries
        self._changed = changed
        self._clock = clock
        self._pace = pace
        self._routes: dict[str, Route] = {}
        self._lanes: dict[str, deque[Delivery]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._client: httpx.AsyncClient | None = None

    def add_route(self, platform: str, route: Route) -> None:
        """Teach the courier how `platform` delivers."""
        self._routes[platform] = route

    async def start(self) -> None:
        """Take up what was under way."""
        # Never by a proxy: the gateway is on this machine.
        self._client = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=40))
        for delivery in self._deliveries:
            if delivery.open:
                self._enqueue(delivery)

    async def stop(self) -> None:
        """Leave everything where it is."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def send(self, platform: str, label: str, body: str, *, lane: str = "", expires: float | None = None) -> None:
        """Deliver `body`. Without a lane it waits for nobody and nobody waits for it."""
        number = self._deliveries[-1].id + 1 if self._deliveries else 1
        delivery = Delivery(number, platform, lane or f"{platform}/{number}", label, body, self._clock(), expires)
        self._forget_finished()
        self._deliveries.append(delivery)
        self._enqueue(delivery)

    def withdraw(self, platform: str) -> list[str]:
        """Take back everything that has not arrived on `platform`; returns the bodies, oldest first."""
        taken = [delivery for delivery in self._deliveries if delivery.open and delivery.platform == platform]
        for delivery in taken:
            self._lanes.pop(delivery.lane, None)
            if (task := self._tasks.pop(delivery.lane, None)) is not None:
                task.cancel()
            self._deliveries.remove(delivery)
        return [delivery.body for delivery in taken]

    def trouble(self) -> dict[str, dict[str, Any]]:
        """Per platform: how many wait, how many were given up lately, and the last thing that went wrong."""
        report = {}
        for platform in self._routes:
            mine = [delivery for delivery in self._deliveries if delivery.platform == platform]
            retrying = [delivery for delivery in mine if delivery.state == "retrying"]
            lost = [delivery for delivery in mine if delivery.state == "given_up"]
            arrived = max((delivery.id for delivery in mine if delivery.state == "delivered"), default=0)
            report[platform] = {
                "waiting": sum(delivery.open for delivery in mine),
                "retrying": len(retrying),
                "given_up": sum(delivery.id > arrived for delivery in lost),
                "error": retrying[-1].error if retrying else None,
            }
        return report

    def _forget_finished(self) -> None:
        if len(self._deliveries) > 2 * KEPT:
            finished = [delivery for delivery in self._deliveries if not delivery.open][:-KEPT]
            gone = {delivery.id for delivery in finished}
            self._deliveries[:] = [delivery for delivery in self._deliveries if delivery.id not in gone]

    def _enqueue(self, delivery: Delivery) -> None:
        lane = self._lanes.setdefault(delivery.lane, deque())
        lane.append(delivery)
        # Before the server runs there is nothing to send with; start() comes back to it.
        if self._client is not None and delivery.lane not in self._tasks:
            self._tasks[delivery.lane] = asyncio.create_task(self._run(delivery.lane, lane, self._client))
        self._changed()

    async def _run(self, name: str, lane: deque[Delivery], client: httpx.AsyncClient) -> None:
        while lane:
            await self._deliver(lane[0], client)
            lane.popleft()
        self._lanes.pop(name, None)
        self._tasks.pop(name, None)

    async def _deliver(self, delivery: Delivery, client: httpx.AsyncClient) -> None:
        route = self._routes[delivery.platform]
        while delivery.open:
            retry_after = await self._attempt(delivery, route, client)
            wait = self._wait(delivery, route, retry_after)
            self._changed()
            if wait is not None:
                await asyncio.sleep(wait * self._pace)

    def _wait(self, delivery: Delivery, route: Route, retry_after: float | None) -> float | None:
        """Seconds until the next attempt; None when there is none, because it arrived or was given up."""
        if delivery.state == "delivered":
            return None
        wait = route.delay(delivery.attempts, retry_after)
        if wait is not None and (delivery.expires is None or self._clock() <= delivery.expires):
            return wait
        delivery.state = "given_up"
        logger.warning("given up: %s %s: %s", delivery.platform, delivery.label, delivery.error)
        return None

    async def _attempt(self, delivery: Delivery, route: Route, client: httpx.AsyncClient) -> float | None:
        """Try once; returns what the receiver's Retry-After asks for."""
        delivery.attempts += 1
        delivery.state = "retrying"
        delivery.status = None
        body = delivery.body.encode()
        try:
            if (wrong := await route.handshake(client)) is not None:
                delivery.error = wrong
                return None
            response = await client.post(
                route.url(),
                content=body,
                headers={"Content-Type": "application/json", **route.headers(body)},
                timeout=route.timeout,
            )
        except httpx.HTTPError as error:
            delivery.error = f"no answer ({type(error).__name__})"
            return None
        delivery.status = response.status_code
        if route.accepts(response.status_code):
            delivery.state, delivery.error = "delivered", None
            return None
        delivery.error = f"answered {response.status_code}"
        asked = response.headers.get("retry-after", "")
        return float(asked) if asked.isdigit() else None
