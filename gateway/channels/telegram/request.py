"""The Bot API's HTTP, for python-telegram-bot: its `BaseRequest`, on our connections.

The library knows only the public half of the token, because it writes addresses into its log and its errors. The whole
token is put into the address here, below it.
"""

import json
from typing import Any, Final
from urllib.parse import quote

import msgspec
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData
from yarl import URL

from gateway.channels.connections import Connections
from gateway.channels.telegram.payloads import UNREADABLE
from gateway.errors import SendError, SendRetryable, SendThrottled

_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": BaseRequest.USER_AGENT}
_LONGEST: Final = 300  # characters of what Telegram, or what stands before it, said
_WE_READ: Final = ("message_id", "date", "chat")


class RequestFailed(TelegramError):
    """What became of a request, as our own error; the library hands it on as it is."""

    def __init__(self, failure: SendError) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Request(BaseRequest):
    """The calls of one bot. It uploads no files, and its time-outs are those of the connections."""

    def __init__(self, connections: Connections, token: str, total_timeout: float) -> None:
        """`total_timeout` in seconds."""
        self.public, _, self._secret = token.partition(":")
        """The public half of the token."""
        self._connections = connections
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

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Make one call; its status and body. Raises `RequestFailed` where there is none, and for a 429 or 503.

        The library takes a 429 without `retry_after` for a failure of the network.
        """
        target = self._path + url.removeprefix(self._shown)
        try:
            answer = await self._connections.ask(method, target, _HEADERS, _form(request_data))
        except SendError as error:
            raise RequestFailed(error) from None
        if answer.status in (429, 503):
            raise RequestFailed(self._busy(answer.status, answer.content))
        return answer.status, answer.content

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
        return f"Telegram: {said.replace(self._secret, '[secret]')[:_LONGEST]}"

    def _busy(self, status: int, content: bytes) -> SendRetryable:
        """Telegram, or what stands before it, turns us away for now: nothing happened."""
        try:
            refusal = msgspec.json.decode(content, type=_Refusal)
        except UNREADABLE:
            refusal = _Refusal()
        seconds = refusal.parameters.retry_after if refusal.parameters else None
        kind = SendThrottled if status == 429 else SendRetryable
        return kind(self.words(refusal.description or f"busy ({status})"), retry_after=seconds)


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class _Refusal(msgspec.Struct):
    description: str = ""
    parameters: _Parameters | None = None


def _form(data: RequestData | None) -> bytes | None:
    # yarl encodes in C, and four times as fast as `urlencode`.
    return URL().with_query(data.json_parameters).raw_query_string.encode() if data else None


def _leniently(payload: bytes) -> Any:
    """As the library reads JSON: half characters pass. Without its log entry, which holds the whole answer."""
    try:
        return json.loads(payload.decode(errors="replace"))
    except (ValueError, RecursionError) as error:
        raise TelegramError("Invalid server response") from error
