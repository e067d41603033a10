"""Suspicion: what was in hand when somebody died may kill again, though not for ever, and not discredit others.

    orphaned lane -> its first message is counted before it is tried -> tried -> counted so often: deadly, put aside

What has been counted before is tried alone, with no other suspect beside it: else each death would count for all of
them. A message is counted only where a worker died, so that in quiet times all this costs nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

DEADLY: Final = 3
"""Deaths of workers that had a message in hand, after which it is tried no more."""


class Suspicion:
    """One process's suspects."""

    def __init__(self) -> None:
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def of(self, deaths: int) -> AsyncIterator[None]:
        """Try a message over which so many have died."""
        if not deaths:
            yield
            return
        async with self._alone:
            yield
