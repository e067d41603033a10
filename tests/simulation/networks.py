"""The networks: what platforms do around the process, and the adapter by which the process knows them.

A platform gives each event one native id, stamps it with its own time, and delivers it until it hears 200: late, twice,
shuffled with others. It takes our messages, or does not, or does and cannot say so. An adapter speaks the vocabulary
itself; how each network's own JSON is read and written is tested elsewhere.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from gateway.channels.base import Challenge, ParseError
from gateway.errors import BadSignature, SendRefused, SendRetryable, SendUnclear
from gateway.messages import Channel, Ignored, Outbound, Place, RawEvent, Said, Sender, Sent, Surface, WayIn
from gateway.privacy.wall import PublicText
from tests.simulation.clock import WallClock
from tests.simulation.dice import Dice
from tests.simulation.history import History
from tests.simulation.process import Down, Process, outside

ACCOUNT: Final = "brand"
_GIVE_UP: Final = 5.0  # seconds after which a client takes a request for lost
_AGAIN: Final = (0.3, 2.0)  # seconds between a delivery that was not taken and the next try

_LETTER: Final = {Channel.TWITTER: "x", Channel.FACEBOOK: "f", Channel.TELEGRAM: "t"}

Listener = Callable[[str, Outbound], None]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a platform has to tell us."""

    native_id: str
    body: msgspec.Raw


class Network:
    """One platform."""

    def __init__(self, name: Channel, dice: Dice, clock: WallClock, history: History) -> None:
        self.name = name
        self.process: Process
        self.listener: Listener
        """Told to which customer a message of ours has come."""
        self._dice = dice
        self._stream: random.Random = dice.stream(f"network:{name}")
        self._clock = clock
        self._history = history
        self._numbers = 0
        self._waiting: list[Event] = []
        self.whose: dict[str, str] = {}
        """Who wrote a post, and who is behind an account."""
        self.outstanding = 0
        """Deliveries that are still under way, or will come again."""

    def says(self, text: str, *, by: str, surface: Surface, code: str = "") -> None:
        """A customer says something."""
        self._numbers += 1
        number = self._numbers
        native_id = f"{_LETTER[self.name]}{number}"
        sender = self._sender(by, surface)
        self.whose[sender.native_id] = self.whose[native_id] = by
        # Platforms' stamps are coarse: seconds on Telegram, where the ids tell the order within one.
        at = self._clock.true()
        if self.name is Channel.TELEGRAM:
            at = at.replace(microsecond=0)
        said = Said(
            channel=self.name,
            account=ACCOUNT,
            native_id=native_id,
            place=self._place(sender, surface),
            sender=sender,
            text=text,
            at=at,
            order=number,
            target=sender.native_id if surface is Surface.PRIVATE else native_id,
            code=code,
        )
        self._history.add(
            "customer.says", native=native_id, by=by, channel=self.name, surface=surface, text=text, code=code,
            said_at=at.isoformat(), order=number,
        )  # fmt: skip
        self._tell(Event(native_id=native_id, body=msgspec.Raw(msgspec.json.encode(said))))

    def _sender(self, name: str, surface: Surface) -> Sender:
        """On Facebook a commenter and a private correspondent are two numbers."""
        if self.name is not Channel.FACEBOOK:
            return Sender(native_id=f"u-{name}", name=name, handle=name)
        if surface is Surface.PUBLIC:
            return Sender(native_id=f"feed-{name}", name=name, scope="feed")
        return Sender(native_id=f"psid-{name}", name=name, scope="messenger")

    def _place(self, sender: Sender, surface: Surface) -> Place:
        """On Telegram everybody talks in one group."""
        if surface is Surface.PRIVATE:
            return Place(surface=surface, native_id=f"private:{sender.native_id}")
        group = self.name is Channel.TELEGRAM
        return Place(surface=surface, native_id="square" if group else f"post:{sender.native_id}")

    def chatters(self) -> None:
        """Something that is not for us, or that nobody can read."""
        self._numbers += 1
        native_id = f"{_LETTER[self.name]}{self._numbers}"
        body = self._stream.choice([b'{"type":"ignored","reason":"reaction"}', b'{"type":"said"}', b"{}"])
        self._history.add("network.chatters", native=native_id)
        self._tell(Event(native_id=native_id, body=msgspec.Raw(body)))

    def flush(self) -> None:
        """Send off what waits to travel with more."""
        events, self._waiting = self._waiting, []
        if events:
            self._send_off(events)

    def _tell(self, event: Event) -> None:
        self._waiting.append(event)
        if not self._dice.strikes(self._stream, "batched"):
            self.flush()
        else:
            asyncio.get_running_loop().call_later(0.2, self.flush)

    def _send_off(self, events: list[Event]) -> None:
        draw = self._stream
        delays = [draw.uniform(0.2, 3.0) if self._dice.strikes(draw, "shuffled") else draw.uniform(0.01, 0.05)]
        if self._dice.strikes(draw, "repeated"):
            longest = draw.choice([0.1, 2.0, 25.0])
            delays += [delays[0] + draw.uniform(0, longest) for _ in range(draw.randint(1, 4))]
        for delay in delays:
            self.outstanding += 1
            outside(self._deliver(events, delay))

    async def _deliver(self, events: list[Event], delay: float) -> None:
        body = b"[" + b",".join(msgspec.json.encode(event) for event in events) + b"]"
        natives = ",".join(event.native_id for event in events)
        draw = self._stream
        while True:
            await asyncio.sleep(delay)
            delay = draw.uniform(*_AGAIN)
            if self._dice.strikes(draw, "lost"):
                continue
            try:
                status = await self.process.receive(self.name, body)
            except Down:
                continue
            except Exception as error:  # noqa: BLE001 - a web server makes it a 500
                self._history.add("network.hears", natives=natives, status=500, error=type(error).__name__)
                continue
            if self._dice.strikes(draw, "lost"):
                continue
            self._history.add("network.hears", natives=natives, status=status)
            if status == 200:
                break
        self.outstanding -= 1

    async def take(self, out: Outbound, reference: str) -> Sent:
        """A request by the process. Raises what an adapter raises."""
        draw = self._stream
        facts = {"ref": reference, "author": out.author, "surface": out.surface, "text": out.text}
        self._history.add("network.asked", **facts)
        await asyncio.sleep(draw.uniform(0.01, 0.2))
        if self._dice.strikes(draw, "limited"):
            raise SendRetryable("too many", retry_after=draw.choice([None, 0.4, 3.0]))
        if self._dice.strikes(draw, "refused"):
            raise SendRefused("blocked")
        if self._dice.strikes(draw, "cut_before"):
            raise SendUnclear("reset")
        if self._dice.strikes(draw, "hangs"):
            # It arrives on the platform whatever becomes of whoever waits here.
            asyncio.get_running_loop().call_later(draw.uniform(0, 2 * _GIVE_UP), self._arrives, out, reference)
            await asyncio.sleep(_GIVE_UP)
            raise SendUnclear("timed out")
        sent = self._arrives(out, reference)
        await asyncio.sleep(draw.uniform(0.01, 0.2))
        if self._dice.strikes(draw, "cut_after"):
            raise SendUnclear("reset")
        return sent

    def leaves_in_doubt(self, reference: str) -> None:
        """Whoever asked has not heard an answer, or has not lived to hear it."""
        self._history.add("network.in_doubt", ref=reference)

    def _arrives(self, out: Outbound, reference: str) -> Sent:
        self._numbers += 1
        native_id = f"{_LETTER[self.name]}{self._numbers}"
        self._history.add(
            "network.takes", ref=reference, native=native_id, channel=self.name, author=out.author, surface=out.surface,
            place=out.place, target=out.target, text=out.text, opens=out.opens_private,
        )  # fmt: skip
        sent = Sent(native_id=native_id)
        if out.opens_private:
            # Facebook alone: this answer is how we learn who the commenter is in Messenger.
            person = self._sender(self.whose[out.target], Surface.PRIVATE)
            self.whose[person.native_id] = self.whose[out.target]
            sent = Sent(native_id=native_id, opened=self._place(person, Surface.PRIVATE), opened_by=person)
        self.listener(self.whose[out.target], out)
        return sent


