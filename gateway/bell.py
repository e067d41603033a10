"""A bell wakes whoever waits for work. It carries nothing and may be missed: the work is in the tables."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from gateway import log

_log = log.get(__name__)


class Bell:
    """Rung after a commit that left work behind; from the event loop's thread."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake the one who waits, or let them not wait next time."""
        self._event.set()

    async def wait(self, longest: float) -> None:
        """Wait for a ring, at the most `longest` seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), longest)
        self._event.clear()


async def keep_doing(name: str, work: Callable[[], Awaitable[bool]], bell: Bell, pause: float) -> None:
    """Do `work` at each ring and after each `pause` of seconds; at once again while it returns True.

    The edge of a loop that must not end: a failure is logged, and the next round comes.
    """
    while True:
        more = False
        try:
            more = await work()
        except Exception as error:  # noqa: BLE001 - see above
            _log.error("round_failed", loop=name, error=type(error).__name__, exc_info=True)
            await asyncio.sleep(pause)
        if not more:
            await bell.wait(pause)
