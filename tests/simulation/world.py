"""A world: customers, networks, an assistant, agents and the process, for some seconds of their own time."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial
from typing import Any, Final
from unittest import mock

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.storage import tables
from handoff import users
from handoff.users import Role
from tests.simulation.agents import Agent
from tests.simulation.assistant import SlowAssistant
from tests.simulation.clock import BEGINNING, WallClock
from tests.simulation.dice import Dice, Faults
from tests.simulation.history import History
from tests.simulation.loop import VirtualLoop
from tests.simulation.networks import Adapter, Network
from tests.simulation.people import NAMES, Customer
from tests.simulation.process import Process, own_tasks
from tests.simulation.store import Store

_REST: Final = 90  # seconds in which everything must come to rest once the faults are over
_LATER: Final = timedelta(minutes=15)  # past every timer of the gateway
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a seed."""

    seed: int
    faults: Faults
    history: History
    tables: dict[str, list[dict[str, Any]]]
    """What is on disk at the end."""
    rested: bool
    """Whether everything came to rest."""
    errors: list[str]
    """What fell through to the event loop."""


@cache
def the_store() -> Store:
    """One store for each process of the operating system: it is emptied, its compiled statements stay."""
    return Store()


def run(seed: int) -> Run:
    """Live through a seed."""
    dice = Dice(seed)
    loop = VirtualLoop(dice.stream("loop"))
    history = History(loop.time)
    errors: list[str] = []
    loop.set_exception_handler(lambda _, context: errors.append(repr(context.get("exception") or context["message"])))
    loop.set_task_factory(own_tasks)
    store = the_store()
    store.begin_anew(history)
    with asyncio.Runner(loop_factory=lambda: loop) as runner, _without_chance(dice), _overheard(history):
        rested = runner.run(_World(dice, loop, history, store).live())
    return Run(
        seed=seed, faults=dice.faults, history=history, tables=store.read(_everything), rested=rested, errors=errors
    )


class _World:
    def __init__(self, dice: Dice, loop: VirtualLoop, history: History, store: Store) -> None:
        self._dice = dice
        self._draw = dice.stream("world")
        self._history = history
        self._store = store
        self._clock = WallClock(loop.time)
        self._assistant = SlowAssistant(dice, history)
        self._networks = {name: Network(name, dice, self._clock, history) for name in Channel}
        self._process = Process(
            store, dice, self._clock, history, self._assistant,
            lambda alive: {name: Adapter(network, alive) for name, network in self._networks.items()},
        )  # fmt: skip
        self._customers: dict[str, Customer] = {}
        for name in NAMES[: self._draw.randint(1, 4)]:
            network = self._networks[self._draw.choice(list(Channel))]
            self._customers[name] = Customer(name, network, dice)
        for network in self._networks.values():
            network.process = self._process
            network.listener = lambda name, out: self._customers[name].hears(out)

    async def live(self) -> bool:
        """From the first start to rest. False if it does not come to rest."""
        people = self._store.transact([_hire])[0][0]
        await self._process.start()
        lasts = self._draw.uniform(4.0, 12.0)
        working = [
            asyncio.create_task(
                Agent(user, people, self._process, self._store, self._clock, self._dice, self._history).work()
            )
            for user in people[: self._draw.randint(0, 2)]
        ]
        working += [asyncio.create_task(fault) for fault in self._misfortunes(lasts)]
        await asyncio.gather(*(customer.live(lasts) for customer in self._customers.values()))
        for task in working:
            task.cancel()
        for outcome in await asyncio.gather(*working, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
        return await self._come_to_rest()

    async def _come_to_rest(self) -> bool:
        self._dice.calm = True
        self._assistant.away = False
        self._history.add("world.calm")
        for second in range(_REST):
            await asyncio.sleep(1.0)
            for network in self._networks.values():
                network.flush()
            if any(network.outstanding for network in self._networks.values()) or not self._process.up:
                continue
            if self._store.read(_at_rest):
                return True
            if second % 4 == 0:
                # What is due in minutes is due now.
                self._clock.offset += _LATER
                self._history.add("world.later", now=self._clock())
        return False

    def _misfortunes(self, lasts: float) -> Iterator[Any]:
        faults, draw = self._dice.faults, self._draw

        async def at(moment: float, happen: Callable[[], None]) -> None:
            await asyncio.sleep(moment)
            happen()

        async def away(lasts: float) -> None:
            await asyncio.sleep(draw.uniform(0, lasts))
            self._history.add("assistant.leaves")
            self._assistant.away = True
            await asyncio.sleep(draw.uniform(0.5, 12.0))
            self._assistant.away = False
            self._history.add("assistant.returns")

        def jump(by: timedelta) -> None:
            self._clock.offset += by
            self._history.add("clock.jumps", by=by, now=self._clock())

        for _ in range(faults.kills):
            yield at(draw.uniform(0, lasts), partial(self._process.die, "somewhere"))
        for _ in range(faults.stops):
            yield at(draw.uniform(0, lasts), self._process.stop)
        for _ in range(faults.away):
            yield away(lasts)
        for _ in range(faults.jumps):
            by = timedelta(seconds=draw.uniform(-600, 600))
            yield at(draw.uniform(0, lasts), partial(jump, by))
        if faults.junk:
            for _ in range(draw.randint(1, 3)):
                yield at(draw.uniform(0, lasts), self._networks[draw.choice(list(Channel))].chatters)


def _hire(conn: Connection) -> list[users.User]:
    return [users.add(conn, name, Role.AGENT, BEGINNING) for name in ("robin", "kim")]


def _at_rest(conn: Connection) -> bool:
    waiting = ((tables.inbox, ("new", "queued")), (tables.outbox, ("new", "sending")), (tables.timers, ("pending",)))
    counts = [
        sa.select(sa.func.count()).where(table.c.status.in_(statuses)).scalar_subquery() for table, statuses in waiting
    ]
    return not conn.execute(sa.select(counts[0] + counts[1] + counts[2])).scalar_one()


def _everything(conn: Connection) -> dict[str, list[dict[str, Any]]]:
    names = ("cases", "messages", "inbox", "outbox", "timers", "identities", "threads", "moves")
    return {
        name: [dict(row._mapping) for row in conn.execute(sa.select(tables.metadata.tables[name]))] for name in names
    }


@contextmanager
def _without_chance(dice: Dice) -> Iterator[None]:
    """Whatever the gateway leaves to chance (jitter, codes, ids of cases) is drawn from the seed."""
    before = random.getstate()
    random.seed(dice.stream("jitter").random())
    draw, numbers = dice.stream("codes"), itertools.count(1)

    class Numbers:
        @staticmethod
        def from_datetime(_: Any) -> str:
            return f"case-{next(numbers):03}"

    def mint() -> str:
        return "REF-" + "".join(draw.choices(_ALPHABET, k=12))

    with mock.patch("gateway.codes.mint", mint), mock.patch("gateway.storage.cases.ULID", Numbers):
        try:
            yield
        finally:
            random.setstate(before)


@contextmanager
def _overheard(history: History) -> Iterator[None]:
    """What the gateway logs is part of the story."""

    def hear(_: Any, level: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        line.pop("module", None)
        line.pop("exc_info", None)
        history.add(f"log.{level}", **line)
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[hear], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        structlog.configure(**before)
