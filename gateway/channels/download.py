"""The guarded downloader: what came along with a message is brought from wherever the platform says it is.

    address -> allowed? -> connect, to a public address only -> answer -> moved elsewhere? anew, three times at most
            -> content, as far as it may grow -> its kind by its first bytes -> `Fetched`

The address may be a stranger's choice, so nothing of it is trusted: not the host's name, which may lead into our own
network (checked on the very address that the connection goes to), not the length or the kind that the answer tells.
The one host that may be anywhere is the channel's own API root, which the operator chose.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Mapping
from typing import Any, Final

import aiohttp
from yarl import URL

from gateway import files
from gateway.channels.base import Fetched
from gateway.errors import FetchError, FetchRefused, FetchRetryable

_REDIRECTS: Final = 3
_LONGEST_ADDRESS: Final = 8_000  # characters; Facebook's have some 600
_CONNECT: Final = 10.0  # seconds
_SIDE_BY_SIDE: Final = 8
_HEADERS: Final = {"Accept-Encoding": "identity", "Accept": "*/*"}
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({408, 425, 429})

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_V6: Final = ipaddress.ip_network("2000::/3")
# What Python's `is_global` lets pass in one version or another, and what stands for another address.
_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments; metadata of one cloud
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # metadata of another cloud, on an address that looks public
        "100.64.0.0/10",  # carriers' own; metadata of a third
        "198.18.0.0/15",  # benchmarks
        "2001::/23",  # Teredo and other assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address within
        "3fff::/20",  # documentation
    )
)


class Downloader:
    """Brings files for one channel. Opens nothing before the first of them."""

    def __init__(
        self,
        platform: str,
        api_root: str,
        *,
        trusted: Collection[str] = (),
        largest: int = files.LARGEST,
        total_timeout: float = 60.0,
        idle_timeout: float = 10.0,
    ) -> None:
        """`platform` as errors name it. `api_root`: its host may be anywhere, and may be reached by http if it says so.

        `trusted`: further hosts to which `headers` may go, by https. `largest` in bytes; time-outs in seconds, of the
        whole download with its redirects, and of any pause in it.
        """
        self._platform = platform
        self._home = URL(api_root).origin()
        self._trusted = frozenset(host.lower() for host in trusted)
        self._largest = largest
        self._total = total_timeout
        self._timeout = aiohttp.ClientTimeout(total=None, connect=_CONNECT, sock_read=idle_timeout)
        self._outside: aiohttp.ClientSession | None = None
        self._inside: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close what is open."""
        sessions, self._outside, self._inside = (self._outside, self._inside), None, None
        for session in sessions:
            if session is not None:
                await session.close()

    async def fetch(
        self, url: str, *, kind: str = "", name: str = "", headers: Mapping[str, str] | None = None
    ) -> Fetched:
        """What lies at an address. `kind` and `name` are the platform's, as in `Attachment`.

        `headers`, such as a token, go to the API root's origin and to `trusted` hosts only. Raises `FetchRefused` or
        `FetchRetryable`, neither of which tells the address beyond its host.
        """
        failure: FetchError
        try:
            async with asyncio.timeout(self._total):
                content = await self._follow(url, headers or {})
        except FetchError:
            raise
        except aiohttp.InvalidURL:
            failure = FetchRefused("The address is none that can be asked.")
        except (aiohttp.ClientResponseError, aiohttp.ClientConnectorCertificateError) as error:
            failure = FetchRefused(f"What answered is not to be trusted or understood ({type(error).__name__}).")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if isinstance(getattr(error, "os_error", None), _NotPublicError):
                failure = FetchRefused("The address leads into a private network.")
            else:
                failure = FetchRetryable(f"{self._platform} did not hand it out in time ({type(error).__name__}).")
        else:
            return _recognised(content, kind, name)
        raise failure  # out here: aiohttp writes whole addresses into its errors

    async def _follow(self, url: str, headers: Mapping[str, str]) -> bytes:
        address = _address(url)
        for _ in range(_REDIRECTS + 1):
            at_home = self._check(address)
            may_see = at_home or (address.scheme == "https" and address.host in self._trusted)
            async with self._session(at_home).get(
                address, headers=headers if may_see else {}, allow_redirects=False
            ) as answer:
                if answer.status not in _MOVED:
                    return await self._content(answer)
                address = _moved(address, answer.headers.get("Location", ""))
        raise FetchRefused("The address leads on and on.")

    def _check(self, address: URL) -> bool:
        """Whether this is our API root's own origin. Raises `FetchRefused` where nobody may ask there."""
        if address.user is not None or address.password is not None:
            raise FetchRefused("The address carries a user name.")
        if not address.host:
            raise FetchRefused("The address has no host.")
        if address.origin() == self._home:
            return True
        if address.scheme != "https":
            raise FetchRefused("The address is not https.")
        if address.port != 443:
            raise FetchRefused("The address names a port.")
        return False

    def _session(self, at_home: bool) -> aiohttp.ClientSession:
        # Made here, because sessions belong to the event loop that uses them.
        if at_home:
            if self._inside is None:
                self._inside = self._open()
            return self._inside
        if self._outside is None:
            self._outside = self._open(socket_factory=_public_socket)
        return self._outside

    def _open(self, **connecting: Any) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers=_HEADERS,
            timeout=self._timeout,
            # No names are kept: each connection asks anew, and is checked on the address that it goes to.
            connector=aiohttp.TCPConnector(limit=_SIDE_BY_SIDE, use_dns_cache=False, force_close=True, **connecting),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def _content(self, answer: aiohttp.ClientResponse) -> bytes:
        host = answer.url.host
        if answer.status in _LATER or answer.status >= 500:
            raise FetchRetryable(f"{host} answered {answer.status}.")
        if answer.status != 200:
            raise FetchRefused(f"{host} does not hand it out any more ({answer.status}).")
        if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise FetchRefused(f"{host} sends it packed, which nobody has asked for.")
        if answer.content_length is not None and answer.content_length > self._largest:
            raise self._too_large()
        content = bytearray()
        async for chunk in answer.content.iter_any():
            content += chunk
            if len(content) > self._largest:
                raise self._too_large()
        return bytes(content)

    def _too_large(self) -> FetchRefused:
        return FetchRefused(f"It is larger than {self._largest / 1_000_000:g} MB.")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet at large: not ours, not a machine's own, not a cloud's metadata."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or (ipaddress.IPv4Address(ip.packed[12:]) if ip in _NAT64 else None)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _GLOBAL_V6:
            return False
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and not any(ip in network for network in _NOT_PUBLIC if network.version == ip.version)
    )


