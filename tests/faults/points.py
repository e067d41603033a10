"""The points at which a kill strikes, as seen from outside: see the package's docstring."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from tests.faults.process import Process
from tests.faults.world import World

POINTS: Final = (
    "at_random",
    "webhook_answered",
    "assistant_asked",
    "assistant_answered",
    "platform_asked",
    "platform_answered",
    "event_recorded",
    "turn_waiting",
    "send_claimed",
)
_ROWS: Final = {
    "event_recorded": "SELECT count(*) FROM inbox WHERE status = 'new'",
    "turn_waiting": "SELECT count(*) FROM inbox WHERE status = 'queued'",
    "send_claimed": "SELECT count(*) FROM outbox WHERE status = 'sending'",
}
_LONGEST: Final = 3.0  # seconds that a point is waited for, before the kill strikes anyway


async def kill_at(world: World, process: Process, point: str) -> float:
    """Kill a process at a point that is met under traffic. Returns the monotonic time of the kill."""
    # Never the first that comes: the k-th, so that every amount of work in flight is met.
    skip = world.dice.randrange(6)
    if point == "at_random":
        await asyncio.sleep(world.dice.uniform(0, 1.0))
        process.kill()
    elif point in _ROWS:
        await asyncio.sleep(world.dice.uniform(0, 0.3))
        deadline = time.monotonic() + _LONGEST
        while time.monotonic() < deadline and not await world.ledger.count(_ROWS[point]):
            await asyncio.sleep(0.002)
        process.kill()
    else:
        await _at_a_call(_listeners(world, point), process, skip)
    return time.monotonic()


async def _at_a_call(listeners: list[Callable[..., None]], process: Process, skip: int) -> None:
    """Kill within the call itself, before anything else can happen."""
    struck = asyncio.Event()
    left = skip

    def strike(*_: object) -> None:
        nonlocal left
        if struck.is_set():
            return
        if left:
            left -= 1
            return
        process.kill()
        struck.set()

    listeners.append(strike)
    try:
        async with asyncio.timeout(_LONGEST):
            await struck.wait()
    except TimeoutError:
        process.kill()
    finally:
        listeners.remove(strike)


def _listeners(world: World, point: str) -> list[Callable[..., None]]:
    listeners: dict[str, list[Callable[..., None]]] = {
        "webhook_answered": world.courier.on_acknowledged,
        "assistant_asked": world.assistant.on_asked,
        "assistant_answered": world.assistant.on_answered,
        "platform_asked": world.platforms.on_taken,
        "platform_answered": world.platforms.on_answered,
    }
    return listeners[point]
