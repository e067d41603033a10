"""The Graph API, v26.0, as far as we use it: calls that write, calls that read, and what each answer means.

`SendUnclear` is the answer wherever the request may have had its effect: Graph has no idempotency key, so nobody may
send it again blindly (a private reply is taken once per comment).
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from gateway.channels.base import Loaded
from gateway.channels.connections import Answer, Connections
from gateway.channels.evidence import clock_ahead
from gateway.channels.facebook import codes, pauses
from gateway.channels.facebook.codes import Meaning
from gateway.channels.facebook.payloads import UNREADABLE
from gateway.clock import Clock
from gateway.errors import SendError, SendLockedOut, SendRefused, SendRetryable, SendThrottled, SendUnclear

VERSION: Final = "v26.0"
_OPERATOR_PAUSE: Final = 300.0  # seconds: the operator must put something right; the queue is kept meanwhile
_UPLOAD_TIMEOUT: Final = 60.0  # seconds; 25 MB at 4 Mbit/s
_JSON: Final = {"Content-Type": "application/json"}

_Shape = TypeVar("_Shape", bound=msgspec.Struct)


class WindowClosed(SendRefused):
    """The customer has said nothing within Facebook's window."""


class ThreadElsewhere(SendRefused):
    """Another application has the thread."""


class ObjectGone(SendRefused):
    """What it is about is not there, or not for us to see."""


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
        self._secret = secret
        self.ahead = timedelta(0)
        """How far Facebook's clock is ahead of ours, as of the last answer."""
        self._hidden = (secret, access_token, _proof(secret, access_token))
        self._query = _query(secret, access_token)
        self._connections = Connections(
            "Facebook", api_root, connect_timeout=connect_timeout, total_timeout=total_timeout
        )
        self._uploads = Connections(
            "Facebook", api_root, connect_timeout=connect_timeout, total_timeout=max(total_timeout, _UPLOAD_TIMEOUT)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.close()
        await self._uploads.close()

    async def send_message(self, page_id: str, body: dict[str, Any]) -> GraphAnswer:
        """`POST /{page}/messages`. Raises `SendRetryable`, `SendRefused` or `SendUnclear`."""
        return await self._post(f"{quote(page_id, safe='')}/messages", body)

    async def send_file(self, page_id: str, body: dict[str, Any], loaded: Loaded) -> GraphAnswer:
        """The same with a file in it, as a form ("Saving assets", 22 Apr 2026). Raises as `send_message`."""
        headers, content = _form(body, loaded)
        path = f"/{VERSION}/{quote(page_id, safe='')}/messages?{self._query}"
        return self._taken(self._heard(await self._uploads.ask("POST", path, headers, content)))

    async def comment(self, target: str, body: dict[str, Any]) -> GraphAnswer:
        """`POST /{comment or post}/comments`. Raises as `send_message`."""
        return await self._post(f"{quote(target, safe='')}/comments", body)

    async def write(self, method: str, path: str, body: dict[str, Any], app_token: str = "") -> None:
        """`POST` or `DELETE /{path}`, whose ids are quoted by the caller; the answer says nothing but that it is done.

        `app_token`: in place of the Page's. Raises as `send_message`.
        """
        query = _query("", app_token) if app_token else self._query
        answer = await self._ask(method, f"{path}?{query}", _JSON, msgspec.json.encode(body))
        if answer.is_success and answer.content.strip() in (b"true", b'{"success":true}'):
            return
        self._taken(answer)

    async def read(self, path: str, query: Mapping[str, str], shape: type[_Shape], app_token: str = "") -> _Shape:
        """`GET /{path}`, whose ids are quoted by the caller. Raises `SendRetryable` or `SendRefused`."""
        secrets_ = _query("", app_token) if app_token else self._query
        try:
            answer = await self._ask("GET", f"{path}?{urlencode(query)}&{secrets_}")
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
        return self._heard(await self._connections.ask(method, f"/{VERSION}/{target}", headers, body))

    def _heard(self, answer: Answer) -> Answer:
        self.ahead = clock_ahead(answer.headers.get("date"), self._clock())
        return answer

    def _taken(self, answer: Answer) -> GraphAnswer:
        said = _read(answer.content)
        if answer.is_success and said is not None and said.error is None:
            return said
        raise self._failure(answer, (said and said.error) or GraphError())

    def _failure(self, answer: Answer, error: GraphError) -> SendError:
        status, words = answer.status, self._words(answer.status, error)
        meaning = codes.judge(status, error.code, error.error_subcode, error.is_transient, error.message)
        if meaning is Meaning.LOCKED_OUT:
            return SendLockedOut(words, retry_after=_OPERATOR_PAUSE)
        if meaning is Meaning.THROTTLED:
            return SendThrottled(
                words, retry_after=pauses.seconds(answer.headers), used_up=pauses.used_up(answer.headers)
            )
        if meaning is Meaning.RETRY:
            # Graph never redirects: something stands in between.
            pause = _OPERATOR_PAUSE if 300 <= status < 400 else pauses.seconds(answer.headers)
            return SendRetryable(words, retry_after=pause)
        return _LASTING[meaning](words)

    def _words(self, status: int, error: GraphError) -> str:
        # Graph quotes a malformed token in its message.
        said = error.message
        for hidden in self._hidden:
            said = said.replace(hidden, "[secret]")
        if not error.code:
            return f"Facebook answered {status}."
        code = f"{error.code}/{error.error_subcode}" if error.error_subcode else str(error.code)
        found = codes.find(error.code, error.error_subcode, error.message)
        meaning = f"{found.words} " if found else ""
        return f"{meaning}Facebook answered {status}, error {code}: {said}"


_LASTING: Final[Mapping[Meaning, type[SendError]]] = {
    Meaning.REFUSED: SendRefused,
    Meaning.WINDOW: WindowClosed,
    Meaning.THREAD: ThreadElsewhere,
    Meaning.GONE: ObjectGone,
    Meaning.UNCLEAR: SendUnclear,
}


def _form(body: dict[str, Any], loaded: Loaded) -> tuple[dict[str, str], bytes]:
    """The parts of a message as a form, the file last, as `filedata`."""
    boundary = secrets.token_hex(16)
    lines: list[bytes] = []
    for name, value in body.items():
        text = value.encode() if isinstance(value, str) else msgspec.json.encode(value)
        lines += [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode(), text, b"\r\n"]
    # As browsers write it (HTML, "multipart form data"): nothing in a name may end the line or the name.
    name = loaded.file.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A") or "file"
    kind = loaded.file.mime.replace("\r", "").replace("\n", "") or "application/octet-stream"
    head = f'Content-Disposition: form-data; name="filedata"; filename="{name}"\r\nContent-Type: {kind}'
    lines += [f"--{boundary}\r\n{head}\r\n\r\n".encode(), loaded.content, f"\r\n--{boundary}--\r\n".encode()]
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}, b"".join(lines)


def _query(secret: str, token: str) -> str:
    # An application's own token needs no proof: it is made of the secret.
    proof = {"appsecret_proof": _proof(secret, token)} if secret else {}
    return urlencode({"access_token": token, **proof})


def _proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


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
