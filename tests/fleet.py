"""Aside on several hosts: PostgreSQL, gateways, workers and desks, each on a host of its own; the world is the test.

    test: courier, stub assistant, pretend platforms --- switch --- serve-1, serve-2, work-1 ... desk-1 --- database

What `tests/faults` knows of one machine, here over a network that can be cut.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from tests.faults.accounts import Accounts
from tests.faults.assistant import StubAssistant
from tests.faults.checker import Finding
from tests.faults.courier import Courier
from tests.faults.deployment import Deployment, checkout
from tests.faults.events import Voice
from tests.faults.ledger import Ledger
from tests.faults.platforms import Platforms
from tests.faults.process import Process
from tests.faults.tags import tags
from tests.faults.verdict import Verdict
from tests.faults.world import World
from tests.hosts import Host, Network, missing
from tests.postgres import Cluster, NotInstalled, programs
from tests.stack import free_ports

_PORT: Final = 8080
_DATABASE_PORT: Final = 5432
_NAME: Final = "fleet"


def lacking() -> str:
    """What a world of hosts lacks on this machine, as a sentence; empty where nothing is lacking."""
    try:
        programs()
    except NotInstalled:
        return "PostgreSQL is not installed here (Debian: apt-get install postgresql)"
    return missing()


class Fleet(Deployment):
    """Processes of Aside, each on its own host with its own disk."""

    kind = "hosts"

    def __init__(self, home: Path, environment: Mapping[str, str], network: Network) -> None:
        super().__init__(home, environment)
        self.hosts: dict[str, Host] = {}
        """By the name of the process that runs there; and `database`."""
        self._network = network
        self.cluster = self._database()

    def add(self, name: str, *, version: Path | None = None) -> Process:
        """A process that is not yet started: `serve-1`, `work-2`, `desk-1`, ... of this checkout or another `version`.

        A name that was given before is a host that gets another process.
        """
        command = name.partition("-")[0]
        host = self.hosts.get(name) or self._host(name)
        listens = command != "work"
        home = self.home / name
        arguments = [command, "--no-desk"] if command == "serve" else [command]
        process = self.processes[name] = Process(
            name,
            [*host.within, *self._aside, *arguments],
            version or checkout(),
            self._full(ASIDE_HOME=str(home), ASIDE_HOST=host.address, ASIDE_PORT=str(_PORT)),
            self.home / f"{name}.log",
            f"{self.base(name)}/healthz" if listens else "",
        )
        return process

    def base(self, name: str) -> str:
        """The address of a process that listens."""
        return f"http://{self.hosts[name].address}:{_PORT}"

    async def prepare(self) -> None:
        """See `Deployment.prepare`."""
        self.home.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self.cluster.__enter__)
        self.url = await asyncio.to_thread(self.cluster.database, _NAME)

    async def stop(self) -> None:
        """See `Deployment.stop`."""
        await super().stop()
        await asyncio.to_thread(self.cluster.remove)

    async def crash_database(self, seconds: float) -> None:
        """`pg_ctl stop -m immediate`, and a start with recovery afterwards."""
        await asyncio.to_thread(self.cluster.stop, "immediate")
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.cluster.start)

    def _host(self, name: str) -> Host:
        host = self.hosts[name] = self._network.host(name.replace("-", ""))
        return host

    def _database(self) -> Cluster:
        host = self._host("database")
        return Cluster(
            address=host.address, port=_DATABASE_PORT, password="between-hosts", fsync=False, within=host.within
        )


@asynccontextmanager
async def world_of_hosts(
    seed: int, home: Path, *names: str, settings: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[World, Fleet]]:
    """A world whose deployment is a fleet of these processes, started; nothing of it is left behind.

    `settings`: of the product, by their environment's names.
    """
    dice = random.Random(seed)
    accounts = Accounts()
    with Network() as network:
        platforms_port, assistant_port = free_ports(2)
        platforms = Platforms(platforms_port, random.Random(dice.random()))
        assistant = StubAssistant(accounts.bot_token, assistant_port)
        environment = {
            **accounts.environment(f"http://{network.address}:{platforms_port}"),
            "RASA_URL": f"http://{network.address}:{assistant_port}",
            **(settings or {}),
        }
        fleet = Fleet(home, environment, network)
        ledger = Ledger(fleet.cluster.url(_NAME))
        try:
            for pretend, port in ((platforms, platforms_port), (assistant, assistant_port)):
                await pretend.start()
                assert pretend._runner is not None
                await web.TCPSite(pretend._runner, network.address, port).start()
            await fleet.prepare()
            for name in names:
                fleet.add(name)
            await fleet.start()
            async with Courier(fleet.addresses, random.Random(dice.random())) as courier:
                yield (
                    World(
                        seed=seed,
                        dice=dice,
                        home=home,
                        accounts=accounts,
                        assistant=assistant,
                        platforms=platforms,
                        deployment=fleet,
                        ledger=ledger,
                        courier=courier,
                        voice=Voice(accounts),
                        tags=tags(dice.randrange(10**7)),
                    ),
                    fleet,
                )
        finally:
            ledger.close()
            await fleet.stop()
            await asyncio.gather(platforms.stop(), assistant.stop())


async def held_promise(world: World) -> Finding:
    """What became of all messages; fails where a promise was not kept."""
    verdict = Verdict(0, "many hosts")
    finding = await world.hold_to_the_promise(verdict)
    verdict.hold()
    return finding


async def until(happened: Callable[[], bool], longest: float) -> None:
    """Wait until something is so, at the longest so many seconds."""
    async with asyncio.timeout(longest):
        while not happened():
            await asyncio.sleep(0.02)
