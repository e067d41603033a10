"""A process under test: `gateway.app.Gateway` with everything real inside, which dies at any await and starts again.

An operator's supervisor starts it again whenever it ends.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from sqlalchemy.engine import Connection

from gateway.app import Gateway
from gateway.brand import Brand
from gateway.channels.base import ChannelAdapter
from gateway.engine.distributed import DistributedCarrier, carried_by
from gateway.engine.local import LocalCarrier
from gateway.lanes import Carrier, Drain, Hold, LaneKind
from gateway.messages import Channel
from gateway.privacy.brand import BrandFormats
from gateway.routing.assistant import Assistant
from gateway.sending.limits import Table
from gateway.settings import Settings
from tests.simulation.clock import Time, WallClock
from tests.simulation.database import LocalDatabase, SharedDatabase
from tests.simulation.dice import Dice
from tests.simulation.history import History
from tests.simulation.jobs import RowJobs
from tests.simulation.life import Down, Life, outside
from tests.simulation.store import Store

if TYPE_CHECKING:
    from tests.simulation.loop import VirtualLoop

T = TypeVar("T")

BRAND: Final = Brand(name="Wren & Co", formats=BrandFormats(order_patterns=(r"\b1\d{5}\b",)))
_GRACE: Final = 15.0  # seconds that a process which is asked to stop is given
_STALLS: Final = (8.5, 15.0)  # seconds
_PATIENCE: Final = 10.0  # seconds after which whoever asked hangs up


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What processes live in."""

    store: Store
    dice: Dice
    time: Time
    history: History
    assistant: Assistant
    channels: "Callable[[Life], Mapping[Channel, ChannelAdapter]]"
    settings: Settings
    table: Table
    places: int
    loop: "VirtualLoop"


