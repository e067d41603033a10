"""Databases: how one life of a process reaches the store. Between a body and who waits for it lie delays and deaths.

LocalDatabase    as SQLite: bodies in groups, in the order in which they came; calls of lanes told after the commit
SharedDatabase   as PostgreSQL: each body by itself, overtaking others; refused, run again, or committed unheard of
"""

import asyncio
import contextvars
import random
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy.engine import Connection

from gateway.lanes import Carry, Lane
from tests.simulation.dice import Dice
from tests.simulation.store import Outcome, Store, StoreRefused, Work

if TYPE_CHECKING:
    from tests.simulation.life import Life

T = TypeVar("T")
Body = tuple[Work[Any], dict[Lane, None], "asyncio.Future[Any]"]

_PATIENCE: Final = 2.0  # seconds after which a client gives up a store that it does not reach


class Step(StrEnum):
    """Where in a commit a process dies."""

    BEFORE = "before the bodies"
    WITHIN = "after the bodies, before the commit"
    AFTER = "after the commit, before anybody heard of it"


class _Database:
    def __init__(self, store: Store, dice: Dice, stream: random.Random, life: "Life") -> None:
        self._store = store
        self._dice = dice
        self._stream = stream
        self._life = life
        self._on_commit: list[Callable[[], None]] = []

    async def read(self, work: Work[T], *, brief: bool = False) -> T:
        """See `Database.read`."""
        self._breathe()
        if brief and not self._store.is_shared:
            return self._store.read(work)  # in the event loop itself: nothing comes in between
        await asyncio.sleep(self._lag())
        self._breathe()
        if self._life.cut_off:
            await asyncio.sleep(_PATIENCE)
            raise StoreRefused
        if self._store.is_shared and self._dice.strikes(self._stream, "full"):
            self._refused(1)
            raise StoreRefused  # a full disk can be read; a server that restarts cannot
        result = self._store.read(work)
        await asyncio.sleep(self._lag())
        return result

    def on_commit(self, listener: Callable[[], None]) -> None:
        """See `Database.on_commit`."""
        self._on_commit.append(listener)

    def close(self) -> None:
        """The store stays."""

    def _breathe(self) -> None:
        if not self._life.alive:
            raise asyncio.CancelledError

    def _lag(self) -> float:
        return self._stream.uniform(0, self._dice.faults.lags)

    def _dies(self) -> Step | None:
        return self._stream.choice(list(Step)) if self._dice.strikes(self._stream, "crash") else None

    def _refused(self, bodies: int) -> None:
        self._store.history.add("store.refuses", life=self._life.name, bodies=bodies)

    def _tell(self, future: "asyncio.Future[Any]", outcome: Outcome) -> None:
        result, failure = outcome
        if failure is None:
            future.set_result(result)
        else:
            future.set_exception(failure)
            future.exception()  # looked at: a caller that went away leaves nobody to be told


class LocalDatabase(_Database):
    """The `Database` of one life of the only process."""

    def __init__(self, store: Store, dice: Dice, stream: random.Random, life: "Life") -> None:
        super().__init__(store, dice, stream, life)
        self._bodies: list[Body] = []
        self._writing = False
        self._called: dict[Lane, None] = {}
        self._on_call: Callable[[Lane], None] = lambda lane: None

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """See `Database.write`."""
        self._breathe()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._bodies.append((work, {}, future))
        if not self._writing:
            self._writing = True
            asyncio.get_running_loop().call_later(self._lag(), self._commit)
        return await asyncio.shield(future)

    def on_call(self, listener: Callable[[Lane], None]) -> None:
        """See `SqliteDatabase.on_call`."""
        self._on_call = listener

    def _commit(self) -> None:
        if not self._life.alive:
            return
        bodies, self._bodies = self._bodies, []
        dies = self._dies()
        outcomes: list[Outcome]
        if dies is Step.BEFORE:
            outcomes = []
        elif self._dice.strikes(self._stream, "full"):
            self._run(bodies, commit=False)
            self._refused(len(bodies))
            outcomes = [(None, StoreRefused())] * len(bodies)
        else:
            outcomes = self._run(bodies, commit=dies is not Step.WITHIN)
        if dies is not None:
            self._life.die(dies)
            return
        asyncio.get_running_loop().call_later(self._lag(), self._give_out, bodies, outcomes)

    def _run(self, bodies: list[Body], *, commit: bool) -> list[Outcome]:
        def collecting(work: Work[Any], called: dict[Lane, None]) -> Work[Any]:
            def body(conn: Connection) -> Any:
                self._called = called
                return work(conn)

            return body

        works = [collecting(work, called) for work, called, _ in bodies]
        return self._store.transact(works, lambda _, lane: self._called.update({lane: None}), commit=commit)

    def _give_out(self, bodies: list[Body], outcomes: list[Outcome]) -> None:
        if not self._life.alive:
            return
        told: dict[Lane, None] = {}
        for (_, called, future), outcome in zip(bodies, outcomes, strict=True):
            self._tell(future, outcome)
            if outcome[1] is None:
                told.update(called)
        for listener in self._on_commit:
            listener()
        for lane in told:
            self._on_call(lane)
        self._writing = bool(self._bodies)
        if self._writing:
            asyncio.get_running_loop().call_later(self._lag(), self._commit)


class SharedDatabase(_Database):
    """The `Database` of one life of one of several processes."""

    carry: Carry

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """See `Database.write`."""
        self._breathe()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._soon(work, future)
        return await asyncio.shield(future)

    def _soon(self, work: Work[T], future: "asyncio.Future[T]") -> None:
        # The server may have had everything before the process came to a standstill, or not.
        context = contextvars.Context() if self._stream.random() < 0.5 else None
        asyncio.get_running_loop().call_later(self._lag(), self._commit, work, future, context=context)

    def _commit(self, work: Work[T], future: "asyncio.Future[T]") -> None:
        if not self._life.alive:
            return
        if self._life.cut_off:
            # Which of the two became of it, whoever waits cannot know.
            if self._stream.random() < 0.2:
                self._store.transact([work], self.carry)
            self._refused(1)
            self._answer(future, (None, StoreRefused()), _PATIENCE)
            return
        if self._dice.strikes(self._stream, "conflicts"):
            self._store.transact([work], self.carry, commit=False)
            self._soon(work, future)
            return
        dies = self._dies()
        if dies is Step.BEFORE:
            self._life.die(dies)
            return
        refused = self._dice.strikes(self._stream, "full")
        outcome = self._store.transact([work], self.carry, commit=not refused and dies is not Step.WITHIN)[0]
        if refused:
            self._refused(1)
            outcome = None, StoreRefused()
        if dies is not None:
            self._life.die(dies)
            return
        self._answer(future, outcome, self._lag())

    def _answer(self, future: "asyncio.Future[T]", outcome: Outcome, lag: float) -> None:
        asyncio.get_running_loop().call_later(lag, self._give_out, future, outcome, context=self._life.context)

    def _give_out(self, future: "asyncio.Future[T]", outcome: Outcome) -> None:
        if not self._life.alive:
            return
        self._tell(future, outcome)
        if outcome[1] is None:
            for listener in self._on_commit:
                listener()
