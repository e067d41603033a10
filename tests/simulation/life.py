"""A life: one run of a process, from its start to its death, and what belongs to it.

What a life starts belongs to it, by the context that its tasks inherit. When it dies they are stopped where they stand,
and nothing that they still try reaches the store or a platform. A life that is paused does nothing until it goes on.
"""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from tests.simulation.clock import WallClock

if TYPE_CHECKING:
    from gateway.app import Gateway
    from tests.simulation.database import LocalDatabase, SharedDatabase

T = TypeVar("T")


class Down(Exception):
    """Nobody is there, or they went away before they answered."""


class Life:
    """One run of a process, from its start to its death."""

    def __init__(self, name: str, clock: WallClock, die: Callable[[str], None], stall: Callable[[], None]) -> None:
        self.name = name
        self.clock = clock
        self.alive = True
        self.ready = False
        self.paused = False
        self.cut_off = False
        """Whether it does not reach the store."""
        self.die = die
        """`kill -9`, for this reason."""
        self.stall = stall
        """Stand still, from the next await on, for so long that others presume it dead."""
        self.held: list[asyncio.Handle] = []
        """What it will do when it goes on."""
        self.gateway: Gateway
        self.database: LocalDatabase | SharedDatabase
        self.context = contextvars.copy_context()
        self.context.run(_LIFE.set, self)
        self.tasks: dict[asyncio.Task[Any], None] = {}

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do something within this life."""
        return asyncio.get_running_loop().create_task(work, context=self.context)


_LIFE: ContextVar[Life | None] = ContextVar("life", default=None)


def this_life() -> Life:
    """Whose step this is."""
    life = _LIFE.get()
    assert life is not None
    return life


def stands_still(context: contextvars.Context) -> list[asyncio.Handle] | None:
    """See `StandsStill`."""
    life = context.get(_LIFE)
    return life.held if life is not None and life.paused else None


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
