"""Hashing of passwords for whoever signs in: one at a time, few who wait, and pauses while many come.

Argon2 takes 64 MB and all cores for some ten milliseconds, by design: a flood of sign-ins must not take the machine
from webhooks and turns. Known browsers have a place of their own, so that people get in meanwhile.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from handoff import passwords
from handoff.errors import SignInBusy

_WAIT: Final = 16  # people
_REST: Final = 3.0  # times as long as the hash took, where others wait: a quarter of the machine at the most


class Hashing:
    """One place."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()
        self._there = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Be alone with `matches`. Raises `SignInBusy` where too many wait for that."""
        if self._there > _WAIT:
            raise SignInBusy
        self._there += 1
        try:
            async with self._one:
                yield
        finally:
            self._there -= 1

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether a password fits, as `passwords.matches`; for whoever has the place."""
        began = time.perf_counter()
        fits = await asyncio.to_thread(passwords.matches, password, stored)
        if self._there > 1:
            await asyncio.sleep(_REST * (time.perf_counter() - began))
        return fits
