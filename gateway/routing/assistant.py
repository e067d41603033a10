"""The assistant, as the gateway sees it: one HTTP call a turn, the dialogue state in and out, nothing kept there.

An empty answer, an error, a time-out or an answer of another shape is a failed turn, never silence.
"""

import time
from types import TracebackType
from typing import Final, Protocol, Self

import aiohttp
import msgspec

from gateway import metrics
from gateway.errors import AssistantRefused, AssistantUnavailable
from gateway.messages import Channel, Surface

_CONTRACT: Final = 1
_LONGEST: Final = 2000  # characters; 400,000 block Rasa for 10 s (measured), and nobody means them
_SIDE_BY_SIDE: Final = 16  # calls; an assistant is one thread, and more would only wait there
_JSON: Final = {"Content-Type": "application/json"}
_LARGEST: Final = 4_000_000  # bytes of an answer that we read; a usual one has 10,000


# msgspec raises the last two for bad UTF-8 inside a string and for depth.
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A matter that is known already: a pressed button, or what a customer brings along from a public post."""

    name: str
    entities: dict[str, str] = {}


class TurnRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A turn asked of the assistant. One of `text` and `intent` is given."""

    message_id: str
    sender: str
    text: str | None
    intent: Choice | None
    surface: Surface
    channel: Channel
    findings: list[str]
    state: dict[str, object] | None
    contract: int = _CONTRACT


class ReplyButton(msgspec.Struct, frozen=True, kw_only=True):
    """A choice under a reply."""

    title: str
    intent: str


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One bubble."""

    text: str
    buttons: list[ReplyButton]


class HandoffEffect(msgspec.Struct, frozen=True, kw_only=True, tag="handoff"):
    """Put the case in the queue of people."""

    reason: str


class MoveAsideEffect(msgspec.Struct, frozen=True, kw_only=True, tag="move_aside"):
    """The matter needs the private channel; the replies are the acknowledgement."""

    intent: str
    entities: dict[str, str]


class ResolvedEffect(msgspec.Struct, frozen=True, kw_only=True, tag="resolved"):
    """The matter has been answered for good in private."""

    topic: str


class LabelEffect(msgspec.Struct, frozen=True, kw_only=True, tag="label"):
    """What the case is about."""

    name: str


Effect = HandoffEffect | MoveAsideEffect | ResolvedEffect | LabelEffect


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """What the assistant took a message for."""

    name: str
    confidence: float


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The assistant's answer to a turn."""

    contract: int
    message_id: str
    model_id: str
    intent: Intent
    intent_ranking: list[Intent]
    entities: list[dict[str, object]]
    policy: str
    replies: list[Reply]
    effects: list[Effect]
    slots: dict[str, object]
    state: dict[str, object]


class _Problem(msgspec.Struct, frozen=True, kw_only=True):
    error: str = ""
    message: str = ""


class Assistant(Protocol):
    """Takes turns."""

    async def turn(self, request: TurnRequest) -> Answer:
        """Ask for a turn. Raises `AssistantUnavailable` (try again) or `AssistantRefused` (useless to)."""

    async def ready(self) -> bool:
        """Whether a model is loaded and answers."""

    async def aclose(self) -> None:
        """Close the connections."""


class RasaAssistant:
    """The assistant behind our own channel class in Rasa."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        """`timeout`: seconds for one answer."""
        self._url = url.rstrip("/")
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=2.0)
        self._session: aiohttp.ClientSession | None = None

    async def turn(self, request: TurnRequest) -> Answer:
        """See `Assistant.turn`."""
        if request.text is not None and len(request.text) > _LONGEST:
            request = msgspec.structs.replace(request, text=request.text[:_LONGEST])
        started = time.perf_counter()
        result = "failed"
        try:
            answer = await self._ask(request)
            result = "answered"
        finally:
            metrics.assistant_seconds.labels(result).observe(time.perf_counter() - started)
        return answer

    async def ready(self) -> bool:
        """See `Assistant.ready`."""
        soon = aiohttp.ClientTimeout(total=2.0)
        try:
            async with self._http().get(f"{self._url}/webhooks/gateway/ready", timeout=soon) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def aclose(self) -> None:
        """See `Assistant.aclose`."""
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:  # made here, because it belongs to the event loop that uses it
            self._session = aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=self._timeout,
                connector=aiohttp.TCPConnector(limit=_SIDE_BY_SIDE),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def _ask(self, request: TurnRequest) -> Answer:
        body = msgspec.json.encode(request)
        try:
            status, content = await self._post(body)
        except aiohttp.ServerDisconnectedError:
            # A connection that was kept open, and that the other side has closed meanwhile. A turn may be asked twice.
            try:
                status, content = await self._post(body)
            except aiohttp.ServerDisconnectedError as error:
                raise AssistantUnavailable("The assistant hangs up.") from error
        if status != 200:
            raise _failure(status, content)
        if len(content) > _LARGEST:
            raise AssistantUnavailable("The assistant's answer is too large.")
        try:
            answer = msgspec.json.decode(content, type=Answer)
        except _UNREADABLE as error:
            raise AssistantUnavailable("The assistant's answer has another shape than agreed.") from error
        if answer.contract != _CONTRACT or answer.message_id != request.message_id:
            raise AssistantUnavailable("The assistant answered something else than asked.")
        if not answer.replies and not answer.effects:
            raise AssistantUnavailable("The assistant had nothing to say.")
        return answer

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        """The answer's status and what we read of it: no more than one byte over the largest that we take."""
        try:
            async with self._http().post(
                f"{self._url}/webhooks/gateway/turn", data=body, headers=_JSON, allow_redirects=False
            ) as response:
                length = response.content_length
                if length is not None and length > _LARGEST:
                    response.close()
                    raise AssistantUnavailable("The assistant's answer is too large.")
                content = bytearray()
                async for chunk in response.content.iter_any():
                    content += chunk
                    if len(content) > _LARGEST:
                        response.close()
                        break
                return response.status, bytes(content)
        except aiohttp.ServerDisconnectedError:
            raise
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AssistantUnavailable(f"The assistant does not answer ({type(error).__name__}).") from error


def _failure(status: int, content: bytes) -> AssistantUnavailable | AssistantRefused:
    try:
        problem = msgspec.json.decode(content, type=_Problem)
    except _UNREADABLE:
        problem = _Problem()
    sentence = f"The assistant answered {status} {problem.error}".rstrip() + "."
    # A wrong token is the operator's to mend, and is mended while the case waits: worth another try.
    retry = status >= 500 or 300 <= status < 400 or status in (401, 408, 429)
    return AssistantUnavailable(sentence) if retry else AssistantRefused(sentence)
