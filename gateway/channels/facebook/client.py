"""The Graph API, v26.0, as far as we use it: two calls that send, one that reads, and what each answer means.

`SendUnclear` is the answer wherever the request may have had its effect: Graph has no idempotency key, so nobody may
send it again blindly (a private reply is taken once per comment).
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from gateway.channels.connections import Answer, Connections
from gateway.channels.evidence import clock_ahead
from gateway.channels.facebook.payloads import UNREADABLE
from gateway.clock import Clock
from gateway.errors import SendError, SendLockedOut, SendRefused, SendRetryable, SendThrottled, SendUnclear

VERSION: Final = "v26.0"
_THROTTLED: Final = frozenset({4, 17, 32, 613})
_TRANSIENT: Final = frozenset({1, 2})
_BAD_TOKEN: Final = 190
_OPERATOR_PAUSE: Final = 300.0  # seconds: the operator must put something right; the queue is kept meanwhile
_JSON: Final = {"Content-Type": "application/json"}

_Shape = TypeVar("_Shape", bound=msgspec.Struct)


class GraphError(msgspec.Struct, frozen=True):
    """`error` of an answer (Graph API, "Handling errors")."""

    message: str = ""
    code: int = 0
    error_subcode: int | None = None
    is_transient: bool | None = None


class GraphAnswer(msgspec.Struct, frozen=True):
    """The union of the answers we read: of the Send API, of a comment, of a refusal."""

    recipient_id: str | None = None
    message_id: str | None = None
    id: str | None = None
    error: GraphError | None = None


class GraphClient:
    """Calls to one Page's edges. Both secrets travel as query parameters, as Graph documents them."""

    def __init__(
        self,
        *,
        access_token: str,
        secret: str,
        api_root: str,
        connect_timeout: float,
        total_timeout: float,
        clock: Clock,
    ) -> None:
        """`connect_timeout` and `total_timeout` in seconds; the total bounds the whole call.

        Raises `SettingsError` where `api_root` is no address.
        """
        self._clock = clock
        self.ahead = timedelta(0)
        """How far Facebook's clock is ahead of ours, as of the last answer."""
        proof = hmac.new(secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()
        self._secrets = (access_token, proof)
        self._query = urlencode({"access_token": access_token, "appsecret_proof": proof})
        self._connections = Connections(
            "Facebook", api_root, connect_timeout=connect_timeout, total_timeout=total_timeout
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.close()

    async def send_message(self, page_id: str, body: dict[str, Any]) -> GraphAnswer:
        """`POST /{page}/messages`. Raises `SendRetryable`, `SendRefused` or `SendUnclear`."""
        return await self._post(f"{quote(page_id, safe='')}/messages", body)

    async def comment(self, target: str, body: dict[str, Any]) -> GraphAnswer:
        """`POST /{comment or post}/comments`. Raises as `send_message`."""
        return await self._post(f"{quote(target, safe='')}/comments", body)

    async def read(self, path: str, query: Mapping[str, str], shape: type[_Shape]) -> _Shape:
        """`GET /{path}`, whose ids are quoted by the caller. Raises `SendRetryable` or `SendRefused`."""
        try:
            answer = await self._ask("GET", f"{path}?{urlencode(query)}&{self._query}")
            self._taken(answer)
            return _understood(answer, shape)
        except SendUnclear as error:
            # Reading changes nothing: it can be tried again.
            raise SendRetryable(error.message) from error

    async def _post(self, path: str, body: dict[str, Any]) -> GraphAnswer:
        return self._taken(await self._ask("POST", f"{path}?{self._query}", _JSON, msgspec.json.encode(body)))

    async def _ask(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        answer = await self._connections.ask(method, f"/{VERSION}/{target}", headers, body)
        self.ahead = clock_ahead(answer.headers.get("date"), self._clock())
        return answer

    def _taken(self, answer: Answer) -> GraphAnswer:
        said = _read(answer.content)
        if answer.is_success and said is not None and said.error is None:
            return said
        raise self._failure(answer, said)

    def _failure(self, answer: Answer, said: GraphAnswer | None) -> SendError:
        status = answer.status
        error = (said and said.error) or GraphError()
        words = self._words(status, error)
        if error.code == _BAD_TOKEN:
            return SendLockedOut(words, retry_after=_OPERATOR_PAUSE)
        if status == 429 or error.code in _THROTTLED:
            return SendThrottled(words, retry_after=_seconds(answer.headers.get("retry-after")))
        if status == 503 or (error.code in _TRANSIENT and error.is_transient):
            return SendRetryable(words, retry_after=_seconds(answer.headers.get("retry-after")))
        if 300 <= status < 400:
            return SendRetryable(
                words, retry_after=_OPERATOR_PAUSE
            )  # Graph never redirects: something stands in between
        if status >= 500 or (answer.is_success and not error.code):
            return SendUnclear(words)
        return SendRefused(words)

    def _words(self, status: int, error: GraphError) -> str:
        # Graph quotes a malformed token in its message.
        said = error.message
        for secret in self._secrets:
            said = said.replace(secret, "[secret]")
        code = f"{error.code}/{error.error_subcode}" if error.error_subcode else str(error.code)
        return f"Facebook answered {status}, error {code}: {said}" if error.code else f"Facebook answered {status}."


def _read(content: bytes) -> GraphAnswer | None:
    try:
        return msgspec.json.decode(content, type=GraphAnswer)
    except UNREADABLE:
        return None


def _understood(answer: Answer, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except UNREADABLE as error:
        raise SendUnclear("Facebook answered something that cannot be read.") from error


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdecimal() else None
