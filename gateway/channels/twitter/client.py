"""X's API: tweepy on a connection of our own, to write and to ask for what was written."""

import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
from tweepy.asynchronous import AsyncClient  # type: ignore[import-untyped]
from yarl import URL

from gateway.channels.evidence import clock_ahead
from gateway.channels.twitter.answer import judge
from gateway.channels.twitter.fields import mapping, native_id
from gateway.channels.twitter.render import Post
from gateway.channels.twitter.settings import TwitterSettings
from gateway.clock import Clock, utc_now
from gateway.errors import SendRetryable, SendUnclear, SettingsError

TOTAL_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5.0
"""Shorter than the whole, so that an expired connect is told apart from an expired answer."""


class XClient:
    """Writes posts and direct messages in the name of one account, and reads them."""

    def __init__(
        self,
        settings: TwitterSettings,
        *,
        total_timeout: float = TOTAL_TIMEOUT_S,
        connect_timeout: float = CONNECT_TIMEOUT_S,
        clock: Clock = utc_now,
    ) -> None:
        """Time-outs are in seconds. Raises `SettingsError` where the root of the API is no address."""
        self._root = _address(settings.api_root)
        self._timeout = aiohttp.ClientTimeout(total=total_timeout, connect=connect_timeout)
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None
        self.ahead = timedelta(0)
        """How far X's clock is ahead of ours, as of the last answer."""
        self._api = AsyncClient(
            consumer_key=settings.consumer_key,
            consumer_secret=settings.consumer_secret,
            access_token=settings.access_token,
            access_token_secret=settings.access_token_secret,
            return_type=dict,
        )

    async def open(self) -> None:
        """Make the session. Nothing is sent."""
        if self._http is None:
            # At DEBUG these write down what customers are told, and our tokens.
            for library in ("tweepy", "oauthlib"):
                logging.getLogger(library).setLevel(logging.INFO)
            # A connection for every write: on one kept open, X hanging up in between cannot be told from X hanging up
            # after the effect, and an agent would have to look. Writes are few (100 posts and 15 direct messages in
            # 15 min: X docs, fundamentals/rate-limits, Aug 2026), a handshake costs nothing beside that.
            self._http = aiohttp.ClientSession(
                timeout=self._timeout,
                connector=aiohttp.TCPConnector(force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                raise_for_status=self._judge,
            )
            self._api.session = _Rerooted(self._http, self._root)

    async def close(self) -> None:
        """Close the session."""
        if self._http is not None:
            self._api.session = None
            http, self._http = self._http, None
            await http.close()

    async def post(self, post: Post) -> str:
        """Publish a post (`POST /2/tweets`) and return its id. Raises `SendRetryable`, `SendRefused`, `SendUnclear`."""
        answer = await self._call("create_tweet", **msgspec.structs.asdict(post))
        return _id_in(answer, "id")

    async def message(self, participant_id: str, text: str) -> str:
        """Send a direct message (`POST /2/dm_conversations/with/:id/messages`) and return its event id.

        Raises as `post`.
        """
        answer = await self._call("create_direct_message", participant_id=participant_id, text=text)
        return _id_in(answer, "dm_event_id")

    async def read(self, method: str, **arguments: Any) -> Mapping[str, object]:
        """What X answers to a GET of tweepy's; empty where that is no object. Raises `SendRetryable`, `SendRefused`."""
        try:
            return mapping(await self._call(method, **arguments))
        except SendUnclear as error:
            # Reading changes nothing: it can be tried again.
            raise SendRetryable(error.message) from error

    async def _call(self, method: str, **arguments: Any) -> object:
        if self._http is None:
            raise SendRetryable("The connection to X is not open.")
        try:
            return await getattr(self._api, method)(user_auth=True, **arguments)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendRetryable(f"X cannot be reached: {type(error).__name__}.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendUnclear(f"X did not answer: {type(error).__name__}.") from error
        except (ValueError, RecursionError) as error:
            raise SendUnclear("X took the request and answered something that is not JSON.") from error

    async def _judge(self, response: aiohttp.ClientResponse) -> None:
        """aiohttp calls this with every answer, before tweepy sees it."""
        self.ahead = clock_ahead(response.headers.get("Date"), self._clock())
        await _raise_unless_taken(response)


class _Rerooted:
    """What tweepy asks of a session, with the host of our settings.

    tweepy has `https://api.twitter.com` built in, and signs for it. A request that goes elsewhere keeps that signature,
    and a test double has to check it against that address. Composition, because aiohttp deprecates subclasses of its
    session.
    """

    def __init__(self, http: aiohttp.ClientSession, root: URL) -> None:
        self._http = http
        self._root = root

    def request(self, method: str, url: URL | str, **arguments: Any) -> Any:
        """Send a request as tweepy made it to the root; redirects are answers like any other."""
        here = URL(str(self._root).rstrip("/") + URL(url).raw_path_qs, encoded=True)
        return self._http.request(method, here, allow_redirects=False, **arguments)


def _address(root: str) -> URL:
    try:
        address = URL(root)
    except ValueError:
        address = URL()
    if address.scheme not in ("http", "https") or not address.host:
        raise SettingsError(f"TWITTER_API_ROOT must be an http or https address, and is {root!r}.")
    return address


async def _raise_unless_taken(response: aiohttp.ClientResponse) -> None:
    """Raise what an answer other than 2xx means."""
    if 200 <= response.status < 300:
        return
    try:
        body = await response.read()
    except (aiohttp.ClientError, TimeoutError):
        body = b""  # the status has come, and it says enough
    finally:
        response.close()
    headers = {name.lower(): value for name, value in response.headers.items()}
    raise judge(response.status, headers, body, time.time())


def _id_in(answer: object, name: str) -> str:
    """The id that X gave to what it took. Raises `SendUnclear` where it gave none."""
    found = native_id(mapping(mapping(answer).get("data")), name)
    if not found:
        raise SendUnclear("X took the message and gave it no id.")
    return found
