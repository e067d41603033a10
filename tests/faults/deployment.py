"""The deployment under test, in its two kinds: one process over SQLite, several over PostgreSQL.

sqlite      aside serve (webhooks, worker and desk)
postgres    2 x aside serve --no-desk, 2 x aside work, 1 x aside desk; one database
"""

import asyncio
import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.faults.process import Process
from tests.stack import ROOT, free_ports

KINDS: Final = ("sqlite", "postgres")


def checkout() -> Path:
    """The checkout whose processes are started."""
    return Path(os.environ.get("FAULTS_CHECKOUT") or ROOT)


class Deployment:
    """Processes over one database; supervised by us: what is killed is started again at once."""

    kind = ""

    def __init__(self, home: Path, environment: Mapping[str, str], logs: Path | None = None) -> None:
        """`logs`: the folder that the processes' output goes to, by default `home`."""
        self.home = home
        self.logs = logs or home
        self.url = ""
        """Of the database, as SQLAlchemy takes it."""
        self.processes: dict[str, Process] = {}
        self._environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("ASIDE", "TWITTER", "FACEBOOK", "TELEGRAM", "RASA", "DATABASE_URL"))
            },
            "ASIDE_VAULT_KEY": "",  # the ledger reads from outside what was said: nothing is sealed, unless asked for
            **environment,
            "ASIDE_HOME": str(home),
        }

    @property
    def intakes(self) -> list[Process]:
        """The processes that take webhooks."""
        return [process for process in self.processes.values() if process.url and process.name.startswith("serve")]

    @property
    def workers(self) -> list[Process]:
        """The processes that answer and send."""
        return [process for process in self.processes.values() if not process.name.startswith("desk")]

    def addresses(self) -> list[str]:
        """Where webhooks are delivered, one address for each intake."""
        return [process.url.removesuffix("/healthz") for process in self.intakes]

    async def prepare(self) -> None:
        """Make the database and the processes. Nothing runs yet."""
        raise NotImplementedError

    async def start(self) -> None:
        """Start everything and wait until it answers."""
        await asyncio.gather(*(process.start() for process in self.processes.values()))
        await asyncio.gather(*(process.wait_ready() for process in self.processes.values()))

    async def stop(self) -> None:
        """Kill whatever still runs, and let the database go."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            with suppress(AssertionError):
                await process.wait()

    async def revive(self, process: Process) -> None:
        """After a kill: start it again, as a supervisor does."""
        await process.wait()
        await process.start()

    async def crash_database(self, seconds: float) -> None:
        """Take the database away for so long, as a crash of it does."""
        raise NotImplementedError

    async def command(self, *arguments: str) -> str:
        """Run a command of `aside`; what it printed."""

        def run() -> str:
            done = subprocess.run(
                [*self._aside, *arguments],
                cwd=checkout(), env=self._full(), capture_output=True, text=True, check=True, timeout=120,
            )  # fmt: skip
            return done.stdout

        return await asyncio.to_thread(run)

    @property
    def _aside(self) -> list[str]:
        return [str(checkout() / ".venv" / "bin" / "python"), "-m", "aside"]

    def _full(self, **more: str) -> dict[str, str]:
        return {**self._environment, "DATABASE_URL": self.url, **more}

    def _add(self, name: str, *arguments: str, **environment: str) -> Process:
        """A process that listens on a port of its own, where `environment` names one."""
        port = environment.get("ASIDE_PORT")
        url = f"http://127.0.0.1:{port}/healthz" if port else ""
        log = self.logs / f"{name}.log"
        process = Process(name, [*self._aside, *arguments], checkout(), self._full(**environment), log, url)
        self.processes[name] = process
        return process


class SqliteDeployment(Deployment):
    """`aside serve` over a file."""

    kind = "sqlite"

    @property
    def file(self) -> Path:
        """The database's file."""
        return self.home / "aside.db"

    async def prepare(self) -> None:
        """See `Deployment.prepare`."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.url = f"sqlite:///{self.file}"
        (port,) = free_ports(1)
        self._add("serve", "serve", ASIDE_PORT=str(port))

    async def crash_database(self, seconds: float) -> None:
        """The database lives in the process: it is killed, and stays away for so long."""
        process = self.processes["serve"]
        process.kill()
        await process.wait()
        await asyncio.sleep(seconds)
        await process.start()


class PostgresDeployment(Deployment):
    """Several processes over a PostgreSQL server of the run's own."""

    kind = "postgres"

    async def prepare(self) -> None:
        """See `Deployment.prepare`."""
        from tests.postgres import Cluster  # only where PostgreSQL is installed

        self.home.mkdir(parents=True, exist_ok=True)
        self._cluster: Any = Cluster()
        await asyncio.to_thread(self._cluster.__enter__)
        self.url = await asyncio.to_thread(lambda: self._cluster.database("faults", migrated=False))
        await self.command("migrate")
        first, second, desk = free_ports(3)
        self._add("serve-1", "serve", "--no-desk", ASIDE_PORT=str(first))
        self._add("serve-2", "serve", "--no-desk", ASIDE_PORT=str(second))
        self._add("work-1", "work")
        self._add("work-2", "work")
        self._add("desk", "desk", ASIDE_PORT=str(desk))

    async def stop(self) -> None:
        """See `Deployment.stop`."""
        await super().stop()
        await asyncio.to_thread(self._cluster.remove)

    async def crash_database(self, seconds: float) -> None:
        """`pg_ctl stop -m immediate`, and a start with recovery afterwards."""
        await asyncio.to_thread(self._cluster.stop, "immediate")
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self._cluster.start)


def deployment(kind: str, home: Path, environment: Mapping[str, str], logs: Path | None = None) -> Deployment:
    """A deployment of this kind."""
    return (PostgresDeployment if kind == "postgres" else SqliteDeployment)(home, environment, logs)
