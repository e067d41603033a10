"""Doing what is to be done about customers' public messages: hide them, remove them, until it is done or cannot be.

acts that are due -> taken up (nobody else has them meanwhile) -> channel -> done | later | given up, with words
"""

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy.engine import Connection

from gateway import log, metrics
from gateway.channels.base import ActKind, ChannelAdapter
from gateway.clock import Clock
from gateway.errors import SendError, SendRefused, SendRetryable
from gateway.messages import Channel
from gateway.storage import acts, afterwards
from gateway.storage.acts import Act, ActStatus
from gateway.storage.database import Database

_log = log.get(__name__)

_AT_ONCE: Final = 10
_TRIES: Final = 8  # with the back-off below: for some half an hour
_FIRST_PAUSE: Final = 2.0  # seconds
_LONGEST_PAUSE: Final = 600.0  # seconds
_GIVE_UP: Final = 60.0  # seconds for one try
_CANNOT: Final = {
    Channel.TWITTER: "X lets a brand hide replies only in conversations that it began.",
    Channel.FACEBOOK: "Facebook does not let the Page hide this.",
    Channel.TELEGRAM: "Telegram lets the bot remove this only as an administrator who may delete messages, and within "
    "48 hours.",
}


class Acts:
    """Does what is due."""

    def __init__(self, channels: Mapping[Channel, ChannelAdapter], database: Database, clock: Clock) -> None:
        self._channels = channels
        self._database = database
        self._clock = clock

    async def drain_due(self) -> bool:
        """Do what is due. True where more may be."""
        now = self._clock()
        due = await self._database.read(lambda conn: acts.are_due(conn, now))
        if not due:
            return False
        taken = await self._database.write(lambda conn: acts.take_due(conn, now, _AT_ONCE))
        await asyncio.gather(*(self._do(act) for act in taken))
        return len(taken) == _AT_ONCE

    async def _do(self, act: Act) -> None:
        try:
            await self._try(act)
        except SendRefused as error:
            await self._give_up(act, error.message)
        except SendRetryable as error:
            await self._later(act, error.message, error.retry_after)
        except SendError as error:
            await self._later(act, error.message, None)  # doing it twice does no harm
        except TimeoutError:
            await self._later(act, "No answer came.", None)
        except Exception as error:  # noqa: BLE001 - one act's fault must not hold up the others
            _log.error("act_failed", channel=act.channel, act_id=act.id, error=type(error).__name__, exc_info=True)
            await self._later(act, "It failed on our side.", None)
        else:
            await self._database.write(partial(self._done, act))
            metrics.acts.labels(act.channel, act.kind, ActStatus.DONE).inc()

    async def _try(self, act: Act) -> None:
        channel = self._channels.get(act.channel)
        if channel is None:
            raise SendRetryable("The channel is off.")
        message = await self._database.read(lambda conn: afterwards.get(conn, act.message_id))
        kind = ActKind(act.kind)
        if message is None or not channel.can(kind, message.place, act.target):
            raise SendRefused(_CANNOT[act.channel])
        async with asyncio.timeout(_GIVE_UP):
            await channel.act(kind, act.target)

    def _done(self, act: Act, conn: Connection) -> None:
        acts.finish(conn, act, ActStatus.DONE, self._clock())

    async def _later(self, act: Act, why: str, retry_after: float | None) -> None:
        if act.attempts >= _TRIES:
            await self._give_up(act, why)
            return
        pause = min(_FIRST_PAUSE * 2.0 ** (act.attempts - 1), _LONGEST_PAUSE) * random.uniform(0.8, 1.2)
        if retry_after is not None:
            pause = max(pause, retry_after)
        until = self._clock() + timedelta(seconds=pause)
        await self._database.write(lambda conn: acts.put_off(conn, act, until, why))

    async def _give_up(self, act: Act, why: str) -> None:
        _log.warning("act_given_up", channel=act.channel, act_id=act.id, kind=act.kind)
        now = self._clock()
        await self._database.write(lambda conn: acts.finish(conn, act, ActStatus.FAILED, now, why))
        metrics.acts.labels(act.channel, act.kind, ActStatus.FAILED).inc()
