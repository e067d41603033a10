"""What comes slowly into our server: it has its time, and no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sanic import Request
from sanic.response import HTTPResponse, text

from aside import slow_senders
from aside.slow_senders import ImpatientProtocol
from tests.serving import application, serving

HEAD = b"POST /echo HTTP/1.1\r\nHost: a\r\n"
BODY = HEAD + b"Content-Length: 60000\r\n\r\n"
REFUSED = BODY.replace(b"/echo", b"/refused")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server that waits a second for a head, and a second for a body and its answer."""
    app = application("slow")
    app.config.update(REQUEST_TIMEOUT=1.0, RESPONSE_TIMEOUT=1.0, KEEP_ALIVE_TIMEOUT=0.4)

    @app.post("/refused", stream=True)
    async def refused(_request: Request) -> HTTPResponse:
        return text("no", status=403)

    @app.post("/echo")
    async def echo(request: Request) -> HTTPResponse:
        return text(str(len(request.body)))

    async with serving(app, ImpatientProtocol) as port:
        yield port


async def held(port: int, first: bytes, drop: bytes, every: float, longest: float) -> tuple[float, bytes]:
    """Send something, then a drop now and then: after how many seconds the line is closed, and what was answered."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = asyncio.create_task(reader.read())

    async def drip() -> None:
        while True:
            await asyncio.sleep(every)
            writer.write(drop)
            await writer.drain()

    writer.write(first)
    dripping = asyncio.create_task(drip())
    with suppress(ConnectionError, TimeoutError):
        await asyncio.wait_for(asyncio.shield(answer), longest)
    dripping.cancel()
    writer.transport.abort()
    await asyncio.gather(dripping, answer, return_exceptions=True)
    told = b"" if answer.cancelled() or answer.exception() else answer.result()
    return loop.time() - began, told


@pytest.mark.parametrize(("first", "drop"), [(HEAD, b"X-a: b\r\n"), (BODY, b"x"), (REFUSED, b"x")])
async def test_a_request_that_drips_in_is_given_up(port: int, first: bytes, drop: bytes) -> None:
    seconds, told = await held(port, first, drop, every=0.1, longest=8)
    assert seconds < 5
    # Who goes on sending to a line that is closed may lose the answer.
    assert not told or told.startswith((b"HTTP/1.1 408", b"HTTP/1.1 503", b"HTTP/1.1 403"))


async def test_a_body_that_takes_its_time_but_comes_arrives(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_senders, "_SLOWEST", 10_000.0)
    _, told = await held(port, BODY, b"x" * 5_000, every=0.2, longest=8)
    assert told.startswith(b"HTTP/1.1 200")
    assert b"\r\n\r\n60000" in told


async def test_requests_that_follow_each_other_on_one_line_each_have_their_time(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(8):
        writer.write(HEAD + b"Content-Length: 2\r\n\r\nab")
        assert (await reader.readuntil(b"\r\n\r\n2")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.25)
    writer.close()
