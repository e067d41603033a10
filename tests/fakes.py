"""Fakes of what lies beyond a process's edge: a platform, and the assistant. All between them is real in tests."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from gateway.channels.base import ActKind, Challenge, Fetched, Loaded, ParseError, Sign, Takes
from gateway.channels.care import Check, Step
from gateway.channels.supply import Receive, Supplied
from gateway.clock import utc_now
from gateway.errors import AssistantUnavailable, BadSignature, FetchError, FetchRefused, SendError
from gateway.happenings import Event
from gateway.messages import (
    Attachment,
    Channel,
    Echoed,
    Outbound,
    Place,
    RawEvent,
    Said,
    Sender,
    Sent,
    Surface,
    WayIn,
)
from gateway.privacy.wall import PublicText
from gateway.routing.assistant import Answer, Effect, Intent, Reply, ReplyButton, TurnRequest


def raw_of(event: Event | Echoed) -> RawEvent:
    """An event as the fake platform tells it: a thing said by its own id, anything else by its content."""
    payload = msgspec.json.encode(event)
    native_id = event.native_id if isinstance(event, Said) else f"event:{payload.decode()}"
    return RawEvent(native_id=native_id, payload=payload)


class FakePlatform:
    """A channel whose events are the vocabulary's in JSON, and which remembers what it was sent, told and asked."""

    def __init__(self, name: Channel = Channel.TELEGRAM, account: str = "brand") -> None:
        self.name = name
        self.account = account
        self.sent: list[tuple[Outbound, str, str]] = []
        """(message, text, reference), in the order of sending."""
        self.failures: list[SendError] = []
        """Raised by the next sends, one each."""
        self.can_look_up = False
        self.look_up_failures: list[SendError] = []
        """Raised by the next look-ups, one each."""
        self.delay = 0.0
        self.replies_privately = False
        """Whether a first private message can be anchored on a public one."""
        self.files: list[tuple[str, Loaded]] = []
        """(reference, file), in the order of sending."""
        self.takes_along = Takes(kinds=frozenset({"image", "document"}), largest=1_000_000, most=2)
        self.attachments: dict[str, Fetched | FetchError] = {}
        """What there is to fetch, by `Attachment.native_id` or `url`."""
        self.signs: list[Sign] = []
        self.acts_allowed: set[ActKind] = set()
        self.acts: list[tuple[ActKind, str]] = []
        self.act_failures: list[SendError] = []
        """Raised by the next acts, one each."""
        self.receive = Receive.WEBHOOK
        self.supplies: list[Supplied | SendError] = []
        """What the next calls of `supply` get; nothing new after them."""
        self.asked_from: list[dict[str, str]] = []
        """The cursors of each call of `supply`."""
        self.found: list[Check] = []
        self.connected_to: list[str] = []

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.sent]

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        return Challenge(body=query["ask"]) if "ask" in query else None

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        if headers.get("x-signature") != "right":
            raise BadSignature

    def split(self, body: bytes) -> list[RawEvent]:
        try:
            told = msgspec.json.decode(body, type=list[Event | Echoed])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return [RawEvent(native_id=f"sha256:{hash(body)}", payload=body)]
        return [raw_of(item) for item in told]

    def parse(self, event: RawEvent) -> Event:
        try:
            understood: Event = msgspec.json.decode(event.payload, type=Event | Echoed)
        except msgspec.MsgspecError as error:
            raise ParseError("not_understood") from error
        return understood

    def way_in(self, code: str, said: Said) -> WayIn:
        return WayIn(url=f"https://platform.example/{code}", label="Continue in private", code=code)

    def writes_first(self, said: Said) -> bool:
        return self.replies_privately

    def text_limit(self, surface: Surface) -> int:
        return 1000

    def takes(self) -> Takes:
        return self.takes_along

    async def send_private(self, out: Outbound, reference: str, files: Sequence[Loaded] = ()) -> Sent:
        await self._send(out, out.text, reference)
        self.files += [(reference, file) for file in files]
        return self._answer(out, len(self.sent))

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        await self._send(out, str(text), reference)
        return Sent(native_id=f"m{len(self.sent)}")

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> list[Sent]:
        """What was sent under `reference`, be it put into `sent` by a test: an arrival whose answer was lost."""
        if self.look_up_failures:
            raise self.look_up_failures.pop(0)
        arrived = [number for number, (_, _, known) in enumerate(self.sent, 1) if known == reference]
        return [self._answer(out, number) for number in arrived[:1]]

    def _answer(self, out: Outbound, number: int) -> Sent:
        if out.opens_private:
            return Sent(
                native_id=f"m{number}",
                opened=Place(surface=Surface.PRIVATE, native_id=f"private:{out.target}"),
                opened_by=Sender(native_id=f"private-{out.target}", scope="messenger"),
            )
        return Sent(native_id=f"m{number}")

    async def _send(self, out: Outbound, text: str, reference: str) -> None:
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((out, text, reference))

    async def fetch(self, attachment: Attachment) -> Fetched:
        there = self.attachments.get(attachment.native_id or attachment.url) or FetchRefused("It is not there.")
        if isinstance(there, FetchError):
            raise there
        return there

    async def sign(self, sign: Sign) -> None:
        self.signs.append(sign)

    def can(self, act: ActKind, place: str, target: str) -> bool:
        return act in self.acts_allowed

    async def act(self, act: ActKind, target: str) -> None:
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.act_failures:
            raise self.act_failures.pop(0)
        self.acts.append((act, target))

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        self.asked_from.append(dict(cursors))
        supplied = self.supplies.pop(0) if self.supplies else Supplied(events=[], cursors=cursors, pause=0.05)
        if isinstance(supplied, SendError):
            raise supplied
        return supplied

    async def checks(self, url: str) -> list[Check]:
        return list(self.found)

    async def connect(self, url: str) -> list[Step]:
        self.connected_to.append(url)
        return [Step(words="Connected.", done=True)]

    async def disconnect(self) -> list[Step]:
        self.connected_to.append("")
        return [Step(words="Disconnected.", done=True)]

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class FakeAssistant:
    """An assistant that answers by a function, and remembers what it was asked."""

    def __init__(self, answer: Callable[[TurnRequest], Answer] | None = None) -> None:
        self.asked: list[TurnRequest] = []
        self.answer = answer or (lambda request: said_back(request, f"You said {request.text}"))
        self.down = False
        self.delay = 0.0

    async def turn(self, request: TurnRequest) -> Answer:
        self.asked.append(request)
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.down:
            raise AssistantUnavailable
        return self.answer(request)

    async def ready(self) -> bool:
        return not self.down

    async def aclose(self) -> None: ...


def said_back(
    request: TurnRequest,
    *texts: str,
    effects: list[Effect] | None = None,
    intent: str = "faq",
    buttons: list[ReplyButton] | None = None,
) -> Answer:
    """An answer in the shape of the contract."""
    return Answer(
        contract=1,
        message_id=request.message_id,
        model_id="fake",
        intent=Intent(name=intent, confidence=0.9),
        intent_ranking=[Intent(name=intent, confidence=0.9)],
        entities=[],
        policy="answer",
        replies=[Reply(text=text, buttons=buttons or []) for text in texts],
        effects=effects or [],
        slots={},
        state={"version": 1, "slots": {}, "turns": int(str((request.state or {}).get("turns", 0))) + 1},
    )


class FakeClock:
    """A clock that runs with the real one, and can be put forward."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.offset
