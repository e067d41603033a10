"""The lookout: every few minutes each channel is looked at, by whoever keeps it, and what is not well is told.

care (token, rights, webhook, settings) + silence -> rows in `checks` -> desk, /readyz, metrics, log
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.engine import Connection

from gateway import log
from gateway.channels.care import Care
from gateway.clock import Clock
from gateway.intake import asking, silence
from gateway.messages import Channel
from gateway.storage import checks, pulse, repairs
from gateway.storage.checks import POLICY, Finding
from gateway.storage.database import Database

_log = log.get(__name__)

_OURS: Final = (silence.NAME, asking.NAME, repairs.NAME, POLICY)
_SILENCE_EVERY: Final = 10.0  # minutes
_ONE_LOOK: Final = 90.0  # seconds
_AFTER_A_FAULT: Final = 30.0  # seconds
_UNWELL: Final = 120.0  # seconds; most of what is told right after a restart is over by then, and the alarm with it
_AWAY: Final = timedelta(minutes=30)  # nobody has looked for so long: we were away ourselves


class Lookout:
    """Over one of our accounts."""

    def __init__(
        self,
        name: Channel,
        account: str,
        care: Care | None,
        database: Database,
        clock: Clock,
        *,
        url: str,
        minutes: float,
    ) -> None:
        """`url`: where the platform should deliver; empty where that is not known. `minutes` between two looks; 0: none
        at the platform, but silence is still noticed."""
        self._name = name
        self._account = account
        self._care = care
        self._database = database
        self._clock = clock
        self._url = url
        self._minutes = minutes

    async def run(self, _mine: str) -> None:
        """Look again and again."""
        came_back = False
        while True:
            pause = 60 * (self._minutes or _SILENCE_EVERY) * random.uniform(0.9, 1.1)
            try:
                if not came_back:
                    await self._database.write(self._come_back)
                    came_back = True
                if not await self.look():
                    pause = min(pause, _UNWELL)
            except Exception as error:  # noqa: BLE001 - it is looked again
                _log.error("look_failed", channel=self._name, error=type(error).__name__, exc_info=True)
                pause = _AFTER_A_FAULT
            await asyncio.sleep(pause)

    async def look(self) -> bool:
        """Look once; False where the platform tells of something that is not well. Raises what the database raises."""
        found: list[Finding] = []
        if self._care is not None and self._minutes > 0:
            found = await self._ask(self._care)
        turned = await self._database.write(lambda conn: self._note(conn, found))
        for finding in turned:
            if finding.well is False:
                _log.error("channel_unwell", channel=self._name, check=finding.name, why=finding.words)
            else:
                _log.info("channel_well", channel=self._name, check=finding.name)
        return all(finding.well is not False for finding in found)

    async def _ask(self, care: Care) -> list[Finding]:
        try:
            async with asyncio.timeout(_ONE_LOOK):
                seen = await care.checks(self._url)
        except Exception as error:  # noqa: BLE001 - what could not be told is no alarm, and the silence is still judged
            _log.error("look_failed", channel=self._name, error=type(error).__name__, exc_info=True)
            return []
        return [Finding(name=one.name, well=one.well, words=one.words, advice=one.advice) for one in seen]

    def _note(self, conn: Connection, found: Sequence[Finding]) -> list[Finding]:
        now = self._clock()
        slots = pulse.slots(conn, self._name, self._account, now)
        turned = checks.note(conn, self._name, self._account, [*found, silence.judge(slots, now)], now)
        if found or self._minutes <= 0:
            checks.drop(conn, self._name, self._account, [*_OURS, *(one.name for one in found)])
        pulse.trim(conn, now)
        return turned

    def _come_back(self, conn: Connection) -> None:
        """Where nobody has looked for long, the time before says nothing about the channel."""
        now = self._clock()
        before = checks.of(conn, self._name, self._account).get(silence.NAME)
        if before is not None and not now - _AWAY < before.at <= now + _AWAY:
            pulse.mark(conn, self._name, self._account, now)
