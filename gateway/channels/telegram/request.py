"""The Bot API's HTTP: for python-telegram-bot, which sends with it (its `BaseRequest`), and for what we only ask.

    the library -> do_request -> the connections -> an answer, or why there is none
    ask         -> ---------------------------------> the result as it came, without the library's objects

The library knows only the public half of the token, because it writes addresses into its log and its errors. The whole
token is put into the address here, below it. What an answer other than 2xx means is told by `errors`.
"""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData
from yarl import URL

from gateway.channels.connections import Connections
from gateway.channels.telegram import errors
from gateway.channels.telegram.payloads import UNREADABLE
from gateway.errors import SendError, SendRetryable, SendUnclear

_FORM: Final = "application/x-www-form-urlencoded"
_AGENT: Final = {"User-Agent": BaseRequest.USER_AGENT}
_WE_READ: Final = ("message_id", "date", "chat")


class RequestFailed(TelegramError):
    """What became of a request, as our own error; the library hands it on as it is."""

    def __init__(self, failure: SendError) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Request(BaseRequest):
    """The calls of one bot. Its time-outs are those of the connections."""

    def __init__(self, connections: Connections, patient: Connections, token: str, total_timeout: float) -> None:
        """`patient`: for what takes long, uploads and long polling. `total_timeout` in seconds."""
        self.public, _, self._secret = token.partition(":")
        """The public half of the token."""
        self._connections = connections
        self._patient = patient
        self._shown = f"{connections.root}/bot{self.public}/"
        self._path = f"/bot{quote(token, safe=':')}/"
        self._total = total_timeout

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return self._total

    async def initialize(self) -> None:
        """Nothing to open: the first call connects."""

    async def shutdown(self) -> None:
        """Close the connections."""
        await self._connections.close()
        await self._patient.close()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Make one call; its status and body. Raises `RequestFailed` where it has not succeeded."""
        target = self._path + url.removeprefix(self._shown)
        with_files = request_data is not None and request_data.contains_files
        body, kind = _parts(request_data) if with_files and request_data else (_form(request_data), _FORM)
        connections = self._patient if with_files else self._connections
        try:
            answer = await connections.ask(method, target, {**_AGENT, "Content-Type": kind}, body)
        except SendError as error:
            raise RequestFailed(error) from None
        if not answer.is_success:
            raise RequestFailed(errors.failure(answer.status, answer.content, self._secret))
        return answer.status, answer.content

    async def ask(self, method: str, /, *, patient: bool = False, **parameters: Any) -> Any:
        """Ask for something, or do what may be done twice; the result, of whatever shape.

        Raises `SendRetryable` also where nobody knows whether it happened, and `SendRefused`.
        """
        body = msgspec.json.encode(parameters)
        headers = {**_AGENT, "Content-Type": "application/json"}
        failure: SendError
        try:
            answer = await (self._patient if patient else self._connections).ask(
                "POST", self._path + method, headers, body
            )
        except SendError as error:
            failure = error
        else:
            if answer.is_success:
                try:
                    return msgspec.json.decode(answer.content, type=_Success).result
                except UNREADABLE:
                    raise SendRetryable("Telegram's answer cannot be read.") from None
            failure = errors.failure(answer.status, answer.content, self._secret)
        if isinstance(failure, SendUnclear):
            failure = SendRetryable(failure.message)
        raise failure  # out here: what there was before may quote an address

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer; of a message that is there now, as far as we need it. Raises `TelegramError`."""
        try:
            answer = msgspec.json.decode(payload)
        except UNREADABLE:
            answer = _leniently(payload)
        result = answer.get("result") if isinstance(answer, dict) else None
        if isinstance(result, dict) and "message_id" in result:
            # The library makes an object of each field, and there are up to a hundred.
            answer["result"] = {name: result[name] for name in _WE_READ if name in result}
        return answer  # type: ignore[no-any-return]  # of whatever shape: the library does not check it either

    def words(self, said: str) -> str:
        """What was said, for an error of ours: without the secret, and not whole pages of it."""
        return errors.told(said, self._secret)

    def file_path(self, path: str) -> str:
        """Where a file lies that `getFile` told of, below the API's root. It holds the token."""
        return f"/file{self._path}{quote(path)}"


class _Success(msgspec.Struct):
    ok: bool
    result: Any


def _form(data: RequestData | None) -> bytes | None:
    # yarl encodes in C, and four times as fast as `urlencode`.
    return URL().with_query(data.json_parameters).raw_query_string.encode() if data else None


def _parts(data: RequestData) -> tuple[bytes, str]:
    """The parameters and files as `multipart/form-data`; the body and its type."""
    parts: Mapping[str, Any] = data.multipart_data
    request = httpx.Request("POST", "http://telegram", data=data.json_parameters, files=parts)
    return request.read(), request.headers["Content-Type"]


def _leniently(payload: bytes) -> Any:
    """As the library reads JSON: half characters pass. Without its log entry, which holds the whole answer."""
    try:
        return json.loads(payload.decode(errors="replace"))
    except (ValueError, RecursionError) as error:
        raise TelegramError("Invalid server response") from error
