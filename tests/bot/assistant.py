"""The assistant as the gateway sees it: a process with an HTTP port, and one conversation with it."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parents[2]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
ROOT_PYTHON = ROOT / ".venv" / "bin" / "python"
TOKEN = "a-token-for-tests"
START_SECONDS = 90


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def call(
    port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Make one request; return its status and JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def started(
    command: list[str], port: int, path: str, headers: dict[str, str], **environment: str
) -> subprocess.Popen[bytes]:
    """Start a server and wait until `path` answers 200."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if call(port, "GET", path, headers=headers)[0] == 200:
                return process
        except OSError:
            pass
        time.sleep(0.1)
    process.kill()
    raise RuntimeError(f"{command} did not start")


@dataclass(frozen=True)
class Assistant:
    """A running assistant."""

    port: int

    @classmethod
    def start(cls, actions_port: int) -> tuple[Assistant, subprocess.Popen[bytes]]:
        """Serve the current model, with its actions at `actions_port`."""
        port = free_port()
        process = started(
            [str(BOT_PYTHON), "-m", "bot.serve"],
            port,
            "/webhooks/gateway/ready",
            {"Authorization": f"Bearer {TOKEN}"},
            RASA_PORT=str(port),
            ACTIONS_PORT=str(actions_port),
            ASIDE_BOT_TOKEN=TOKEN,
        )
        return cls(port), process

    def post(self, body: Any, token: str = TOKEN) -> tuple[int, dict[str, Any]]:
        """Post a turn; `body` is sent as it is when it is bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return call(self.port, "POST", "/webhooks/gateway/turn", raw, {"Authorization": f"Bearer {token}"})


_numbers = itertools.count(1)


def request(text: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a turn's request that fits the contract."""
    return {
        "contract": 1,
        "message_id": f"message-{next(_numbers)}",
        "sender": "case-1",
        "text": text,
        "intent": None,
        "surface": "private",
        "channel": "twitter",
        "findings": [],
        "state": None,
        **changes,
    }


@dataclass
class Conversation:
    """One case: carries the state from turn to turn, as the gateway does."""

    assistant: Assistant
    surface: str = "private"
    channel: str = "twitter"
    state: dict[str, Any] | None = None
    turns: list[dict[str, Any]] = field(default_factory=list)

    def say(
        self, text: str | None = None, surface: str | None = None, findings: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Say a text and return the answer."""
        return self._turn(text=text, surface=surface or self.surface, findings=list(findings))

    def choose(self, intent: str, surface: str | None = None, **entities: str) -> dict[str, Any]:
        """Press a button, or bring a matter along; return the answer."""
        choice = {"name": intent, "entities": entities}
        return self._turn(intent=choice, surface=surface or self.surface)

    def _turn(self, **changes: Any) -> dict[str, Any]:
        status, answer = self.assistant.post(request(channel=self.channel, state=self.state, **changes))
        assert status == 200, answer
        self.state = answer["state"]
        self.turns.append(answer)
        return answer


class NewCase(Protocol):
    """Opens a case."""

    def __call__(self, surface: str = "private", channel: str = "twitter") -> Conversation: ...


def texts(answer: dict[str, Any]) -> str:
    """Return all that was said."""
    return "\n".join(reply["text"] for reply in answer["replies"])


def effects(answer: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the effects of one kind."""
    return [effect for effect in answer["effects"] if effect["type"] == kind]
