"""The whole product as processes, on ports and in a folder of its own: what acceptance and crash tests play with."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nothing listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for opened in sockets:
        opened.bind(("127.0.0.1", 0))
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


class Stack:
    """A running `aside run --playground`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.playground_port, self.rasa_port, self.actions_port = free_ports(4)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ASIDE", "TWITTER"))},
            "ASIDE_HOME": str(home),
            "ASIDE_PORT": str(self.port),
            "PLAYGROUND_PORT": str(self.playground_port),
            "RASA_PORT": str(self.rasa_port),
            "ACTIONS_PORT": str(self.actions_port),
        }
        self.output = home / "run.out"
        self.gateway = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False)
        self.world = httpx.Client(base_url=f"http://127.0.0.1:{self.playground_port}", timeout=10, trust_env=False)
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "aside", "run", "--playground"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.until(lambda: "Ctrl-C" in self.output.read_text() or self._process.poll() is not None, 240)  # type: ignore[union-attr]
        assert self._process.poll() is None, self.output.read_text()

    def stop(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(40)
        finally:
            if self._process.poll() is None:
                self._process.kill()
        self.gateway.close()
        self.world.close()

    @property
    def token(self) -> str:
        """Of a supervisor called Kim."""
        if not self._token:
            self._token = self.aside("agent", "add", "Kim", "--role", "supervisor", "--print-token").strip()
        return self._token

    def aside(self, *arguments: str) -> str:
        """Run a command of `aside` against this stack; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "aside", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    def secrets(self) -> dict[str, str]:
        """The settings of the pretend platforms."""
        from playground.settings import demo_environment

        return demo_environment(self.environment)

    def listener(self, port: int) -> psutil.Process:
        """The process that listens on a port."""
        for connection in psutil.net_connections("tcp4"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr
            if listens and listens.port == port and connection.pid:
                return psutil.Process(connection.pid)
        raise LookupError(port)

    def until(self, ready: Callable[[], T | None], longest: float = 20.0) -> T:
        """Wait until something is so, and return what it is."""
        deadline = time.monotonic() + longest
        while True:
            result = ready()
            if result:
                return result
            assert time.monotonic() < deadline, f"not so within {longest} s"
            time.sleep(0.05)

    # --- the customers ---

    def play(self, deed: str, **body: object) -> dict[str, Any]:
        """Do what a customer does, see the playground's `/_play`."""
        response = self.world.post(f"/_play/{deed}", json=body)
        assert response.status_code == 201, response.text
        result: dict[str, Any] = response.json()
        return result

    def state(self) -> dict[str, Any]:
        """What the whole world could see."""
        result: dict[str, Any] = self.world.get("/_state").json()
        return result

    def telegram_chat(self, chat_id: int) -> list[dict[str, Any]]:
        """What the bot said in a chat, in order."""
        bot = self.state()["about"]["telegram"]["id"]
        return [
            message
            for message in self.state()["telegram"]["messages"]
            if message["chat_id"] == chat_id and message["from_id"] == bot
        ]

    # --- the agents ---

    def api(self, method: str, path: str, status: int = 200, **body: object) -> dict[str, Any]:
        """Call the API as Kim."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if key := body.pop("idempotency_key", None):
            headers["Idempotency-Key"] = str(key)
        response = self.gateway.request(
            method, f"/api/v1{path}", headers=headers, json=body if method != "GET" else None
        )
        assert response.status_code == status, response.text
        result: dict[str, Any] = response.json() if response.content else {}
        return result

    def cases(self, query: str = "") -> list[dict[str, Any]]:
        result: list[dict[str, Any]] = self.api("GET", f"/cases?limit=200{query}")["cases"]
        return result

    def transcript(self, case_id: str) -> list[dict[str, Any]]:
        result: list[dict[str, Any]] = self.api("GET", f"/cases/{case_id}/messages?limit=200")["messages"]
        return result

    def case_of(self, text: str) -> dict[str, Any]:
        """The case in which a customer said exactly this."""

        def look() -> dict[str, Any] | None:
            for case in self.cases():
                for message in self.transcript(case["id"]):
                    if message["author"] == "customer" and message["text"] == text:
                        return case
            return None

        return self.until(look)

    # --- the platforms, by hand ---

    def telegram_update(self, update: dict[str, Any]) -> httpx.Response:
        """Deliver an update as Telegram does."""
        return self.gateway.post(
            "/webhooks/telegram/webhook",
            content=json.dumps(update).encode(),
            headers={
                "content-type": "application/json",
                "X-Telegram-Bot-Api-Secret-Token": self.secrets()["TELEGRAM_SECRET_TOKEN"],
            },
        )


def private_update(update_id: int, person: int, message_id: int, text: str, date: int) -> dict[str, Any]:
    """A private text message, as Bot API 10.0 delivers it."""
    return {
        "update_id": update_id,
        "message": {
            "message_id": message_id,
            "date": date,
            "from": {"id": person, "is_bot": False, "first_name": f"Person {person}"},
            "chat": {"id": person, "type": "private", "first_name": f"Person {person}"},
            "text": text,
        },
    }


@contextmanager
def running(home: Path) -> Iterator[Stack]:
    """A stack for a while; nothing of it is left behind."""
    stack = Stack(home)
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()
