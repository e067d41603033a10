"""The connections to one platform: a request goes out, its answer comes back, or why there is none.

A connection is kept open for the next request. One that the platform closes just then cannot be told from one that it
closes after the effect: `SendUnclear`, and somebody must look. So it is kept for a few seconds only. Nothing that
writes is sent twice from here; a GET that finds its connection broken, aiohttp sends once more.

Addresses carry secrets, and aiohttp writes addresses into its errors: none of them leaves this module, not even as the
cause or the context of one of ours.
"""

import asyncio
import io
from collections.abc import Mapping
from typing import Final

import aiohttp
from msgspec import Struct
from yarl import URL

from gateway.errors import SendError, SendRetryable, SendUnclear, SettingsError

LARGEST: Final = 4_000_000
"""Bytes of an answer that are read; a usual one has 1,000, a list of comments 100,000."""
_LARGE: Final = 500_000  # bytes of a request: a file
_SIDE_BY_SIDE: Final = 128  # requests; twice what is sent at once (`gateway.sending.limits.AT_ONCE`)
_KEPT_OPEN: Final = 5.0  # seconds without a request; well below what servers grant
_HEADERS: Final = {"Accept-Encoding": "identity"}  # to unpack small answers costs more than it saves
_NEVER_LEFT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class Answer(Struct, frozen=True):
    """What the platform answered. `content` is empty where it was larger than `LARGEST`: nobody means that."""

    status: int
    headers: Mapping[str, str]
    """Their names are compared without regard to case."""
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether the platform took the request."""
        return 200 <= self.status < 300


class Connections:
    """All requests to one platform. Opens nothing before the first of them."""

    def __init__(self, platform: str, api_root: str, *, connect_timeout: float, total_timeout: float) -> None:
        """`platform` as errors name it. Both time-outs in seconds; the total bounds a whole request.

        Raises `SettingsError` where `api_root` is no address.
        """
        self._platform = platform
        self.root = _address(platform, api_root)
        """Without its last slash."""
        self._total = total_timeout
        # Waiting for one of the connections counts as connecting: it ends as if the platform could not be reached.
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_timeout)
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close what is open."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    async def ask(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Send one request; `target` is its path and query, encoded, and follows the root.

        Raises `SendRetryable` where the request surely never left, and `SendUnclear` where it may have.
        """
        failure: SendError
        url = URL(self.root + target, encoded=True)
        try:
            async with asyncio.timeout(self._total):
                return await _exchange(self._session(), method, url, headers, body)
        except _NEVER_LEFT as error:
            failure = SendRetryable(f"{self._platform} cannot be reached ({type(error).__name__}).")
        except (aiohttp.ClientError, TimeoutError) as error:
            failure = SendUnclear(f"No answer from {self._platform} ({type(error).__name__}).")
        raise failure  # out here, so that aiohttp's error is not its context

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:  # made here, because it belongs to the event loop that uses it
            self._http = aiohttp.ClientSession(
                headers=_HEADERS,
                timeout=self._timeout,
                connector=aiohttp.TCPConnector(limit=_SIDE_BY_SIDE, keepalive_timeout=_KEPT_OPEN),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._http


async def _exchange(
    http: aiohttp.ClientSession, method: str, url: URL, headers: Mapping[str, str] | None, body: bytes | None
) -> Answer:
    # What is large goes out in pieces, so that others have their turn meanwhile.
    data = io.BytesIO(body) if body and len(body) > _LARGE else body
    async with http.request(method, url, headers=headers, data=data, allow_redirects=False) as response:
        content = bytearray()
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > LARGEST:
                response.close()
                return Answer(response.status, response.headers, b"")
        return Answer(response.status, response.headers, bytes(content))


def _address(platform: str, root: str) -> str:
    try:
        address = URL(root)
        (address.raw_host or "").encode("idna")  # which the resolver does, and aiohttp does not expect it to fail
    except ValueError:
        address = URL()
    if address.scheme not in ("http", "https") or not address.host:
        raise SettingsError(f"{platform.lower()}: `api_root` is no web address.")
    return str(address).rstrip("/")
