"""As little HTTP/1.1 as two peers of a benchmark need: a server that costs next to nothing, and a raw connection.

What stands beside the measured process takes a part of the same two cores, so it is kept as small as it can be.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import uvloop

Handler = Callable[[str, str, bytes], "tuple[int, bytes] | Awaitable[tuple[int, bytes]]"]
"""Method, path with query, body -> status and JSON body."""

_PHRASES: Final = {200: "OK", 400: "Bad Request", 404: "Not Found", 429: "Too Many Requests", 503: "Unavailable"}


class Server(asyncio.Protocol):
    """One connection of a caller; requests are answered in their order."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is none by inheritance

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None:
            self._waiting.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting is None and (request := self._next()) is not None:
            result = self._handler(*request)
            if isinstance(result, tuple):
                self._answer(*result)
            else:
                self._waiting = asyncio.ensure_future(self._later(result))

    async def _later(self, result: Awaitable[tuple[int, bytes]]) -> None:
        status, body = await result
        self._waiting = None
        self._answer(status, body)
        self._go_on()

    def _answer(self, status: int, body: bytes) -> None:
        if self._transport is None:
            return
        head = (
            f"HTTP/1.1 {status} {_PHRASES.get(status, 'Other')}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)

    def _next(self) -> tuple[str, str, bytes] | None:
        """The first whole request of the buffer."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *fields = self._buffer[:end].decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        method, path, _ = first.split(" ", 2)
        start = end + 4
        if headers.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            unchunked = _unchunk(self._buffer, start)
            if unchunked is None:
                return None
            body, rest = unchunked
        else:
            rest = start + int(headers.get("content-length", "0"))
            if len(self._buffer) < rest:
                return None
            body = self._buffer[start:rest]
        self._buffer = self._buffer[rest:]
        return method, path, body


def _unchunk(buffer: bytes, at: int) -> tuple[bytes, int] | None:
    parts = []
    while (line := buffer.find(b"\r\n", at)) >= 0:
        size = int(buffer[at:line].split(b";")[0], 16)
        if len(buffer) < line + 2 + size + 2:
            return None
        parts.append(buffer[line + 2 : line + 2 + size])
        at = line + 2 + size + 2
        if size == 0:
            return b"".join(parts), at
    return None


async def serve(handler: Handler, port: int) -> None:
    """Answer on loopback until the process ends."""
    server = await asyncio.get_running_loop().create_server(lambda: Server(handler), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def run_server(handler: Handler, port: int) -> None:
    """The main of a server process."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(handler, port))


def as_json(value: Any) -> bytes:
    """The body of an answer."""
    return json.dumps(value, separators=(",", ":")).encode()


class Connection(asyncio.Protocol):
    """A kept-alive connection to a server, one request under way at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(0)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        length = 0
        if (at := head.find(b"content-length:")) >= 0:
            length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        elif b"chunked" in head and not self._buffer.endswith(b"0\r\n\r\n"):
            return
        if len(self._buffer) < end + 4 + length:
            return
        status = int(self._buffer[9:12])
        self._buffer = b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(status)

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    async def request(self, raw: bytes) -> int:
        """Send a whole request; the answer's status, 0 where the connection broke."""
        if self._transport is None:
            return 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


async def connect(port: int, host: str = "127.0.0.1") -> Connection:
    """Open a connection. Raises `OSError`."""
    _, protocol = await asyncio.get_running_loop().create_connection(Connection, host, port)
    return protocol
