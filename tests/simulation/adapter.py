"""The adapter by which one life of a process knows a network. It speaks the vocabulary itself."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from gateway.channels.base import ActKind, Challenge, Fetched, Loaded, ParseError, Sign, Takes
from gateway.channels.care import Check, Step
from gateway.channels.supply import Receive, Supplied
from gateway.errors import BadSignature, FetchRefused, SendUnclear
from gateway.happenings import Event as Understood
from gateway.messages import Attachment, Channel, Echoed, Outbound, RawEvent, Said, Sent, Surface, WayIn
from gateway.privacy.wall import PublicText
from tests.simulation.life import Life
from tests.simulation.networks import ACCOUNT, DEADLY, Event, Network

_SHOWS_AFTER: Final = timedelta(minutes=1)  # that a message which is not shown was not taken


class Adapter:
    """A `ChannelAdapter` of one life of the process, with what it is to be a `Supply` and a `Care`."""

    receive = Receive.WEBHOOK

    def __init__(self, network: Network, life: Life) -> None:
        self.name = network.name
        self.account = ACCOUNT
        self.can_look_up = network.can_look_up
        self._network = network
        self._life = life

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

    def parse(self, event: RawEvent) -> Understood:
        """See `ChannelAdapter.parse`."""
        if event.payload == DEADLY:
            self._life.die(f"understanding {event.native_id}")
            raise asyncio.CancelledError
        try:
            understood: Understood = msgspec.json.decode(event.payload, type=Understood | Echoed)
        except msgspec.MsgspecError as error:
            raise ParseError("not_understood") from error
        return understood

    def way_in(self, code: str, said: Said) -> WayIn:
        """See `ChannelAdapter.way_in`."""
        return WayIn(url=f"https://{self.name}.example/{code}", label="Continue in private", code=code)

    def writes_first(self, said: Said) -> bool:
        """See `ChannelAdapter.writes_first`."""
        return self.name is Channel.FACEBOOK

    def text_limit(self, surface: Surface) -> int:
        """See `ChannelAdapter.text_limit`."""
        return 1000

    def takes(self) -> Takes:
        """See `ChannelAdapter.takes`."""
        return Takes(kinds=frozenset(), largest=0, most=0)

    async def send_private(self, out: Outbound, reference: str, files: Sequence[Loaded] = ()) -> Sent:
        """See `ChannelAdapter.send_private`."""
        return await self._send(out, reference)

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """See `ChannelAdapter.send_public`."""
        if not isinstance(text, PublicText):
            raise TypeError("not a public text")
        return await self._send(msgspec.structs.replace(out, text=str(text)), reference)

    async def fetch(self, attachment: Attachment) -> Fetched:
        """Nobody sends anything along in a simulation."""
        raise FetchRefused

    async def sign(self, sign: Sign) -> None:
        """See `ChannelAdapter.sign`."""
        self._breathe()

    def can(self, act: ActKind, place: str, target: str) -> bool:
        """See `ChannelAdapter.can`."""
        return False

    async def act(self, act: ActKind, target: str) -> None:
        """See `ChannelAdapter.act`."""
        self._breathe()

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        """Webhooks lose nothing for good here: platforms come again until they hear 200."""
        self._breathe()
        return Supplied(events=[], cursors=cursors, pause=600.0)

    async def checks(self, url: str) -> list[Check]:
        """See `Care.checks`."""
        return []

    async def connect(self, url: str) -> list[Step]:
        """See `Care.connect`."""
        return []

    async def disconnect(self) -> list[Step]:
        """See `Care.disconnect`."""
        return []

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> list[Sent]:
        """See `ChannelAdapter.look_up`."""
        self._breathe()
        too_early = self._life.clock() - since < _SHOWS_AFTER
        return await self._network.look_up(reference, too_early=too_early)

    async def _send(self, out: Outbound, reference: str) -> Sent:
        self._breathe()
        self._life.stall()
        # Before it leaves, or on the way: whichever comes first.
        await asyncio.sleep(0.0)
        self._breathe()
        try:
            return await self._network.take(out, reference, self._life.name)
        except (SendUnclear, asyncio.CancelledError):
            self._network.leaves_in_doubt(reference)
            raise

    def _breathe(self) -> None:
        if not self._life.alive:
            raise asyncio.CancelledError