class _NotPublicError(OSError):
    """As if that address could not be reached; a public one of the same host may."""


def _public_socket(found: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
    """The socket to one address of a host, as asyncio is about to connect it: the last moment to look."""
    family, kind, protocol, _, where = found
    if not is_public(str(where[0])):
        raise _NotPublicError
    return socket.socket(family, kind, protocol)


def _address(url: str) -> URL:
    try:
        if len(url) > _LONGEST_ADDRESS or not url.isprintable():
            raise ValueError  # noqa: TRY301
        address = URL(url)
        address.origin()
        (address.raw_host or "").encode("idna")  # the resolver does so, and aiohttp does not expect it to fail
    except ValueError:
        raise FetchRefused("The address is none that can be asked.") from None
    return address


def _moved(here: URL, location: str) -> URL:
    if not location:
        raise FetchRefused("The address leads nowhere.")
    try:
        there = _address(str(here.join(URL(location))))
    except ValueError:
        raise FetchRefused("The address leads nowhere.") from None
    if here.scheme == "https" and there.scheme != "https":
        raise FetchRefused("The address leads away from https.")
    return there


def _recognised(content: bytes, kind: str, name: str) -> Fetched:
    if not content:
        raise FetchRefused("It is empty.")
    known = files.recognise(content, kind, name)
    if known is None:
        raise FetchRefused(files.NOT_TAKEN)
    return Fetched(content=content, mime=known.mime, name=name)
