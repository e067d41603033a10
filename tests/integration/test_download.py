"""The guarded downloader against servers and addresses that mean harm."""

import asyncio
import gzip
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.download import Downloader, is_public
from gateway.errors import FetchError, FetchRefused, FetchRetryable

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
SECRET = "a-token-that-nobody-else-may-see"

Play = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(play: Play, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """A server whose `play` gets the head of each request; yields its root."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await play(await reader.readuntil(b"\r\n\r\n"), writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(take, host, 0)
    async with server:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def downloader(root: str, **options: Any) -> AsyncIterator[Downloader]:
    one = Downloader("Telegram", root, **{"total_timeout": 3.0, "idle_timeout": 1.0, **options})
    try:
        yield one
    finally:
        await one.close()


def says(body: bytes, head: Mapping[str, str] | None = None, status: str = "200 OK") -> Play:
    fields = {"Content-Length": str(len(body)), "Connection": "close", **(head or {})}

    async def play(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status}\r\n".encode())
        writer.write("".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n" + body)

    return play


async def refusal(play: Play, path: str = "/file?token=" + SECRET, **options: Any) -> FetchError:
    async with serving(play) as root, downloader(root, **options) as one:
        with pytest.raises(FetchError) as caught:
            await one.fetch(root + path)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__cause__) + repr(caught.value.__context__)
    return caught.value


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What each name resolves to, from one asking to the next; the last answer stays."""
    known: dict[str, list[list[str]]] = {}

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        if host not in known:
            return real(host, port, *_, **__)
        answers = known[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (one, port, 0, 0))
            if ":" in one
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in addresses
        ]

    real: Callable[..., list[Any]] = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


