"""Names: who writes where the platform's events tell no name is asked for, once, beside the road.

arrivals --meet--> waits, among few --one after another, unhurried--> channel.name_of -> the customer's name

Nothing hangs on it: what is too much, fails, or comes while the platform is left alone is dropped, and asked with the
customer's next message. Who has been asked about is remembered for as long as the process lives, not on disk.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Mapping
from functools import partial
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from gateway import log
from gateway.bell import Bell, keep_doing
from gateway.breaker import Breaker, BreakerState
from gateway.channels.base import ChannelAdapter
from gateway.channels.names import Names
from gateway.clock import Clock
from gateway.errors import SendError, SendRefused
from gateway.messages import Channel, Said, Surface
from gateway.storage import cases, events, people
from gateway.storage.database import Database

_log = log.get(__name__)

_WAITING_AT_MOST: Final = 200
_REMEMBERED: Final = 10_000  # people
_PACE: Final = 0.5  # seconds between two calls, so that a crowd's names take nothing from their answers
_GIVE_UP: Final = 5.0  # seconds of one call
_IDLE: Final = 5.0  # seconds
_PAUSE: Final = 60.0  # seconds after five in a row of whom nothing was told: the permission may be missing
_LONGEST_PAUSE: Final = 3_600.0  # seconds


class Naming:
    """Asks for names, and forgets whom it could not ask about."""

    def __init__(self, channels: Mapping[Channel, ChannelAdapter], database: Database, clock: Clock) -> None:
        self._channels = {name: channel for name, channel in channels.items() if isinstance(channel, Names)}
        self._breakers = {
            name: Breaker(
                lambda: asyncio.get_running_loop().time(),
                pause=_PAUSE,
                longest=_LONGEST_PAUSE,
                on_change=partial(_tell, name),
            )
            for name in self._channels
        }
        self._database = database
        self._clock = clock
        self._waiting: deque[Said] = deque()
        self._asked: OrderedDict[tuple[Channel, str], None] = OrderedDict()
        self._bell = Bell()

    async def run(self) -> None:
        """Ask for whoever waits, for as long as we live."""
        await keep_doing("names", self.look, self._bell, _IDLE)

    @property
    def is_on(self) -> bool:
        """Whether any channel can be asked."""
        return bool(self._channels)

    def meet(self, said: Said) -> None:
        """A customer has said something: where the platform did not tell their name, it is asked for it soon."""
        if said.channel not in self._channels or said.sender.name or said.place.surface is Surface.PUBLIC:
            return
        who = said.channel, said.sender.native_id
        too_many = len(self._waiting) >= _WAITING_AT_MOST
        if who in self._asked or too_many or self._breakers[said.channel].wait() > 0:
            return
        self._asked[who] = None
        if len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        self._waiting.append(said)
        self._bell.ring()

    async def look(self) -> bool:
        """Ask about the next one; the work of a loop. True where more wait."""
        if not self._waiting:
            return False
        said = self._waiting.popleft()
        settled = False
        try:
            settled = not await self._database.read(partial(_is_nameless, said)) or await self._see_to(said)
        finally:
            if not settled:
                self._asked.pop((said.channel, said.sender.native_id), None)
        return bool(self._waiting)

    async def _see_to(self, said: Said) -> bool:
        """Ask about somebody. False where nothing was learned, so that it makes sense to ask again."""
        breaker = self._breakers[said.channel]
        if not breaker.admit():
            return False
        asker, name = said.sender.native_id, ""
        try:
            async with asyncio.timeout(_GIVE_UP):
                name = await self._channels[said.channel].name_of(said.sender)
        except (SendError, TimeoutError) as error:
            breaker.failed(asker, type(error).__name__)  # its words may hold the customer's id
            settled = isinstance(error, SendRefused)
        except BaseException:
            breaker.let_go()
            raise
        else:
            breaker.succeeded()
            settled = True
        if name:
            await self._database.write(partial(self._keep, said, name))
        await asyncio.sleep(_PACE)
        return settled

    def _keep(self, said: Said, name: str, conn: Connection) -> None:
        sender = msgspec.structs.replace(said.sender, name=name)
        customer = people.learn_name(conn, said.channel, said.account, sender)
        case = None if customer is None else cases.latest_of(conn, customer)
        if case is not None:  # whoever looks at it sees the name without asking
            events.append(
                conn, "customer.named", case_id=case.id, actor="system", epoch=case.epoch, at=self._clock(),
            )  # fmt: skip


def _is_nameless(said: Said, conn: Connection) -> bool:
    return people.is_nameless(conn, said.channel, said.account, said.sender)


def _tell(channel: Channel, state: BreakerState, why: str) -> None:
    if state is BreakerState.OPEN and why:
        _log.warning("names_not_told", channel=channel, why=why)
