"""The connections of the Telegram and Facebook clients against servers that keep, break, stall and flood them."""

import asyncio
import gzip
import json
import logging
import re
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Self
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.channels.connections import LARGEST, Connections
from gateway.channels.facebook import FacebookChannel, FacebookSettings
from gateway.channels.telegram import TelegramChannel, TelegramSettings
from gateway.clock import utc_now
from gateway.errors import SendError, SendRefused, SendRetryable, SendThrottled, SendUnclear, SettingsError
from gateway.messages import Author, Channel, Outbound, Surface

SECRETS = {Channel.TELEGRAM: "hidden-half", Channel.FACEBOOK: "EAAB-page-token"}
OK = json.dumps(
    {
        "ok": True,
        "result": {"message_id": 42, "date": 1790000000, "chat": {"id": 65, "type": "private"}, "text": "Hi"},
        "message_id": "m_out",
        "recipient_id": "65",
    }
).encode()
"""A message that is there: what Telegram says, and what Facebook says."""

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Hands each connection to `play`; counts connections, requests and what it could write."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.connections = self.requests = self.written = self.at_once = self.most_at_once = 0
        self.body = b""
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def take(self, reader: asyncio.StreamReader) -> None:
        """Read one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next((line.split(":")[1] for line in head.split("\r\n") if line.startswith("content-length:")), "0")
        self.body = await reader.readexactly(int(length))
        self.requests += 1

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=200)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self.play(reader, writer)
        writer.transport.abort()


def head(status: int = 200, *fields: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", *fields, *([f"Content-Length: {length}"] if length is not None else [])]
    return "\r\n".join([*lines, "", ""]).encode()


def whole(content: bytes, status: int = 200, *fields: str) -> bytes:
    return head(status, *fields, length=len(content)) + content


Sending = TelegramChannel | FacebookChannel
NETWORKS = (Channel.TELEGRAM, Channel.FACEBOOK)


def made(network: Channel, root: str, total: float = 5.0, connect: float = 1.0) -> Sending:
    if network is Channel.TELEGRAM:
        return TelegramChannel(
            TelegramSettings(
                access_token="777000111:hidden-half",
                secret_token="s",
                bot_username="aside_help_bot",
                api_root=root,
                total_timeout=total,
                connect_timeout=connect,
            ),
            utc_now,
        )
    return FacebookChannel(
        FacebookSettings(
            verify="v",
            secret="app-secret",
            page_access_token="EAAB-page-token",
            page_id="104",
            api_root=root,
            total_timeout=total,
            connect_timeout=connect,
        ),
        utc_now,
    )


async def say(channel: Sending, text: str = "Hello") -> str:
    out = Outbound(channel=channel.name, surface=Surface.PRIVATE, place="65", target="65", text=text, author=Author.BOT)
    return (await channel.send_private(out, "01J")).native_id


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Channel:
    return Channel(request.param)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Answers whatever comes, and keeps connections open, until a test gives it something else to play."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await there.take(reader)
            writer.write(whole(OK))

    async with Server(play) as there:
        yield there


@pytest.fixture
async def channel(network: Channel, server: Server) -> AsyncIterator[Sending]:
    channel = made(network, server.root)
    await channel.start()
    yield channel
    await channel.stop()
    await channel.stop()


@pytest.fixture
async def hasty(network: Channel, server: Server) -> AsyncIterator[Sending]:
    """A channel that waits a third of a second and no longer."""
    channel = made(network, server.root, total=0.3)
    yield channel
    await channel.stop()


async def test_a_connection_is_kept_for_the_next_message(server: Server, channel: Sending) -> None:
    for _ in range(3):
        await say(channel)
    assert (server.connections, server.requests) == (1, 3)


async def test_a_connection_that_was_closed_meanwhile_is_not_used(server: Server, channel: Sending) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        writer.write(whole(OK))
        await writer.drain()
        writer.close()

    server.play = play
    for _ in range(3):
        await say(channel)
        await asyncio.sleep(0.05)
    assert (server.connections, server.requests) == (3, 3)


@pytest.mark.parametrize("read_first", [True, False])
async def test_a_kept_connection_that_breaks_is_unclear_and_nothing_is_sent_twice(
    server: Server, channel: Sending, read_first: bool
) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        writer.write(whole(OK))
        if read_first:
            await server.take(reader)
        else:
            await reader.readexactly(1)

    server.play = play
    await say(channel)
    with pytest.raises(SendUnclear, match="No answer"):
        await say(channel)
    assert server.connections == 1


async def test_a_connection_that_is_taken_and_broken_at_once_is_unclear(server: Server, channel: Sending) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pass

    server.play = play
    with pytest.raises(SendUnclear):
        await say(channel)
    assert server.connections == 1


@pytest.mark.parametrize("spoken", [b"", b"what?\r\n"])
async def test_a_handshake_that_fails_has_sent_nothing(server: Server, network: Channel, spoken: bytes) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(spoken)
        while await reader.read(1000):
            pass

    server.play = play
    channel = made(network, server.root.replace("http:", "https:"), connect=0.2)
    with pytest.raises(SendRetryable, match="cannot be reached"):
        await say(channel)
    await channel.stop()


@pytest.mark.parametrize(
    ("beginning", "drop"), [(b"", b""), (b"HTTP/1.1 200 OK\r\nX: ", b"a"), (head(length=50_000), b" ")]
)
async def test_an_answer_that_drips_is_cut_off(server: Server, hasty: Sending, beginning: bytes, drop: bytes) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        writer.write(beginning)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    server.play = play
    began = time.monotonic()
    with pytest.raises(SendUnclear, match="No answer"):
        await say(hasty)
    assert time.monotonic() - began < 3
    assert server.requests == 1


@pytest.mark.parametrize(("status", "error"), [(200, SendUnclear), (400, SendRefused), (429, SendThrottled)])
@pytest.mark.parametrize("announced", [True, False])
async def test_an_endless_answer_is_read_to_a_few_megabytes(
    server: Server, channel: Sending, announced: bool, status: int, error: type[SendError]
) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        writer.write(head(status, length=10**9) if announced else head(status, "Transfer-Encoding: chunked"))
        piece = b"7" * 65_536
        for _ in range(10_000):
            writer.write(piece if announced else b"10000\r\n" + piece + b"\r\n")
            await writer.drain()
            server.written += len(piece)

    server.play = play
    with pytest.raises(error) as caught:
        await say(channel)
    assert server.written < 4 * LARGEST
    assert len(caught.value.message) < 1000


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_unpacked_whole(
    server: Server, channel: Sending
) -> None:
    packed = gzip.compress(b" " * 200_000_000, compresslevel=1)

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        writer.write(whole(packed, 200, "Content-Encoding: gzip"))
        await writer.drain()
        await reader.read(1)

    server.play = play
    with pytest.raises(SendUnclear):
        await say(channel)


async def test_a_hundred_messages_are_under_way_side_by_side(server: Server, channel: Sending) -> None:
    everybody = asyncio.Event()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        if server.requests == 100:
            everybody.set()
        await everybody.wait()
        writer.write(whole(OK))
        await reader.read(1)

    server.play = play
    sent = await asyncio.gather(*(say(channel) for _ in range(100)))
    assert len(sent) == 100


async def test_those_who_wait_for_a_connection_have_sent_nothing(server: Server, network: Channel) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        await reader.read(1)

    server.play = play
    channel = made(network, server.root, total=4.0, connect=2.0)
    outcomes = await asyncio.gather(*(say(channel) for _ in range(140)), return_exceptions=True)
    await channel.stop()
    unclear = [each for each in outcomes if isinstance(each, SendUnclear)]
    waited = [each for each in outcomes if isinstance(each, SendRetryable)]
    assert len(unclear) == server.requests
    assert len(unclear) + len(waited) == 140
    assert waited


SPOILT = [  # `SECRET` stands for the channel's own
    b"",
    b"what?\r\n\r\n",
    head(200, "Transfer-Encoding: chunked") + b"zz\r\n",
    head(length=9) + b"{",
    head(200, "X: " + "a" * 100_000, length=0),
    whole(b"no gzip", 200, "Content-Encoding: gzip"),
    whole(b"{", 400),
    whole(b"bad request: SECRET", 400),
    whole(b'{"description": "SECRET", "error": {"code": 4, "message": "SECRET"}}', 429),
    whole(b'{"description": "SECRET", "error": {"code": 190, "message": "SECRET"}}', 401),
    whole(b"", 302, "Location: /SECRET?access_token=SECRET"),
]


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_no_secret_is_told_whatever_comes_back(
    server: Server, hasty: Sending, caplog: pytest.LogCaptureFixture, spoilt: bytes
) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        top, _, content = spoilt.replace(b"SECRET", SECRETS[hasty.name].encode()).partition(b"\r\n\r\n")
        top = re.sub(rb"(?<=Content-Length: )[0-9]{2,}", str(len(content)).encode(), top)
        writer.write(top + b"\r\n\r\n" + content)
        await writer.drain()
        writer.close()

    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    server.play = play
    with pytest.raises(SendError) as caught:
        await say(hasty)
    assert_not_told(SECRETS[hasty.name], caught.value, caplog.text)


async def test_no_secret_is_told_where_nothing_can_be_reached(
    network: Channel, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for root in ("http://127.0.0.1:1", server.root.replace("http:", "https:")):
        channel = made(network, root, connect=0.2)
        with pytest.raises(SendRetryable) as caught:
            await say(channel)
        await channel.stop()
        assert_not_told(SECRETS[network], caught.value, caplog.text)


def assert_not_told(secret: str, error: BaseException | None, log: str) -> None:
    told = log + "".join(traceback.format_exception(error))
    while error is not None:
        told += f"{error!r} {error} {vars(error)}"
        error = error.__cause__ or error.__context__
    assert secret not in told


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
async def test_telegram_is_told_every_character(server: Server, text: str) -> None:
    channel = made(Channel.TELEGRAM, server.root)
    assert await say(channel, text) == "65/42"
    await channel.stop()
    assert dict(parse_qsl(server.body.decode(), strict_parsing=True, keep_blank_values=True))["text"] == text


@pytest.mark.parametrize("strange", [b'"\\ud83d"', b'"\xff"'])
async def test_an_answer_with_half_a_character_tells_that_the_message_is_there(server: Server, strange: bytes) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.take(reader)
        writer.write(whole(OK.replace(b'"Hi"', strange)))
        await reader.read(1)

    server.play = play
    channel = made(Channel.TELEGRAM, server.root)
    assert await say(channel) == "65/42"
    await channel.stop()


@pytest.mark.parametrize("root", ["ftp://there", "http://", "http://there:99999", "http://a..b", "there"])
async def test_an_address_that_is_none_is_told_before_anything_is_sent(root: str) -> None:
    with pytest.raises(SettingsError, match="telegram: `api_root` is no web address"):
        Connections("Telegram", root, connect_timeout=1, total_timeout=1)
