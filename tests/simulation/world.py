"""A world: customers, networks, an assistant, agents and a deployment, for some seconds of their own time."""

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

from gateway.messages import Channel, Surface
from gateway.sending.limits import Limit, Scope
from gateway.settings import Settings, Unclear
from gateway.storage import tables, traffic_tables
from gateway.storage.model import metadata
from handoff import users
from handoff.users import Role
from tests.simulation.adapter import Adapter
from tests.simulation.agents import Agent
from tests.simulation.assistant import SlowAssistant
from tests.simulation.clock import BEGINNING, Time
from tests.simulation.deployment import Deployment
from tests.simulation.dice import Dice, Faults
from tests.simulation.history import History
from tests.simulation.jobs import lose_a_job
from tests.simulation.life import outside, own_tasks, stands_still
from tests.simulation.loop import VirtualLoop
from tests.simulation.networks import Network
from tests.simulation.people import NAMES, Customer
from tests.simulation.process import Process, Surroundings
from tests.simulation.store import Store

_REST: Final = 240  # seconds in which everything must come to rest once the faults are over
_LATER: Final = timedelta(minutes=15)  # past every timer of the gateway
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ"
_SHARED: Final = 0.6  # of all runs have several processes
_HELD: Final = 0.2  # ask no platform what became of a message
_TIGHT: Final = 0.3  # have platforms that let out little
Waiting = tuple[sa.Table, tuple[str, ...]]
_LITTLE: Final = {
    (Channel.TWITTER, Surface.PUBLIC): (Limit(scope=Scope.SURFACE, count=3, seconds=4),),
    (Channel.TWITTER, Surface.PRIVATE): (Limit(scope=Scope.SURFACE, count=3, seconds=4),),
    (Channel.TELEGRAM, Surface.PRIVATE): (Limit(scope=Scope.THREAD, count=2, seconds=3),),
}


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a seed."""

    seed: int
    shared: bool
    """Whether several processes worked on one store."""
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


@cache
def _settings(*, hold: bool) -> Settings:
    unclear = Unclear.HOLD if hold else Unclear.LOOK_UP
    return Settings(
        aside_assistant_patience=6.0, aside_unclear_twitter=unclear, aside_unclear_facebook=unclear,
        database_url="sqlite://", _env_file=None,
    )  # fmt: skip


def run(seed: int) -> Run:
    """Live through a seed."""
    dice = Dice(seed)
    loop = VirtualLoop(dice.stream("loop"), stands_still)
    history = History(loop.time)
    errors: list[str] = []
    loop.set_exception_handler(lambda _, context: errors.append(repr(context.get("exception") or context["message"])))
    loop.set_task_factory(own_tasks)  # type: ignore[arg-type]
    store = the_store()
    store.begin_anew(history)
    with asyncio.Runner(loop_factory=lambda: loop) as runner, _without_chance(dice), _overheard(history):
        rested = runner.run(_World(dice, loop, history, store).live())
    return Run(
        seed=seed, shared=store.is_shared, faults=dice.faults, history=history, tables=store.read(_everything),
        rested=rested, errors=errors,
    )  # fmt: skip


class _World:
    def __init__(self, dice: Dice, loop: VirtualLoop, history: History, store: Store) -> None:
        self._dice = dice
        self._draw = dice.stream("world")
        self._history = history
        self._store = store
        self._time = Time(loop.time)
        self._assistant = SlowAssistant(dice, history)
        self._networks = {name: Network(name, dice, self._time, history) for name in Channel}
        draw = dice.stream("deployment")
        store.is_shared = draw.random() < _SHARED
        around = Surroundings(
            store=store, dice=dice, time=self._time, history=history, assistant=self._assistant,
            channels=lambda life: {name: Adapter(network, life) for name, network in self._networks.items()},
            settings=_settings(hold=draw.random() < _HELD), table=_LITTLE if draw.random() < _TIGHT else {},
            places=draw.choice([1, 3, 10]), loop=loop,
        )  # fmt: skip
        self._deployment = Deployment(around, draw, shared=store.is_shared)
        self._customers: dict[str, Customer] = {}
        for name in NAMES[: self._draw.randint(1, 4)]:
            network = self._networks[self._draw.choice(list(Channel))]
            self._customers[name] = Customer(name, network, dice)
        for network in self._networks.values():
            network.door = self._deployment
            network.listener = lambda name, out: self._customers[name].hears(out)

    async def live(self) -> bool:
        """From the first start to rest. False if it does not come to rest."""
        people = self._store.transact([_hire])[0][0]
        await self._deployment.start()
        lasts = self._draw.uniform(4.0, 12.0)
        working = [
            asyncio.create_task(Agent(user, people, self._deployment, self._store, self._dice, self._history).work())
            for user in people[: self._draw.randint(0, 2)]
        ]
        working += [asyncio.create_task(fault) for fault in self._misfortunes(lasts)]
        await asyncio.gather(*(customer.live(lasts) for customer in self._customers.values()))
        for task in working:
            task.cancel()
        for outcome in await asyncio.gather(*working, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
        try:
            return await self._come_to_rest()
        finally:
            for process in self._deployment.processes:
                process.put_away()

    async def _come_to_rest(self) -> bool:
        self._dice.calm = True
        self._assistant.away = False
        self._history.add("world.calm")
        for second in range(_REST):
            await asyncio.sleep(1.0)
            for network in self._networks.values():
                network.flush()
            coming = any(network.outstanding or network.afterwards.coming for network in self._networks.values())
            if coming or not self._deployment.up:
                continue
            waits = self._store.read(_waits)
            if not any(waits.values()):
                return True
            # What is due in minutes is due now. What can go on at once must have done so without; but a clock that was
            # put back leaves some of it waiting for the old time.
            if second % 4 == 0 and (self._dice.faults.jumps or not waits["work"]):
                self._time.passed += _LATER
                self._history.add("world.later", passed=self._time.passed)
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

        def strike(what: Callable[[Process], None]) -> None:
            for process in self._deployment.some():
                what(process)

        def jump(by: timedelta, process: Process) -> None:
            process.clock.offset += by
            self._history.add("clock.jumps", host=process.name, by=by, now=process.clock())

        def pause(process: Process) -> None:
            outside(
                process.pause(draw.choice([draw.uniform(0.5, 3.0), draw.uniform(5.0, 9.0), draw.uniform(9.0, 20.0)]))
            )

        def cut_off(process: Process) -> None:
            outside(process.cut_off(draw.choice([draw.uniform(0.5, 3.0), draw.uniform(5.0, 15.0)])))

        happenings: list[tuple[int, Callable[[], None]]] = [
            (faults.kills, partial(strike, lambda process: process.die("somewhere"))),
            (faults.stops, partial(strike, lambda process: process.stop())),
            (faults.pauses, partial(strike, pause)),
            (faults.cut_offs if self._store.is_shared else 0, partial(strike, cut_off)),
            (faults.lost_jobs if self._store.is_shared else 0, partial(lose_a_job, self._store, draw)),
        ]
        for times, happen in happenings:
            for _ in range(times):
                yield at(draw.uniform(0, lasts), happen)
        for _ in range(faults.away):
            yield away(lasts)
        for _ in range(faults.jumps):
            by = timedelta(seconds=draw.uniform(-600, 600))
            yield at(draw.uniform(0, lasts), partial(strike, partial(jump, by)))
        if faults.junk or faults.deadly:
            for _ in range(draw.randint(1, 3)):
                yield at(draw.uniform(0, lasts), self._networks[draw.choice(list(Channel))].chatters)


def _hire(conn: Connection) -> list[users.User]:
    return [users.add(conn, name, Role.AGENT, BEGINNING) for name in ("robin", "kim")]


def _waits(conn: Connection) -> dict[str, int]:
    """How much is not done: what can go on at once, and what waits for a time."""
    now: list[Waiting] = [(tables.inbox, ("new", "queued")), (tables.outbox, ("new", "sending"))]
    later: list[Waiting] = [(tables.outbox, ("looking",)), (tables.timers, ("pending",))]
    soon = sa.select(sa.func.count()).select_from(tables.moves).where(tables.moves.c.state == "private_resolved")
    called = conn.execute(sa.select(sa.func.count()).select_from(traffic_tables.lanes)).scalar_one()
    return {
        "work": called + sum(_count(conn, *each) for each in now),
        "times": sum(_count(conn, *each) for each in later) + int(conn.execute(soon).scalar_one()),
    }


def _count(conn: Connection, table: sa.Table, statuses: tuple[str, ...]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(table.c.status.in_(statuses))
    return int(conn.execute(query).scalar_one())


def _everything(conn: Connection) -> dict[str, list[dict[str, Any]]]:
    names = ("cases", "messages", "inbox", "outbox", "timers", "identities", "threads", "moves", "lanes")
    return {name: [dict(row._mapping) for row in conn.execute(sa.select(metadata.tables[name]))] for name in names}


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
