"""Bringing files: what came along with messages is fetched soon after, before the platforms' addresses expire.

    files WAITING --claimed for a while--> channel.fetch -> kind by its first bytes -> KEPT | later, again | REFUSED

A few at once, so that no more than these are in memory; whoever dies over one leaves it to the next after a while, and
one over which several died is given up.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy.engine import Connection

from gateway import files as kinds
from gateway import log
from gateway.channels.base import ChannelAdapter, Fetched
from gateway.clock import Clock
from gateway.errors import FetchError, FetchRefused, FetchRetryable
from gateway.messages import Channel
from gateway.storage import files, uploads
from gateway.storage.database import Database
from gateway.storage.files import Awaited

_log = log.get(__name__)

AT_ONCE: Final = 4
_CLAIMED_FOR: Final = timedelta(minutes=5)  # longer than any download may take
_LONGEST: Final = 150.0  # seconds of one download, whatever the channel allows itself
_TRIES: Final = 12
_FIRST_PAUSE: Final = 5.0  # seconds; twice as long each time
_LONGEST_PAUSE: Final = 1_800.0  # seconds
_CASE_HOLDS: Final = 15  # files of the largest size
_UNSENT_KEPT: Final = timedelta(hours=24)


class Fetching:
    """Brings what waits, a few at once."""

    def __init__(
        self, channels: Mapping[Channel, ChannelAdapter], database: Database, clock: Clock, *, largest: int
    ) -> None:
        """`largest`: bytes of one file that is kept."""
        self._channels = channels
        self._database = database
        self._clock = clock
        self._largest = largest
        self._next_prune = clock()
        self._writing = asyncio.Lock()

    async def look(self) -> bool:
        """Bring what is due now; the work of a loop. True where there may be more."""
        await self._prune()
        now = self._clock()
        if not await self._database.read(lambda conn: files.due(conn, now)):
            return False
        claimed = await self._database.write(
            lambda conn: files.claim(conn, self._channels, now, now + _CLAIMED_FOR, AT_ONCE)
        )
        await asyncio.gather(*map(self._bring, claimed))
        return bool(claimed)

    async def _bring(self, awaited: Awaited) -> None:
        try:
            if awaited.attempts > _TRIES:
                raise FetchRefused("It could not be had, however often it was asked for.")  # noqa: TRY301
            fetched = await self._fetch(awaited)
            await self._keep(awaited, fetched)
        except FetchRetryable as error:
            await self._later(awaited, error.message)
        except FetchError as error:
            await self._refuse(awaited, error.message)
        except Exception as error:  # noqa: BLE001 - one file must not stop the others
            _log.error(
                "fetch_failed", channel=awaited.channel, file=awaited.id, error=type(error).__name__, exc_info=True
            )
            await self._later(awaited, "It could not be brought.")

    async def _fetch(self, awaited: Awaited) -> Fetched:
        if awaited.source.size > self._largest:
            raise self._too_large()
        try:
            async with asyncio.timeout(_LONGEST):
                return await self._channels[awaited.channel].fetch(awaited.source)
        except TimeoutError as error:
            raise FetchRetryable("It did not come in time.") from error

    async def _keep(self, awaited: Awaited, fetched: Fetched) -> None:
        if len(fetched.content) > self._largest:
            raise self._too_large()
        name = fetched.name or awaited.source.name
        known = kinds.recognise(fetched.content, awaited.source.kind, name)
        if known is None:
            raise FetchRefused(kinds.NOT_TAKEN)
        if not awaited.source.name:
            name = kinds.named_after(known.mime, name)
        now = self._clock()

        def write(conn: Connection) -> str:
            if files.kept_of_case(conn, awaited.case_id) + len(fetched.content) > _CASE_HOLDS * self._largest:
                return "Too much has come along in this case already. Look at it in the platform's own app."
            files.keep(conn, awaited, known, name, fetched.content, now)
            return ""

        # One after another: whoever commits beside a large one waits for it, and should not wait for four.
        async with self._writing:
            why = await self._database.write(write)
        if why:
            raise FetchRefused(why)
        _log.info("file_kept", channel=awaited.channel, file=awaited.id, mime=known.mime, size=len(fetched.content))

    async def _later(self, awaited: Awaited, why: str) -> None:
        if awaited.attempts >= _TRIES:
            await self._refuse(awaited, f"{why} It was tried {awaited.attempts} times.")
            return
        pause = min(_FIRST_PAUSE * 2.0 ** (awaited.attempts - 1), _LONGEST_PAUSE)
        until = self._clock() + timedelta(seconds=pause)
        await self._database.write(lambda conn: files.put_off(conn, awaited, until, why))

    async def _refuse(self, awaited: Awaited, why: str) -> None:
        now = self._clock()
        await self._database.write(lambda conn: files.refuse(conn, awaited, why, now))
        _log.warning("file_refused", channel=awaited.channel, file=awaited.id, why=why)

    def _too_large(self) -> FetchRefused:
        return FetchRefused(f"It is larger than {self._largest / 1_000_000:g} MB.")

    async def _prune(self) -> None:
        """Let go, once an hour, of what agents put here and never sent."""
        now = self._clock()
        if now < self._next_prune:
            return
        self._next_prune = now + timedelta(hours=1)
        await self._database.write(lambda conn: uploads.prune(conn, now - _UNSENT_KEPT))
