"""Tells open pages that something has changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import Any

BACKLOG = 64
"""Notes that wait for one slow page; it fetches everything anyway, so older ones may go."""


class Live:
    """A small hub: `changed` and `note` on one side, one stream per open page on the other."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Queue[dict[str, Any] | None]] = set()

    def changed(self) -> None:
        """Something in the world is new."""
        self._send({"kind": "changed"})

    def note(self, **what: Any) -> None:
        """Something that passes and is not kept, e.g. that somebody is typing."""
        self._send(what)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._send(None)

    async def stream(self) -> AsyncIterator[dict[str, Any]]:
        """What happens from now on."""
        with self._page() as queue:
            while (what := await queue.get()) is not None:
                yield what

    @contextmanager
    def _page(self) -> Any:
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(BACKLOG)
        self._pages.add(queue)
        try:
            yield queue
        finally:
            self._pages.discard(queue)

    def _send(self, what: dict[str, Any] | None) -> None:
        for queue in self._pages:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(what)
