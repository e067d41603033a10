"""A server on this machine that plays a platform's API: it records calls and answers what it was told to."""

import asyncio
import json
from http import HTTPStatus
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

RESET = b"reset"
"""Take the call, then break the connection: the effect has happened, the answer is lost."""
HANG = b"hang"
"""Take the call, then say nothing."""


class Call(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


def answer(status: int, body: object, headers: dict[str, str] | None = None) -> bytes:
    """A whole HTTP answer; a `str` is sent as it is, anything else as JSON."""
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    fields = {"Content-Length": str(len(content)), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode() + content


class Loopback:
    """Serves on a free port of 127.0.0.1 while its context is open."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.root = ""
        self.latency = 0.0
        """Seconds until a call is answered."""
        self._plan: list[bytes] = [answer(200, {})]
        self._done = asyncio.Event()

    def plays(self, *played: bytes) -> None:
        """Answer calls with these in turn, and all further ones with the last: HTTP answers, `RESET` or `HANG`."""
        self._plan = list(played)

    def plays_to(self, call: Call) -> bytes:
        """What this call is answered."""
        return self._plan.pop(0) if len(self._plan) > 1 else self._plan[0]

    async def close(self) -> None:
        """Stop listening: from now on, calls are refused."""
        self._done.set()
        self._server.close()
        await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.root = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:  # on a busy machine a caller may give up before it has asked
            writer.close()
            return
        request_line, *fields = head.split("\r\n")
        lengths = [field.split(":")[1] for field in fields if field.lower().startswith("content-length:")]
        body = await reader.readexactly(int(lengths[0])) if lengths else b""
        method, target, _ = request_line.split(" ")
        url = urlsplit(target)
        call = Call(method, url.path, dict(parse_qsl(url.query)), body)
        self.calls.append(call)
        await asyncio.sleep(self.latency)
        played = self.plays_to(call)
        if played == HANG:
            await self._done.wait()
        if played in (RESET, HANG):
            writer.transport.abort()
            return
        writer.write(played)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
