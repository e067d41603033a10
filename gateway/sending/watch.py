"""The watch over a platform: how sends went, whether to send at all, and that everybody sees it when it fails.

learn(how a send went) -> breaker -> opens: a row in `outages`, an event, a line in the log, a metric
                                  -> closes: the row goes, an event says so
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Final

from gateway import log, metrics
from gateway.breaker import LEVEL, Breaker, BreakerState
from gateway.clock import Clock
from gateway.messages import Channel
from gateway.storage import outages
from gateway.storage.database import Database
from gateway.storage.outages import Outage, OutageKind

_log = log.get(__name__)

_AFTER_A_FAULT: Final = 1.0  # seconds
_PROBE_PAUSE: Final = 2.0  # seconds until a platform that failed is tried again
_LONGEST_PAUSE: Final = 30.0  # seconds between two probes


class Went(Enum):
    """How a send went, as far as the platform's health is concerned."""

    THROUGH = "through"
    """The platform answered; also where it refused the message."""
    THROTTLED = "throttled"
    """It is well, and wants less of us."""
    FAILED = "failed"
    """It could not be reached, had a failure of its own, or did not answer in time."""
    LOCKED_OUT = "locked_out"
    """It does not let us in any more."""
    UNKNOWN = "unknown"
    """It may have gone out; a fault of our own hid how."""
    NOT_AT_ALL = "not_at_all"
    """Nothing was sent, so that nothing was learned."""


class Watch:
    """Over one of our accounts."""

    def __init__(
        self, channel: Channel, account: str, database: Database, clock: Clock, on_change: Callable[[], None]
    ) -> None:
        """`on_change` is called when more, or less, may be sent than before."""
        self._channel = channel
        self._account = account
        self._database = database
        self._clock = clock
        self._on_change = on_change
        self._kind = OutageKind.UNREACHABLE
        self._outage: Outage | None = None
        self._told: OutageKind | None = None
        self._telling: asyncio.Task[None] | None = None
        self.breaker = Breaker(
            lambda: asyncio.get_running_loop().time(),
            pause=_PROBE_PAUSE,
            longest=_LONGEST_PAUSE,
            on_change=self._moved,
        )
        metrics.platform_breaker.labels(channel).set(LEVEL[BreakerState.CLOSED])

    async def start(self) -> None:
        """Go on with an outage that the last run, or another process, has noted: it is probed soon."""
        outage = await self._database.read(partial(outages.of, channel=self._channel, account=self._account))
        if outage is not None:
            self._outage = outage
            self._kind = outage.kind
            self.breaker.shut(outage.why)

    async def stop(self) -> None:
        """End."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    def learn(self, thread_key: str, went: Went, why: str) -> None:
        """A send of this thread went so."""
        if went in (Went.THROUGH, Went.THROTTLED):
            self.breaker.succeeded()
        elif went is Went.FAILED:
            self._kind = OutageKind.UNREACHABLE
            self.breaker.failed(thread_key, why)
        elif went is Went.LOCKED_OUT:
            self._kind = OutageKind.LOCKED_OUT
            self.breaker.shut(why)
        else:
            self.breaker.let_go()

    def _moved(self, state: BreakerState, why: str) -> None:
        metrics.platform_breaker.labels(self._channel).set(LEVEL[state])
        self._on_change()
        if state is BreakerState.CLOSED:
            self._outage = None
        elif state is BreakerState.OPEN and why:
            since = self._clock() if self._outage is None else self._outage.since
            self._outage = Outage(channel=self._channel, account=self._account, kind=self._kind, why=why, since=since)
        else:
            return  # a probe: nothing is known of it yet
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(), name=f"outage-{self._channel}")

    async def _tell(self) -> None:
        """Have everybody see how the channel is, also those in other processes."""
        while True:
            outage = self._outage
            try:
                await self._database.write(
                    lambda conn: outages.note(conn, self._channel, self._account, outage, self._clock())  # noqa: B023
                )
            except Exception as error:  # noqa: BLE001 - everybody is to know in the end
                _log.error("outage_not_noted", channel=self._channel, error=type(error).__name__)
                await asyncio.sleep(_AFTER_A_FAULT)
                continue
            kind = None if outage is None else outage.kind
            if kind is not self._told and outage is not None:
                _log.error("channel_failing", channel=self._channel, kind=outage.kind, why=outage.why)
            elif kind is not self._told:
                _log.info("channel_recovered", channel=self._channel)
            self._told = kind
            if outage is self._outage:
                return
