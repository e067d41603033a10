"""The networks: what platforms do around the processes.

A platform gives each event one native id, stamps it with its own time, and delivers it until it hears 200: late, twice,
shuffled with others. It takes our messages, or does not, or does and cannot say so; X and Facebook can be asked later.
How each network's own JSON is read and written is tested elsewhere.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from gateway.errors import SendRefused, SendRetryable, SendThrottled, SendUnclear
from gateway.happenings import Happening
from gateway.messages import Channel, Echoed, Outbound, Place, Said, Sender, Sent, Surface
from tests.simulation.afterwards import Afterwards, body_of
from tests.simulation.clock import Time
from tests.simulation.dice import Dice
from tests.simulation.history import History
from tests.simulation.life import Down, outside

ACCOUNT: Final = "brand"
_GIVE_UP: Final = 5.0  # seconds after which a client takes a request for lost
_AGAIN: Final = (0.3, 2.0)  # seconds between a delivery that was not taken and the next try

DEADLY: Final = b'{"type":"deadly"}'

_LETTER: Final = {Channel.TWITTER: "x", Channel.FACEBOOK: "f", Channel.TELEGRAM: "t"}

Listener = Callable[[str, Outbound], None]


class Door(Protocol):
    """Where webhooks are taken."""

    async def receive(self, channel: Channel, body: bytes) -> int:
        """Returns the status. Raises `Down`."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a platform has to tell us."""

    native_id: str
    body: msgspec.Raw


class Network:
    """One platform."""

    def __init__(self, name: Channel, dice: Dice, time: Time, history: History) -> None:
        self.name = name
        self.can_look_up = name is not Channel.TELEGRAM
        self.door: Door
        self.listener: Listener
        """Told to which customer a message of ours has come."""
        self._dice = dice
        self._stream: random.Random = dice.stream(f"network:{name}")
        self._time = time
        self._history = history
        self._echoes = name is Channel.FACEBOOK and self._stream.random() < 0.5
        self._taken: dict[str, tuple[Sent, float]] = {}
        """What it has taken, by our reference, and since when it shows it."""
        self._numbers = 0
        self._told = 0
        self._waiting: list[Event] = []
        self.afterwards = Afterwards(name, dice, time, history, self._tell_of)
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
        at = self._time()
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
        self.afterwards.of_said(said)

    def _tell_of(self, told: Happening) -> str:
        """Something happened besides: it has a key of its own."""
        self._told += 1
        key = f"{_LETTER[self.name]}-told-{self._told}"
        self._tell(Event(native_id=key, body=body_of(told)))
        return key

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
        if self._dice.strikes(self._stream, "deadly"):
            body = DEADLY
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
                status = await self.door.receive(self.name, body)
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

    async def take(self, out: Outbound, reference: str, life: str) -> Sent:
        """A request by a process, which goes on here whatever becomes of that one. Raises what an adapter raises."""
        self._history.add(
            "network.asked", ref=reference, author=out.author, surface=out.surface, text=out.text, life=life
        )
        answer = outside(self._serve(out, reference))
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            if self._stream.random() < 0.5:
                answer.cancel()  # it had not been heard yet
            raise

    async def _serve(self, out: Outbound, reference: str) -> Sent:
        draw = self._stream
        await asyncio.sleep(draw.uniform(0.01, 0.2))
        if self._dice.strikes(draw, "limited"):
            kind = draw.choice([SendRetryable, SendThrottled])
            raise kind("too many", retry_after=draw.choice([None, 0.4, 3.0]))
        if self._dice.strikes(draw, "refused"):
            raise SendRefused("blocked")
        if self._dice.strikes(draw, "cut_before"):
            raise SendUnclear("reset")
        if self._dice.strikes(draw, "hangs"):
            asyncio.get_running_loop().call_later(draw.uniform(0, 2 * _GIVE_UP), self._arrives, out, reference)
            await asyncio.sleep(_GIVE_UP)
            raise SendUnclear("timed out")
        sent = self._arrives(out, reference)
        await asyncio.sleep(draw.uniform(0.01, 0.2))
        if self._dice.strikes(draw, "cut_after"):
            raise SendUnclear("reset")
        return sent

    async def look_up(self, reference: str, *, too_early: bool) -> list[Sent]:
        """Whether a message of ours is there. Raises as `ChannelAdapter.look_up`."""
        draw = self._stream
        self._history.add("network.looks", ref=reference)
        await asyncio.sleep(draw.uniform(0.01, 0.3))
        if self._dice.strikes(draw, "limited"):
            raise SendRetryable("too many")
        if self._dice.strikes(draw, "blind"):
            raise SendRefused("not permitted")
        sent, shown_at = self._taken.get(reference, (None, 0.0))
        if sent is not None and shown_at <= self._time.seconds():
            self._history.add("network.finds", ref=reference)
            return [sent]
        if too_early:
            raise SendRetryable("not shown yet")
        self._history.add("network.finds_nothing", ref=reference)
        return []

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
        late = self._stream.uniform(1.0, 40.0) if self._dice.strikes(self._stream, "belated") else 0.0
        self._taken[reference] = (sent, self._time.seconds() + late)
        if self._echoes and out.surface is Surface.PRIVATE:
            self._echo(out, reference, sent)
        self.listener(self.whose[out.target], out)
        self.afterwards.of_taken(out, sent)
        return sent

    def _echo(self, out: Outbound, reference: str, sent: Sent) -> None:
        who = sent.opened_by or self._sender(self.whose[out.target], Surface.PRIVATE)
        echoed = Echoed(
            reference=reference, native_id=sent.native_id, place=self._place(who, Surface.PRIVATE), correspondent=who
        )
        self._tell(Event(native_id=f"echo:{sent.native_id}", body=msgspec.Raw(msgspec.json.encode(echoed))))