class Process:
    """What an operator keeps running on one host."""

    def __init__(self, name: str, around: Surroundings, *, shared: bool, takes: bool, works: bool) -> None:
        """`shared`: others work on the same store. `takes`: webhooks and the desk. `works`: drains lanes."""
        self.name = name
        self.takes = takes
        self.clock = WallClock(around.time)
        self._around = around
        self._shared = shared
        self._works = works
        self._stream: random.Random = around.dice.stream(f"process:{name}")
        self._lives = 0
        self._life: Life | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        """Whether it takes requests."""
        return self._life is not None and self._life.alive and self._life.ready

    async def start(self) -> None:
        """Start it, and again after each start that fails, as an operator's supervisor does."""
        while True:
            life = self._begin()
            try:
                await asyncio.shield(life.spawn(life.gateway.start(works=self._works)))
            except asyncio.CancelledError:
                if life.alive:
                    raise
                return  # it died while it started: whoever killed it starts it again
            except Exception as error:  # noqa: BLE001 - whatever it is, a supervisor starts it again
                self._tell("fails", life, error=type(error).__name__)
                self._end(life)
                await asyncio.sleep(0.5)
                continue
            life.ready = True
            self._tell("ready", life)
            return

    def die(self, why: str) -> None:
        """`kill -9`, here and now; after a while it is started again."""
        if self._life is None or not self._life.alive:
            return
        self._tell("dies", self._life, where=why)
        self._end(self._life)
        self._keeper = outside(self._start_again())

    def stop(self) -> None:
        """Ask it to stop, as an upgrade does; it is started again."""
        self._keeper = outside(self._stop())

    def put_away(self) -> None:
        """The world ends."""
        if self._life is not None:
            self._end(self._life)

    async def pause(self, seconds: float) -> None:
        """Have it stand still, as a machine that is busy with something else does."""
        life = self._life
        if life is None or not life.alive or life.paused:
            return
        self._tell("pauses", life, seconds=round(seconds, 3))
        life.paused = True
        await asyncio.sleep(seconds)
        self._go_on(life)

    async def cut_off(self, seconds: float) -> None:
        """Have it not reach the store, though everything else."""
        life = self._life
        if life is None or not life.alive or life.cut_off:
            return
        self._tell("cut_off", life, seconds=round(seconds, 3))
        life.cut_off = True
        await asyncio.sleep(seconds)
        life.cut_off = False
        self._tell("reaches", life)

    async def receive(self, channel: Channel, body: bytes) -> int:
        """A webhook. Returns the status. Raises `Down`."""
        response = await self._within(lambda life: life.gateway.intake.receive(channel, {"x-signature": "right"}, body))
        return response.status

    async def desk(self, work: Callable[[Connection, Life], T]) -> T:
        """A request to the desk, which lives in the same process: one transaction. Raises `Down`, or what it raises."""
        return await self._within(lambda life: life.database.write(lambda conn: work(conn, life)))

    async def _stop(self) -> None:
        life = self._life
        if life is None or not self.up:
            return
        self._tell("stops", life)
        life.ready = False
        try:
            async with asyncio.timeout(_GRACE):
                await asyncio.shield(life.spawn(life.gateway.stop()))
        except TimeoutError:
            self._tell("too_slow", life)
        except asyncio.CancelledError:
            if life.alive:
                raise
            return
        if life.alive:
            self._tell("ends", life)
            self._end(life)
            await self.start()

    async def _within(self, request: Callable[[Life], Coroutine[Any, Any, T]]) -> T:
        life = self._life
        if life is None or not self.up:
            raise Down
        answer = life.spawn(request(life))
        # Looked at: whoever asked may have gone away before the answer came.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(_PATIENCE):
                return await asyncio.shield(answer)
        except TimeoutError:
            raise Down from None
        except asyncio.CancelledError:
            if life.alive:
                raise
            raise Down from None

    def _begin(self) -> Life:
        around = self._around
        self._lives += 1
        name = f"{self.name}/{self._lives}"
        self._life = life = Life(name, self.clock, lambda why: self._die_of(life, why), self._stall)
        carrier = self._carrier(life)
        life.gateway = life.context.run(
            Gateway,
            around.settings,
            around.channels(life),
            life.database,
            around.assistant,
            BRAND,
            self.clock,
            _Watched(carrier, life, around.history),
            around.table,
        )
        return life

    def _carrier(self, life: Life) -> Carrier:
        around, channels = self._around, list(Channel)
        if self._shared:
            shared = life.database = SharedDatabase(around.store, around.dice, self._stream, life)
            jobs = RowJobs(around.store, shared, life, around.time, self._stream, around.places)
            shared.carry = carried_by(jobs, self.clock)
            return DistributedCarrier(shared, jobs, channels, self.clock)
        local = life.database = LocalDatabase(around.store, around.dice, self._stream, life)
        carrier = LocalCarrier(local, channels, self.clock)
        local.on_call(carrier.kick)
        return carrier

    def _die_of(self, life: Life, why: str) -> None:
        if life is self._life:
            self.die(why)

    def _stall(self) -> None:
        if self._shared and self._around.dice.strikes(self._stream, "stalls"):
            outside(self.pause(self._stream.uniform(*_STALLS)))

    def _end(self, life: Life) -> None:
        life.alive = life.ready = False
        for task in list(life.tasks):
            task.cancel()
        self._go_on(life)

    def _go_on(self, life: Life) -> None:
        if life.paused:
            life.paused = False
            self._tell("goes_on", life)
            self._around.loop.go_on(life.held)

    async def _start_again(self) -> None:
        await asyncio.sleep(self._stream.uniform(0.05, 2.0))
        await self.start()

    def _tell(self, what: str, life: Life, **facts: object) -> None:
        self._around.history.add(f"process.{what}", life=life.name, **facts)


class _Watched:
    """A carrier of which is told who drains which lane, and when."""

    def __init__(self, carrier: Carrier, life: Life, history: History) -> None:
        self._carrier = carrier
        self._life = life
        self._history = history
        self.stop = carrier.stop
        self.call = carrier.call

    async def start(self, drains: Mapping[LaneKind, Drain]) -> None:
        """See `Carrier.start`."""
        await self._carrier.start({kind: self._watched(drain) for kind, drain in drains.items()})

    def _watched(self, drain: Drain) -> Drain:
        async def watched(hold: Hold) -> Any:
            facts = {"lane": str(hold.lane), "holder": hold.holder, "life": self._life.name}
            self._history.add("lane.taken", **facts, orphaned=hold.orphaned)
            try:
                return await drain(hold)
            finally:
                self._history.add("lane.left", **facts)

        return watched
