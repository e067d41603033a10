"""The process under test: `gateway.app.Gateway` with everything real inside, which dies at any await and starts again.

A life is one run of the process. What it starts belongs to it, by the context that its tasks inherit; when it dies
they are stopped where they stand, and nothing that they still try reaches the store or a platform.
"""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from gateway.app import Gateway
from gateway.brand import Brand
from gateway.channels.base import ChannelAdapter
from gateway.messages import Channel
from gateway.privacy.brand import BrandFormats
from gateway.routing.assistant import Assistant
from gateway.settings import Settings
from tests.simulation.clock import WallClock
from tests.simulation.dice import Dice
from tests.simulation.history import History
from tests.simulation.store import Store, StoreDatabase

T = TypeVar("T")

SETTINGS = Settings(aside_assistant_patience=6.0, database_url="sqlite://", _env_file=None)
BRAND = Brand(name="Wren & Co", formats=BrandFormats(order_patterns=(r"\b1\d{5}\b",)))
_GRACE = 15.0  # seconds that a process which is asked to stop is given


class Down(Exception):
    """Nobody is there, or they went away before they answered."""


class Life:
    """One run of the process, from its start to its death."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.alive = True
        self.ready = False
        self.gateway: Gateway
        self.database: StoreDatabase
        self.context = contextvars.copy_context()
        self.context.run(_LIFE.set, self)
        self.tasks: dict[asyncio.Task[Any], None] = {}

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do something within this life."""
        return asyncio.get_running_loop().create_task(work, context=self.context)


_LIFE: ContextVar[Life | None] = ContextVar("life", default=None)


def outside(work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
    """Do something that belongs to no life, whoever asks for it."""
    return asyncio.get_running_loop().create_task(work, context=contextvars.Context())


def own_tasks(
    loop: asyncio.AbstractEventLoop,
    coro: Coroutine[Any, Any, T],
    *,
    context: contextvars.Context | None = None,
    **options: Any,
) -> "asyncio.Task[T]":
    """A task factory: each task belongs to the life that started it."""
    if context is None:
        context = contextvars.copy_context()
    life = context.get(_LIFE)
    task = asyncio.Task(coro, loop=loop, context=context, **options)
    if life is not None:
        life.tasks[task] = None
        task.add_done_callback(lambda done: life.tasks.pop(done, None))
        if not life.alive:
            task.cancel()
    return task


class Process:
    """What an operator keeps running."""

    def __init__(
        self,
        store: Store,
        dice: Dice,
        clock: WallClock,
        history: History,
        assistant: Assistant,
        channels: Callable[[Callable[[], bool]], Mapping[Channel, ChannelAdapter]],
    ) -> None:
        """`channels` makes the adapters of one life, which is given as "is it alive?"."""
        self._store = store
        self._dice = dice
        self._stream = dice.stream("process")
        self._clock = clock
        self._history = history
        self._assistant = assistant
        self._channels = channels
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
                await asyncio.shield(life.spawn(life.gateway.start()))
            except asyncio.CancelledError:
                if life.alive:
                    raise
                return  # it died while it started: whoever killed it starts it again
            except Exception as error:  # noqa: BLE001 - whatever it is, a supervisor starts it again
                self._history.add("process.fails", error=type(error).__name__)
                self._end(life)
                await asyncio.sleep(0.5)
                continue
            life.ready = True
            self._history.add("process.ready", life=life.number)
            return

    def die(self, why: str) -> None:
        """`kill -9`, here and now; after a while it is started again."""
        if self._life is None or not self._life.alive:
            return
        self._history.add("process.dies", life=self._life.number, where=why)
        self._end(self._life)
        self._keeper = outside(self._start_again())

    def stop(self) -> None:
        """Ask it to stop, as an upgrade does; it is started again."""
        self._keeper = outside(self._stop())

    async def _stop(self) -> None:
        life = self._life
        if life is None or not self.up:
            return
        self._history.add("process.stops", life=life.number)
        life.ready = False
        try:
            async with asyncio.timeout(_GRACE):
                await asyncio.shield(life.spawn(life.gateway.stop()))
        except TimeoutError:
            self._history.add("process.too_slow", life=life.number)
        except asyncio.CancelledError:
            if life.alive:
                raise
            return
        if life.alive:
            self._end(life)
            await self.start()

    async def receive(self, channel: Channel, body: bytes) -> int:
        """A webhook. Returns the status. Raises `Down`."""
        response = await self._within(lambda life: life.gateway.intake.receive(channel, {"x-signature": "right"}, body))
        return response.status

    async def desk(self, work: Callable[[Connection, Life], T]) -> T:
        """A request to the desk, which lives in the same process: one transaction. Raises `Down`, or what it raises."""

        async def act(life: Life) -> T:
            result = await life.database.write(lambda conn: work(conn, life))
            life.gateway.wake()
            return result

        return await self._within(act)

    async def _within(self, request: Callable[[Life], Coroutine[Any, Any, T]]) -> T:
        life = self._life
        if life is None or not self.up:
            raise Down
        answer = life.spawn(request(life))
        # Looked at: whoever asked may have gone away before the answer came.
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            if life.alive:
                raise
            raise Down from None

    def _begin(self) -> Life:
        self._lives += 1
        self._life = life = Life(self._lives)
        life.database = StoreDatabase(self._store, self._dice, self._stream, lambda: life.alive, self._die_of(life))
        channels = self._channels(lambda: life.alive)
        life.gateway = life.context.run(Gateway, SETTINGS, channels, life.database, self._assistant, BRAND, self._clock)
        return life

    def _die_of(self, life: Life) -> Callable[[str], None]:
        return lambda why: self.die(why) if life is self._life else None

    def _end(self, life: Life) -> None:
        life.alive = life.ready = False
        for task in list(life.tasks):
            task.cancel()

    async def _start_again(self) -> None:
        await asyncio.sleep(self._stream.uniform(0.05, 2.0))
        await self.start()
