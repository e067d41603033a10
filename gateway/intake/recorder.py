"""The recorder: the webhooks of one moment are one transaction, and each is told when its own events are on disk.

    record --> waiting --as soon as the database has the one before--> batch --one insert--> on disk --> all are told
                  '--too many, or too late--> Overloaded: a 503, and the platform comes again

A batch that one delivery spoils is written once more, each delivery alone. In quiet times the arrivals are called in
the same transaction, which saves one; while more comes, after it, so that several batches share one call.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from gateway import metrics
from gateway.clock import Clock
from gateway.errors import Overloaded
from gateway.intake import inbox
from gateway.lanes import Carrier, Lane
from gateway.messages import Channel, RawEvent
from gateway.storage import lanes
from gateway.storage.database import Database, TransactionLost

_IN_ONE: Final = 500  # events in one batch, or one delivery that holds more
_IN_ONE_BYTES: Final = 4_000_000
_AT_ONCE: Final = 4  # batches under way; more than one only where the one before takes unusually long
_UNUSUAL: Final = 0.25  # seconds
_QUIET: Final = 0.04  # seconds without a batch; nearer ones share a call
_PATIENCE: Final = 8.0  # seconds; nobody answers a platform later than this
_MOST: Final = 20_000  # events waiting
_MOST_BYTES: Final = 64_000_000
_EVERYBODYS: Final = (Overloaded, TransactionLost, OperationalError, InterfaceError)
"""What no delivery is to blame for: the others would meet the same."""


class Delivery:
    """The events of one webhook, until they are on disk."""

    __slots__ = ("account", "at", "channel", "events", "size", "stored")

    def __init__(self, channel: Channel, account: str, events: Sequence[RawEvent], at: float) -> None:
        loop = asyncio.get_running_loop()
        self.channel = channel
        self.account = account
        self.events = events
        self.at = at
        self.size = sum([len(event.payload) for event in events])
        self.stored: asyncio.Future[None] = loop.create_future()


class Recorder:
    """Puts events on disk."""

    def __init__(self, database: Database, carrier: Carrier, clock: Clock) -> None:
        """`carrier` is told after something new is on disk."""
        self._database = database
        self._carrier = carrier
        self._clock = clock
        self._waiting: deque[Delivery] = deque()
        self._under_way: dict[asyncio.Task[None], list[Delivery]] = {}
        self._events = 0
        self._bytes = 0
        self._stored_at = 0.0
        self._watch: asyncio.TimerHandle | None = None

    async def record(self, channel: Channel, account: str, events: Sequence[RawEvent]) -> None:
        """Return when the events are on disk, each once however often it comes.

        Raises `Overloaded` where there is no room or it takes too long, and what the database raises. Events may be on
        disk all the same then: the platform's next delivery finds them there.
        """
        loop = asyncio.get_running_loop()
        delivery = Delivery(channel, account, events, loop.time())
        if self._events + len(events) > _MOST or self._bytes + delivery.size > _MOST_BYTES:
            raise Overloaded
        self._events += len(events)
        self._bytes += delivery.size
        self._waiting.append(delivery)
        if not self._under_way:
            self._begin()
        if self._watch is None:
            self._watch = loop.call_later(_UNUSUAL, self._look)
        await delivery.stored

    def _begin(self) -> None:
        task = asyncio.get_running_loop().create_task(self._store_what_waits())
        self._under_way[task] = []
        task.add_done_callback(self._end)

    def _end(self, task: "asyncio.Task[None]") -> None:
        for delivery in self._under_way.pop(task, ()):
            # Only a process that is told to stop cancels: nobody may wait for ever.
            delivery.stored.cancel()

    async def _store_what_waits(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this runs as one
        while self._waiting:
            await self._gather()
            self._under_way[task] = batch = self._next_batch()
            try:
                await self._store(batch)
            finally:
                self._forget(batch)
        # At once, not when the loop comes to it: whoever comes in between has to begin another.
        del self._under_way[task]

    async def _gather(self) -> None:
        """Wait while each turn of the event loop brings more: a commit costs as much for one as for fifty."""
        before = 0
        while before < len(self._waiting) < _IN_ONE:
            before = len(self._waiting)
            await asyncio.sleep(0)

    def _next_batch(self) -> list[Delivery]:
        batch: list[Delivery] = []
        events = size = 0
        while self._waiting and events < _IN_ONE and size < _IN_ONE_BYTES:
            delivery = self._waiting.popleft()
            batch.append(delivery)
            events += len(delivery.events)
            size += delivery.size
        return batch

    async def _store(self, batch: list[Delivery]) -> None:
        """Write a batch and tell everybody in it. Raises nothing."""
        now = asyncio.get_running_loop().time()
        calls = now - self._stored_at > _QUIET
        self._stored_at = now
        try:
            new = await self._database.write(partial(_record_all, batch, self._clock, calls), urgent=True)
        except Exception as error:  # noqa: BLE001 - handed to those whom it concerns
            if len(batch) > 1 and not isinstance(error, _EVERYBODYS):
                await asyncio.gather(*(self._store([delivery]) for delivery in batch))
            else:
                for delivery in batch:
                    if not delivery.stored.done():
                        delivery.stored.set_exception(error)
            return
        for delivery in batch:
            if not delivery.stored.done():
                delivery.stored.set_result(None)
        for channel, (fresh, known) in new.items():
            metrics.webhook_events.labels(channel, "new").inc(fresh)
            metrics.webhook_events.labels(channel, "repeated").inc(known)
            if fresh and not calls:
                await self._carrier.call(Lane.arrivals(channel))

    def _look(self) -> None:
        """Now and then while anybody waits: give up what takes too long, and do not stand behind what is stuck."""
        self._watch = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        for batch in self._under_way.values():
            for delivery in batch:
                _give_up(delivery, now)
        while self._waiting and _give_up(self._waiting[0], now):
            self._forget([self._waiting.popleft()])
        if self._waiting and len(self._under_way) < _AT_ONCE and now - self._waiting[0].at > _UNUSUAL:
            self._begin()
        if self._under_way or self._waiting:
            self._watch = loop.call_later(_UNUSUAL, self._look)

    def _forget(self, batch: list[Delivery]) -> None:
        for delivery in batch:
            self._events -= len(delivery.events)
            self._bytes -= delivery.size


def _give_up(delivery: Delivery, now: float) -> bool:
    late = now - delivery.at > _PATIENCE
    if late and not delivery.stored.done():
        delivery.stored.set_exception(Overloaded())
    return late


def _record_all(batch: list[Delivery], clock: Clock, calls: bool, conn: Connection) -> dict[Channel, tuple[int, int]]:
    """How many events of each channel were new, and how many known. `calls`: have the new ones seen to."""
    grouped: defaultdict[tuple[Channel, str], list[RawEvent]] = defaultdict(list)
    for delivery in batch:
        grouped[delivery.channel, delivery.account] += delivery.events
    now = clock()
    counts: dict[Channel, tuple[int, int]] = {}
    for (channel, account), events in sorted(grouped.items()):
        new = inbox.record(conn, channel, account, events, now)
        counts[channel] = (new, len(events) - new)
        if new and calls:
            lanes.call(conn, Lane.arrivals(channel))
    return counts
