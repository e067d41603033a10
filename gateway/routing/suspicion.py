"""Suspicion: what was in hand when somebody died may kill again, though not for ever, and not discredit others.

    orphaned lane -> its first message is counted before it is tried -> lived through: the count is taken back
                                                                     -> died over: the next time it is tried alone
    counted so often: deadly, put aside

The first death tells little: many messages were in hand. What is counted a second time is tried with nothing else
under way in this process, so that no other message can be what kills meanwhile. A message is counted only where a
worker died, so that in quiet times all this costs nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from gateway.intake import inbox
from gateway.storage.database import Database

DEADLY: Final = 3
"""Deaths of workers that had a message in hand, after which it is tried no more."""

_AT_ONCE: Final = 16  # first tries after a death: the next death makes suspects of so many, whatever waits behind them


class Suspicion:
    """One process's suspects, and what is tried beside them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._first_tries = asyncio.Semaphore(_AT_ONCE)
        self._suspect = asyncio.Lock()
        self._door = asyncio.Lock()
        self._inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @asynccontextmanager
    async def beside_others(self) -> AsyncIterator[bool]:
        """Try what nobody suspects. True if at once; False if after somebody who was tried alone: look again."""
        at_once = not self._door.locked()
        if not at_once:
            async with self._door:
                pass
        self._inside += 1
        self._empty.clear()
        try:
            yield at_once
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    @asynccontextmanager
    async def of(self, inbox_id: int, deaths: int) -> AsyncIterator[bool]:
        """Try the first message of an orphaned lane, over which so many may have died; this try is counted. False."""
        async with self._alone() if deaths else self._among_few():
            await self._database.write(partial(inbox.count_death, inbox_id=inbox_id))
            try:
                yield False
            finally:
                # Whatever became of it, we have lived to see it.
                await self._database.write(partial(inbox.discount_death, inbox_id=inbox_id, deaths=deaths + 1))

    @asynccontextmanager
    async def _among_few(self) -> AsyncIterator[None]:
        async with self._first_tries, self.beside_others():
            yield

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        # One suspect at the door: those who come between two suspects are let in between them, and wait for one only.
        async with self._suspect, self._door:
            await self._empty.wait()
            yield
