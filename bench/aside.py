"""The product's own processes, started as an operator starts them, and the pretend peers that stand around it.

On SQLite one process does everything; with a PostgreSQL address, `aside serve` and so many `aside work` are apart.
"""

import sqlite3
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Self

import httpx
import sqlalchemy as sa

from bench.load import TELEGRAM_TOKEN, Plan
from bench.process import CHECKOUT, PYTHON, Process, environment, free_port, until

FACEBOOK_SECRET: Final = "bench-facebook-secret"
TELEGRAM_SECRET: Final = "bench-telegram-secret"
PAGE: Final = "104288817354101"
BOT_TOKEN: Final = "bench-bot-token"


class Platform:
    """The pretend platforms, as a process."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.root = f"http://127.0.0.1:{self.port}"
        self._http = httpx.Client(base_url=self.root, trust_env=False, timeout=30)
        self.process = Process([PYTHON, "-m", "bench.platform", str(self.port)], environment(), folder / "platform.log")

    def start(self) -> Self:
        self.process.start().until_answers(f"{self.root}/_count")
        return self

    def count(self) -> int:
        """Messages of ours that came so far."""
        return int(self._http.get("/_count").json()["count"])

    def sent(self, after: int = 0) -> list[tuple[str, str, str, float]]:
        """What came: channel, to whom, text, moment."""
        return [tuple(row) for row in self._http.get("/_sent", params={"after": after}).json()]

    def reset(self) -> None:
        self._http.post("/_reset").raise_for_status()

    def delay(self, **seconds: float) -> None:
        """Answer the calls of these channels so much later; the others at once."""
        self._http.post("/_set", json={name: {"delay": value} for name, value in seconds.items()}).raise_for_status()

    def until_count(self, count: int, longest: float) -> bool:
        """Wait for so many messages; False where they do not come."""
        deadline = time.monotonic() + longest
        while (come := int(self._http.get("/_until", params={"count": count}).json()["count"])) < count:
            if time.monotonic() > deadline:
                return False
        return come >= count


class Product:
    """Aside, running."""

    def __init__(
        self,
        folder: Path,
        platform_root: str,
        assistant: str,
        *,
        database_url: str = "",
        workers: int = 1,
        settings: Mapping[str, object] | None = None,
        token: str = BOT_TOKEN,
        channels: Sequence[str] = ("facebook", "telegram"),
    ) -> None:
        """`workers`: so many `aside work` beside `aside serve`; on SQLite none, there `aside serve` does it all."""
        self.home = folder
        self.port = free_port()
        self.database = folder / "aside.db"
        self.database_url = database_url or f"sqlite:///{self.database}"
        self._environment = environment(
            ASIDE_HOME=folder,
            ASIDE_PORT=self.port,
            ASIDE_BOT_TOKEN=token,
            DATABASE_URL=self.database_url,
            RASA_URL=assistant,
            **_credentials(platform_root, channels),
            **(settings or {}),
        )
        serve = [PYTHON, "-m", "aside", "serve"]
        self.server = Process(serve, self._environment, folder / "serve.log")
        self._worker_ports = [free_port() for _ in range(workers if database_url else 0)]
        self.workers = [
            Process(
                [PYTHON, "-m", "aside", "work"],
                self._environment | {"ASIDE_WORK_PORT": str(port)},
                folder / f"work-{port}.log",
            )
            for port in self._worker_ports
        ]

    @property
    def processes(self) -> list[Process]:
        return [self.server, *self.workers]

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def start(self, longest: float = 60.0) -> Self:
        self.server.start().until_answers(f"http://127.0.0.1:{self.port}/healthz", longest)
        for worker, port in zip(self.workers, self._worker_ports, strict=True):
            worker.start().until_answers(f"http://127.0.0.1:{port}/healthz", longest)
        return self

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.stop()

    def run(self, *arguments: str) -> str:
        """A command of `aside`; what it printed."""
        done = subprocess.run(
            [PYTHON, "-m", "aside", *arguments],
            cwd=CHECKOUT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout

    def plan(self, channel: str, name: str, count: int, people: int, **more: Any) -> Plan:
        """A load for one of its webhooks."""
        return Plan(
            port=self.port,
            channel=channel,
            path=f"/webhooks/{channel}/webhook",
            secret=FACEBOOK_SECRET if channel == "facebook" else TELEGRAM_SECRET,
            page=PAGE,
            name=name,
            count=count,
            people=people,
            **more,
        )

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Read its database from outside."""
        if self.database_url.startswith("sqlite"):
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as connection:
                return connection.execute(query).fetchall()
        engine = sa.create_engine(self.database_url)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(sa.text(query))]
        finally:
            engine.dispose()

    def waiting(self) -> int:
        """Events that are not done with, and messages not sent."""
        (events,) = self.ask("SELECT count(*) FROM inbox WHERE status IN ('new', 'queued')")[0]
        (messages,) = self.ask("SELECT count(*) FROM outbox WHERE status IN ('new', 'sending')")[0]
        return int(events) + int(messages)

    def until_quiet(self, longest: float) -> None:
        """Wait until all work is done."""
        until(lambda: self.waiting() == 0, longest, "the work to be done")


def _credentials(platform_root: str, channels: Sequence[str]) -> dict[str, str]:
    known = {
        "facebook": {
            "FACEBOOK_VERIFY": "bench",
            "FACEBOOK_SECRET": FACEBOOK_SECRET,
            "FACEBOOK_PAGE_ACCESS_TOKEN": "bench-page-token",
            "FACEBOOK_PAGE_ID": PAGE,
            "FACEBOOK_API_ROOT": f"{platform_root}/facebook",
        },
        "telegram": {
            "TELEGRAM_ACCESS_TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM_SECRET_TOKEN": TELEGRAM_SECRET,
            "TELEGRAM_BOT_USERNAME": "WrenAndCoBot",
            "TELEGRAM_API_ROOT": f"{platform_root}/telegram",
        },
    }
    return {key: value for channel in channels for key, value in known[channel].items()}


class Stub:
    """The stub of the assistant, as a process."""

    def __init__(self, folder: Path, milliseconds: float = 0.0, lanes: int = 0) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [PYTHON, "-m", "bench.assistant", str(self.port), str(milliseconds), str(lanes)]
        self.process = Process(command, environment(), folder / "assistant.log")

    def start(self) -> Self:
        self.process.start().until_answers(f"{self.url}/webhooks/gateway/ready")
        return self
