"""The keeper: of all processes one at a time keeps a channel, asks its platform and looks how it is.

every process: free? -> take -> [duties run, the lease is renewed] -> lost, or told to stop: duties end, let go

A holder that dies, hangs or is cut off is followed by another within seconds.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from sqlalchemy.engine import Connection

from gateway import log
from gateway.clock import Clock
from gateway.lanes import new_holder
from gateway.messages import Channel
from gateway.storage import cursors
from gateway.storage.database import Database

_log = log.get(__name__)

_LOOK_EVERY: Final = 2.0  # seconds between two looks at whether a channel has become free
_RENEW_EVERY: Final = 2.0  # seconds
_ONE_TRY: Final = 2.0  # seconds that renewing may take
_LOST_AFTER: Final = 6.0  # seconds without having been able to renew; less than others wait

Duty = Callable[[str], Awaitable[None]]
"""Runs for as long as the channel is kept, by the name of its holder. It is cancelled, and never ends by itself."""
Account = tuple[Channel, str]


class Keeper:
    """Keeps channels, or waits until it may."""

    def __init__(
        self, duties: Mapping[Account, Sequence[Duty]], database: Database, clock: Clock, *, alone: bool
    ) -> None:
        """`alone`: no other process can be at work on this database."""
        self._duties = duties
        self._database = database
        self._clock = clock
        self._alone = alone
        self._mine = new_holder()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to keep whatever is free."""
        self._tasks = [
            asyncio.create_task(self._keep(account, duties), name=f"keeper-{account[0]}")
            for account, duties in self._duties.items()
            if duties
        ]

    async def stop(self) -> None:
        """End all duties and let go of what is kept."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tasks and not self._alone:
            with suppress(Exception):  # whoever comes next waits a few seconds longer
                async with asyncio.timeout(_ONE_TRY):
                    await self._database.write(self._let_go)
        self._tasks = []

    async def _keep(self, account: Account, duties: Sequence[Duty]) -> None:
        while True:
            try:
                if await self._take(account):
                    await self._serve(account, duties)
            except Exception as error:  # noqa: BLE001 - the edge of the keeper's task: it goes on trying
                _log.error("keeper_failed", channel=account[0], error=type(error).__name__)
            await asyncio.sleep(_LOOK_EVERY * random.uniform(0.75, 1.25))

    async def _take(self, account: Account) -> bool:
        if not self._alone:
            place = await self._database.read(lambda conn: cursors.of(conn, *account))
            if not cursors.is_free(place, self._mine, self._clock()):
                return False
        return await self._database.write(
            lambda conn: cursors.take(conn, *account, self._mine, self._clock(), alone=self._alone)
        )

    async def _serve(self, account: Account, duties: Sequence[Duty]) -> None:
        tasks = [asyncio.ensure_future(duty(self._mine)) for duty in duties]
        if not self._alone:
            tasks.append(asyncio.ensure_future(self._hold(account)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hold(self, account: Account) -> None:
        """Renew the lease for as long as that is possible."""
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while loop.time() - renewed_at < _LOST_AFTER:
            await asyncio.sleep(_RENEW_EVERY)
            began = loop.time()
            with suppress(Exception):  # the database may be away for a moment
                async with asyncio.timeout(_ONE_TRY):
                    if not await self._database.write(partial(self._renew, account), urgent=True):
                        return
                renewed_at = began

    def _renew(self, account: Account, conn: Connection) -> bool:
        return cursors.renew(conn, *account, self._mine, self._clock())

    def _let_go(self, conn: Connection) -> None:
        for account in self._duties:
            cursors.let_go(conn, *account, self._mine)
