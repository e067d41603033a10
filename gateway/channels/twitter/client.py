"""X's API: tweepy on a connection of our own, in the account's name or in the app's.

a call -> signed (OAuth 1.0a) or with a valid token (OAuth 2.0) -> X -> judged (`answer`) -> what X answered

What tweepy 4.17 has no method for (webhooks, subscriptions, uploads) goes through its `request`, signed the same way.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
from oauthlib.oauth1 import Client as OAuthClient  # type: ignore[import-untyped]
from tweepy.asynchronous import AsyncClient  # type: ignore[import-untyped]
from yarl import URL

from gateway.channels.evidence import clock_ahead
from gateway.channels.grants import Grants, Memory
from gateway.channels.twitter.access import Access, basic
from gateway.channels.twitter.answer import judge
from gateway.channels.twitter.fields import mapping, native_id, string
from gateway.channels.twitter.render import Post
from gateway.channels.twitter.settings import TwitterSettings
from gateway.clock import Clock, utc_now
from gateway.errors import SendLockedOut, SendRetryable, SendUnclear, SettingsError

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
        grants: Grants | None = None,
    ) -> None:
        """Time-outs are in seconds; `grants` keeps what OAuth 2.0 renews, else the process does.

        Raises `SettingsError` where the root of the API is no address.
        """
        self._settings = settings
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
        self._app = AsyncClient(bearer_token=settings.bearer_token or None, return_type=dict)
        self._access = Access(settings, grants or Memory(), clock, self._form) if settings.is_oauth2 else None

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
            self._api.session = self._app.session = _Rerooted(self._http, self._root)

    async def close(self) -> None:
        """Close the session."""
        if self._http is not None:
            self._api.session = self._app.session = None
            http, self._http = self._http, None
            await http.close()

    async def post(self, post: Post) -> str:
        """Publish a post (`POST /2/tweets`) and return its id. Raises `SendRetryable`, `SendRefused`, `SendUnclear`."""
        answer = await self._call("create_tweet", **msgspec.structs.asdict(post))
        return _id_in(answer, "id")

    async def message(self, participant_id: str, text: str, media_id: str = "") -> str:
        """Send a direct message (`POST /2/dm_conversations/with/:id/messages`) and return its event id.

        `media_id`: an upload that goes along. Raises as `post`.
        """
        content = {"media_id": media_id} if media_id else {}
        if text or not media_id:
            content["text"] = text
        answer = await self._call("create_direct_message", participant_id=participant_id, **content)
        # X's own emulator answers with the event itself (xdevplatform/playground, `formatDMEvent`, Nov 2026).
        return _id_in(answer, "dm_event_id", "id")

    async def read(self, method: str, **arguments: Any) -> Mapping[str, object]:
        """What X answers to a GET of tweepy's; empty where that is no object. Raises `SendRetryable`, `SendRefused`."""
        return await _harmless(self._call(method, **arguments))

    async def ask(
        self, method: str, route: str, params: Mapping[str, str] | None = None, json: object = None
    ) -> Mapping[str, object]:
        """What X answers to a request that tweepy has no method for, which may be repeated. Raises as `read`."""
        return await _harmless(
            self._as_user(lambda user_auth: self._requested(self._api, method, route, params, json, user_auth))
        )

    async def ask_as_app(
        self, method: str, route: str, params: Mapping[str, str] | None = None, json: object = None
    ) -> Mapping[str, object]:
        """The same in the name of the app, as X wants it for webhooks. Raises as `read`."""
        if self._app.bearer_token is None:
            # The app's token does not expire (X docs, authentication/oauth-2-0/application-only, Aug 2026).
            proof = {"Authorization": basic(self._settings.consumer_key, self._settings.consumer_secret)}
            answer = mapping(await _harmless(self._form("/oauth2/token", {"grant_type": "client_credentials"}, proof)))
            self._app.bearer_token = string(answer.get("access_token")) or None
        return await _harmless(self._asked(lambda: self._requested(self._app, method, route, params, json, False)))

    def signature(self, url: str) -> dict[str, str]:
        """The header with which this one address may be read in the account's name (OAuth 1.0a)."""
        settings = self._settings
        keys = (settings.consumer_key, settings.consumer_secret, settings.access_token, settings.access_token_secret)
        _, headers, _ = OAuthClient(*keys).sign(url, "GET")
        return {"Authorization": str(headers["Authorization"])}

    async def bearer(self) -> dict[str, str]:
        """The header of OAuth 2.0; empty where the account's grant is OAuth 1.0a. Raises `SendRetryable`."""
        return {} if self._access is None else {"Authorization": f"Bearer {await self._access.token()}"}

    async def _call(self, method: str, **arguments: Any) -> object:
        return await self._as_user(lambda user_auth: getattr(self._api, method)(user_auth=user_auth, **arguments))

    async def _as_user(self, request: Callable[[bool], Awaitable[object]]) -> object:
        """Send in the account's name; where X takes a token no more, once again with a new one: it did nothing."""
        if self._access is None:
            return await self._asked(lambda: request(True))
        token = self._api.bearer_token = await self._access.token()
        try:
            return await self._asked(lambda: request(False))
        except SendLockedOut as refusal:
            if "401" not in refusal.message:
                raise
            self._api.bearer_token = await self._access.token(refused=token)
            return await self._asked(lambda: request(False))

    async def _requested(
        self,
        api: Any,
        method: str,
        route: str,
        params: Mapping[str, str] | None,
        json: object,
        user_auth: bool,
    ) -> object:
        response = await api.request(method, route, params=dict(params or {}), json=json, user_auth=user_auth)
        # tweepy has read the body; an answer without one is a success as well.
        return await response.json(content_type=None)

    async def _form(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> object:
        """Send a form to one of the token endpoints."""

        async def send() -> object:
            assert self._http is not None  # noqa: S101 - `_asked` has looked
            url = URL(str(self._root).rstrip("/") + path, encoded=True)
            async with self._http.post(url, data=dict(fields), headers=headers, allow_redirects=False) as response:
                return msgspec.json.decode(await response.read())

        return await self._asked(send)

    async def _asked(self, request: Callable[[], Awaitable[object]]) -> object:
        if self._http is None:
            raise SendRetryable("The connection to X is not open.")
        try:
            return await request()
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


async def _harmless(call: Awaitable[object]) -> Mapping[str, object]:
    """The answer to what changes nothing, or nothing more when it is repeated: without an answer, try again."""
    try:
        return mapping(await call)
    except SendUnclear as error:
        raise SendRetryable(error.message) from error


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


def _id_in(answer: object, *names: str) -> str:
    """The id that X gave to what it took, under the first of these names. Raises `SendUnclear` where it gave none."""
    data = mapping(mapping(answer).get("data"))
    found = next(filter(None, (native_id(data, name) for name in names)), "")
    if not found:
        raise SendUnclear("X took the message and gave it no id.")
    return found