async def test_a_file_at_the_channels_own_root_is_brought() -> None:
    async with serving(says(PNG, {"Content-Type": "text/html"})) as root, downloader(root) as one:
        fetched = await one.fetch(f"{root}/file/a.png", kind="image", name="a.png")
    assert (fetched.content, fetched.mime, fetched.name) == (PNG, "image/png", "a.png")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "[::ffff:127.0.0.1]",
     "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]", "100.100.100.200", "168.63.129.16",
     "0.0.0.0", "localhost", "2130706433", "0x7f000001", "017700000001", "127.1"],
)  # fmt: skip
async def test_an_address_in_a_private_network_is_never_asked(host: str) -> None:
    async with downloader("https://api.telegram.example") as one:
        with pytest.raises(FetchRefused):
            await one.fetch(f"https://{host}/latest/meta-data?token={SECRET}")


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["10.0.0.1", "192.168.0.1"], ["::1"], ["::ffff:169.254.169.254"], ["127.0.0.1", "::1"]]
)
async def test_a_name_that_leads_into_a_private_network_is_refused(
    names: dict[str, list[list[str]]], addresses: list[str]
) -> None:
    names["files.example"] = [addresses]
    async with downloader("https://api.telegram.example") as one:
        with pytest.raises(FetchRefused, match="private network"):
            await one.fetch("https://files.example/x")


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that somebody tried to connect to, each in vain."""
    asked: list[str] = []

    async def connect(_: object, sock: socket.socket, where: tuple[str, int]) -> None:
        asked.append(where[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connect)
    return asked


async def test_of_a_name_with_both_kinds_of_addresses_only_the_public_ones_are_asked(
    names: dict[str, list[list[str]]], connected: list[str]
) -> None:
    names["files.example"] = [["10.0.0.1", "203.0.114.9", "::1"]]
    async with downloader("https://api.telegram.example") as one:
        with pytest.raises(FetchError):
            await one.fetch("https://files.example/x")
    assert set(connected) <= {"203.0.114.9"}


async def test_a_name_that_changes_its_mind_between_two_askings_is_checked_each_time(
    names: dict[str, list[list[str]]], connected: list[str]
) -> None:
    names["rebinding.example"] = [["203.0.114.9"], ["127.0.0.1"]]
    async with downloader("https://api.telegram.example") as one:
        with pytest.raises(FetchRetryable):
            await one.fetch("https://rebinding.example/x")
        with pytest.raises(FetchRefused, match="private network"):
            await one.fetch("https://rebinding.example/x")
    assert connected == ["203.0.114.9"]


@pytest.mark.parametrize(
    "there",
    ["https://127.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
     "http://files.example/", "https://user:secret@files.example/", "https://files.example:8443/", "file:///etc/passwd",
     "ftp://files.example/x", "gopher://files.example/", "//127.0.0.1:22/x", "https:///nowhere", "https://[::1", "",
     "data:image/png;base64,AAAA", "http://127.0.0.1:1/"],
)  # fmt: skip
async def test_a_redirect_to_elsewhere_is_checked_anew(there: str) -> None:
    refused = await refusal(says(b"", {"Location": there}, "302 Found"))
    assert isinstance(refused, FetchRefused)


async def test_redirects_come_to_an_end() -> None:
    asked = 0

    async def round_and_round(_: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await says(b"", {"Location": "/again"}, "307 Temporary Redirect")(_, writer)

    refused = await refusal(round_and_round)
    assert (asked, refused.message) == (4, "The address leads on and on.")


async def test_a_redirect_at_the_same_place_is_followed() -> None:
    async def play(head: bytes, writer: asyncio.StreamWriter) -> None:
        first = head.startswith(b"GET /old")
        await (says(b"", {"Location": "/new"}, "301 Moved") if first else says(PNG))(head, writer)

    async with serving(play) as root, downloader(root) as one:
        assert (await one.fetch(f"{root}/old")).mime == "image/png"


@pytest.mark.parametrize(
    "address",
    ["http://files.example/x", "https://user@files.example/x", "https://files.example:22/x", "ftp://files.example/x",
     "https://", "", "not an address", "https://files.example/\r\nX-Evil: 1", "https://" + "a" * 9_000,
     "https://" + "a" * 300 + ".example/", "https://files.example:99999/", "javascript:alert(1)"],
)  # fmt: skip
async def test_an_address_that_no_platform_gives_is_refused(address: str) -> None:
    async with downloader("https://api.telegram.example") as one:
        with pytest.raises(FetchRefused):
            await one.fetch(address)


async def test_http_is_for_the_own_root_only() -> None:
    async with serving(says(PNG)) as here, serving(says(PNG)) as other, downloader(here) as one:
        with pytest.raises(FetchRefused, match="not https"):
            await one.fetch(f"{other}/x")


async def test_a_body_without_end_is_cut_off() -> None:
    async def endless(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"\0" * 65_536)
            await writer.drain()

    refused = await refusal(endless, largest=1_000_000)
    assert refused.message == "It is larger than 1 MB."


async def test_a_length_that_is_too_much_is_refused_before_it_comes() -> None:
    refused = await refusal(says(b"\0" * 10, {"Content-Length": "1000001"}), largest=1_000_000)
    assert refused.message == "It is larger than 1 MB."


async def test_more_than_the_length_that_was_told_is_not_kept() -> None:
    async with serving(says(PNG + b"evil", {"Content-Length": str(len(PNG))})) as root, downloader(root) as one:
        with suppress(FetchRefused):
            assert (await one.fetch(root)).content == PNG


async def test_less_than_the_length_that_was_told_is_tried_again() -> None:
    assert isinstance(await refusal(says(PNG, {"Content-Length": "5000"})), FetchRetryable)


async def test_drops_that_never_stop_coming_end_at_the_total_time_out() -> None:
    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    started = time.monotonic()
    assert isinstance(await refusal(drip, total_timeout=0.6), FetchRetryable)
    assert time.monotonic() - started < 2


async def test_silence_ends_at_the_idle_time_out() -> None:
    async def hang(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    assert isinstance(await refusal(hang, idle_timeout=0.2), FetchRetryable)


@pytest.mark.parametrize("packing", ["gzip", "br", "deflate", "gzip, gzip"])
async def test_packed_content_is_refused_and_never_unpacked(packing: str) -> None:
    bomb = gzip.compress(b"\0" * 20_000_000)
    refused = await refusal(says(bomb, {"Content-Encoding": packing}))
    assert isinstance(refused, FetchRefused)
    assert "packed" in refused.message


async def test_we_ask_for_unpacked_content_and_send_no_cookies_back() -> None:
    heads: list[bytes] = []

    async def play(head: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        await says(PNG, {"Set-Cookie": "track=1; Path=/"})(head, writer)

    async with serving(play) as root, downloader(root) as one:
        await one.fetch(root)
        await one.fetch(root)
    assert all(b"Accept-Encoding: identity\r\n" in head for head in heads)
    assert not any(b"cookie" in head.lower() for head in heads)


@pytest.mark.parametrize(
    "head",
    [{"X-Long": "a" * 100_000}, {f"X-{number}": "a" for number in range(2_000)}, {"X" * 70_000: "a"}],
)
async def test_huge_headers_are_refused(head: dict[str, str]) -> None:
    assert isinstance(await refusal(says(PNG, head)), FetchRefused)


@pytest.mark.parametrize(
    ("status", "kind"),
    [("404 Not Found", FetchRefused), ("403 Forbidden", FetchRefused), ("410 Gone", FetchRefused),
     ("206 Partial Content", FetchRefused), ("204 No Content", FetchRefused), ("429 Too Many", FetchRetryable),
     ("500 Error", FetchRetryable), ("503 Later", FetchRetryable)],
)  # fmt: skip
async def test_what_a_refusal_of_the_server_means(status: str, kind: type[FetchError]) -> None:
    assert isinstance(await refusal(says(PNG, status=status)), kind)


@pytest.mark.parametrize(
    "content",
    [b"", b"   ", b"<!doctype html><script>", b"\n <SVG xmlns='http://www.w3.org/2000/svg'>", b"<?xml version='1.0'?>",
     b"MZ\x90\0\x03", b"\x7fELF\x02", b"#!/bin/sh", b"PK\x03\x04" + b"\0" * 40, b"\x1f\x8b\x08", b"{\\rtf1",
     b"\xef\xbb\xbf<html>", "\ufeff<html>".encode("utf-16")],
)  # fmt: skip
async def test_content_that_is_not_on_the_list_is_refused_whatever_it_says_it_is(content: bytes) -> None:
    assert isinstance(await refusal(says(content, {"Content-Type": "image/png"})), FetchRefused)


async def test_headers_are_for_the_own_root_and_trusted_hosts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, bool]] = []

    async def lead_on(head: bytes, writer: asyncio.StreamWriter) -> None:
        await says(b"", {"Location": "https://media.example/a"}, "302 Found")(head, writer)

    async with serving(lead_on) as root, downloader(root, trusted=["media.example"]) as one:
        real, steps = one._session, iter(["https://cdn.example/b", ""])

        class Elsewhere:
            def get(self, address: Any, *, headers: Mapping[str, str], **_: Any) -> Any:
                seen.append((address.host, "Authorization" in headers))
                return Answer(next(steps))

        class Answer:
            status = 302

            def __init__(self, location: str) -> None:
                self.headers = {"Location": location}

            async def __aenter__(self) -> "Answer":
                return self

            async def __aexit__(self, *_: object) -> None:
                return None

        monkeypatch.setattr(one, "_session", lambda at_home: real(True) if at_home else Elsewhere())
        with pytest.raises(FetchRefused):
            await one.fetch(f"{root}/x", headers={"Authorization": SECRET})
    assert seen == [("media.example", True), ("cdn.example", False)]


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7") | st.ip_addresses(network="::/8"))
def test_no_private_address_is_public(address: object) -> None:
    assert not is_public(str(address))


@given(st.ip_addresses(v=4).filter(lambda ip: ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast))
def test_a_private_address_within_another_is_not_public_either(address: Any) -> None:
    assert not is_public(str(address))
    assert not is_public(f"::ffff:{address}")
    assert not is_public(f"64:ff9b::{address}")


def test_the_internets_own_addresses_are_public() -> None:
    assert all(map(is_public, ["8.8.8.8", "149.154.167.220", "2606:4700::1111", "2a03:2880::1", "64:ff9b::808:808"]))
    assert not any(map(is_public, ["", "files.example", "fe80::1%eth0"]))