class Adapter:
    """A `ChannelAdapter` of one life of the process."""

    def __init__(self, network: Network, alive: Callable[[], bool]) -> None:
        self.name = network.name
        self.account = ACCOUNT
        self._network = network
        self._alive = alive

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        """Platforms do not ask in a simulation."""
        return None

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """See `ChannelAdapter.verify`."""
        if headers.get("x-signature") != "right":
            raise BadSignature

    def split(self, body: bytes) -> list[RawEvent]:
        """See `ChannelAdapter.split`."""
        events = msgspec.json.decode(body, type=list[Event])
        return [RawEvent(native_id=event.native_id, payload=bytes(event.body)) for event in events]

    def parse(self, event: RawEvent) -> Said | Ignored:
        """See `ChannelAdapter.parse`."""
        try:
            return msgspec.json.decode(event.payload, type=Said | Ignored)
        except msgspec.MsgspecError as error:
            raise ParseError("not_understood") from error

    def way_in(self, code: str, said: Said) -> WayIn:
        """See `ChannelAdapter.way_in`."""
        return WayIn(url=f"https://{self.name}.example/{code}", label="Continue in private", code=code)

    def writes_first(self, said: Said) -> bool:
        """See `ChannelAdapter.writes_first`."""
        return self.name is Channel.FACEBOOK

    def text_limit(self, surface: Surface) -> int:
        """See `ChannelAdapter.text_limit`."""
        return 1000

    async def send_private(self, out: Outbound, reference: str) -> Sent:
        """See `ChannelAdapter.send_private`."""
        return await self._send(out, reference)

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """See `ChannelAdapter.send_public`."""
        if not isinstance(text, PublicText):
            raise TypeError("not a public text")
        return await self._send(msgspec.structs.replace(out, text=str(text)), reference)

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def _send(self, out: Outbound, reference: str) -> Sent:
        if not self._alive():
            raise asyncio.CancelledError
        try:
            return await self._network.take(out, reference)
        except (SendUnclear, asyncio.CancelledError):
            self._network.leaves_in_doubt(reference)
            raise
