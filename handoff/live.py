"""Live updates: the log of events as server-sent events, each once and in order, resumable by its id.

Events are read from the store by id, never handed over in memory: a stream that breaks and resumes, in whichever
process, goes on where it stopped. The bell only says that it is worth looking; without it a look each second does.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import msgspec

from gateway.clock import utc_now
from gateway.storage import feed
from gateway.storage.database import Database
from gateway.storage.events import Event
from gateway.storage.feed import Feed
from handoff.errors import TooManyStreams

_LOOK_EVERY: Final = 1.0  # seconds
_LOOK_SOON: Final = 0.05  # seconds, where an event is being committed that comes before others
_BATCH: Final = 200
_MOST_STREAMS: Final = 40  # of one user; a tab of the desk has one
FOR_EVERYBODY: Final = frozenset(
    {
        *("crisis.opened", "crisis.closed", "channel.failing", "channel.recovered"),
        *("channel.unwell", "channel.well", "channel.repaired"),
    }
)
"""Kinds of events that belong to no case, and that agents are told."""


class Bell:
    """Wakes whoever waits, all of them, in this process."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the process is about to stop."""
        return self._closed

    def ring(self) -> None:
        """Something may have happened. Call it on the event loop."""
        self._rung.set()
        self._rung = asyncio.Event()

    def close(self) -> None:
        """Let everybody go who waits, for good."""
        self._closed = True
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Until the bell rings, but no longer than this."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return


class Listeners:
    """How many streams each user has open in this process: one program must not use up what all others need."""

    def __init__(self, most: int = _MOST_STREAMS) -> None:
        self._most = most
        self._open: Counter[int] = Counter()

    @contextmanager
    def one_more(self, user_id: int) -> Iterator[None]:
        """While it is open. Raises `TooManyStreams`."""
        if self._open[user_id] >= self._most:
            raise TooManyStreams
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1


class EventJson(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a case, or to a channel."""

    id: int
    case_id: str | None
    """None for what concerns everybody: `crisis.opened`, `crisis.closed`, `channel.failing`, `channel.recovered`,
    `channel.unwell`, `channel.well`, `channel.repaired`."""
    kind: str
    actor: str
    why: str
    epoch: int
    at: datetime
    data: dict[str, Any]


async def stream(
    db: Database,
    bell: Bell,
    last_id: int | None,
    *,
    still_welcome: Callable[[], Awaitable[bool]],
    heartbeat: float = 15.0,
) -> AsyncIterator[bytes]:
    """Frames of the stream: what happened after `last_id` (None: from now on), then what happens, until it may not.

    Every `heartbeat` seconds the reader's right to listen is checked again, and a comment keeps the line open.
    """
    clock = asyncio.get_running_loop().time
    if last_id is None:
        last_id = await db.read(lambda conn: feed.beginning(conn, utc_now()))
    reading = Feed(last_id)
    yield b"retry: 2000\nid: %d\nevent: ready\ndata: {}\n\n" % last_id
    quiet_until = clock() + heartbeat
    while not bell.closed:
        batch, more = await db.read(lambda conn: reading.read(conn, _BATCH))
        for event in batch:
            if event.case_id is not None or event.kind in FOR_EVERYBODY:
                yield frame(event)
        if clock() >= quiet_until:
            if not await still_welcome():
                return
            yield b": still here\n\n"
            quiet_until = clock() + heartbeat
        if not more:
            await bell.wait(_LOOK_SOON if reading.waits else _LOOK_EVERY)


def frame(event: Event) -> bytes:
    """An event on the wire."""
    body = EventJson(
        id=event.id,
        case_id=event.case_id,
        kind=event.kind,
        actor=event.actor,
        why=event.why,
        epoch=event.epoch,
        at=event.at,
        data=event.data,
    )
    return b"id: %d\ndata: %b\n\n" % (event.id, msgspec.json.encode(body))
