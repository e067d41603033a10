"""The Graph API, v26.0, as far as we use it: two calls that send, and what each answer means.

`SendUnclear` is the answer wherever the request may have had its effect: Graph has no idempotency key, so nobody may
send it again blindly (a private reply is taken once per comment).
"""

import asyncio
import hashlib
import hmac
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec

from gateway.channels.facebook.payloads import UNREADABLE
from gateway.errors import SendError, SendRefused, SendRetryable, SendUnclear

VERSION: Final = "v26.0"
_THROTTLED: Final = frozenset({4, 17, 32, 613})
_TRANSIENT: Final = frozenset({1, 2})
_BAD_TOKEN: Final = 190
_OPERATOR_PAUSE: Final = 300.0  # seconds: the operator must put something right; the queue is kept meanwhile


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
    ) -> None:
        """`connect_timeout` and `total_timeout` in seconds; the total bounds the whole call."""
        proof = hmac.new(secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()
        self._secrets = {"access_token": access_token, "appsecret_proof": proof}
        self._root = f"{api_root.rstrip('/')}/{VERSION}"
        self._total = total_timeout
        self._http = httpx.AsyncClient(
            transport=_SecretQuery(self._secrets),
            timeout=httpx.Timeout(total_timeout, connect=connect_timeout),
            follow_redirects=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send_message(self, page_id: str, body: dict[str, Any]) -> GraphAnswer:
        """`POST /{page}/messages`. Raises `SendRetryable`, `SendRefused` or `SendUnclear`."""
        return await self._post(f"{quote(page_id, safe='')}/messages", body)

    async def comment(self, target: str, body: dict[str, Any]) -> GraphAnswer:
        """`POST /{comment or post}/comments`. Raises as `send_message`."""
        return await self._post(f"{quote(target, safe='')}/comments", body)

    async def _post(self, path: str, body: dict[str, Any]) -> GraphAnswer:
        try:
            async with asyncio.timeout(self._total):
                response = await self._http.post(f"{self._root}/{path}", json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SendRetryable(f"Facebook cannot be reached ({type(error).__name__}).") from error
        except (httpx.RequestError, TimeoutError) as error:
            raise SendUnclear(f"No answer from Facebook ({type(error).__name__}).") from error
        answer = _read(response.content)
        if response.is_success and answer is not None and answer.error is None:
            return answer
        raise self._failure(response, answer)

    def _failure(self, response: httpx.Response, answer: GraphAnswer | None) -> SendError:
        status = response.status_code
        error = (answer and answer.error) or GraphError()
        words = self._words(status, error)
        if error.code == _BAD_TOKEN:
            return SendRetryable(words, retry_after=_OPERATOR_PAUSE)
        if status in (429, 503) or error.code in _THROTTLED or (error.code in _TRANSIENT and error.is_transient):
            return SendRetryable(words, retry_after=_seconds(response.headers.get("retry-after")))
        if 300 <= status < 400:
            return SendRetryable(
                words, retry_after=_OPERATOR_PAUSE
            )  # Graph never redirects: something stands in between
        if status >= 500 or (response.is_success and not error.code):
            return SendUnclear(words)
        return SendRefused(words)

    def _words(self, status: int, error: GraphError) -> str:
        # Graph quotes a malformed token in its message.
        said = error.message
        for secret in self._secrets.values():
            said = said.replace(secret, "[secret]")
        code = f"{error.code}/{error.error_subcode}" if error.error_subcode else str(error.code)
        return f"Facebook answered {status}, error {code}: {said}" if error.code else f"Facebook answered {status}."


class _SecretQuery(httpx.AsyncBaseTransport):
    """Adds the secrets to the address below httpx, which writes the address of every call into its log."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self._secrets = secrets
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(
            httpx.Request(
                request.method,
                request.url.copy_merge_params(self._secrets),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


def _read(content: bytes) -> GraphAnswer | None:
    try:
        return msgspec.json.decode(content, type=GraphAnswer)
    except UNREADABLE:
        return None


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdecimal() else None
