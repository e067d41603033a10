"""A real bot with nothing but its token: `aside serve` as a process, and Telegram as the playground speaks it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from playground.settings import demo_environment
from tests.stack import ROOT, free_ports

_OURS = ("TWITTER_", "FACEBOOK_", "TELEGRAM_", "ASIDE_")


class Telegram:
    """The playground as a process of its own, which knows of no webhook."""

    def __init__(self, home: Path) -> None:
        [port, nowhere] = free_ports(2)
        environment = {"ASIDE_HOME": str(home), "PLAYGROUND_PORT": str(port), "ASIDE_PORT": str(nowhere)}
        self.token = demo_environment(environment)["TELEGRAM_ACCESS_TOKEN"]
        self.root = f"http://127.0.0.1:{port}/telegram"
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "playground"],
            cwd=ROOT,
            env={**clean(), **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: answers(self.client, "/"))
        assert self.client.post(f"/telegram/bot{self.token}/deleteWebhook").json()["ok"]

    def say(self, text: str) -> None:
        response = self.client.post("/_play/telegram/private", json={"customer": "ines", "text": text})
        assert response.status_code == 201, response.text


class Aside:
    """`aside serve` with a database of its own; the assistant is away, which makes no difference to what comes in."""

    def __init__(self, home: Path, telegram: Telegram) -> None:
        [port, rasa] = free_ports(2)
        self.environment = {
            **clean(),
            "ASIDE_HOME": str(home),
            "ASIDE_PORT": str(port),
            "RASA_PORT": str(rasa),
            "ASIDE_BOT_TOKEN": "t",
            "TELEGRAM_ACCESS_TOKEN": telegram.token,
            "TELEGRAM_API_ROOT": telegram.root,
        }
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10)
        self.token = self.run("agent", "add", "Kim", "--role", "supervisor", "--print-token").stdout.strip()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aside", "serve"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: answers(self.client, "/healthz"))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "aside", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(
            f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"}
        ).json()
        return answer

    def heard(self) -> list[str]:
        """What customers said, over all cases."""
        return [
            message["text"]
            for case in self.get("/cases")["cases"]
            for message in self.get(f"/cases/{case['id']}/messages")["messages"]
            if message["author"] == "customer"
        ]


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


def answers(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).status_code == 200
    except httpx.HTTPError:
        return False


def until(ready: Callable[[], bool], longest: float = 30.0) -> None:
    deadline = time.monotonic() + longest
    while not ready():
        assert time.monotonic() < deadline, f"not so within {longest} s"
        time.sleep(0.05)


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[Telegram]:
    telegram = Telegram(tmp_path / "telegram")
    yield telegram
    telegram.process.kill()
    telegram.process.wait()
    telegram.client.close()


@pytest.fixture
def gateway(tmp_path: Path, telegram: Telegram) -> Iterator[Aside]:
    aside = Aside(tmp_path / "aside", telegram)
    aside.start()
    yield aside
    aside.process.kill()
    aside.process.wait()
    aside.client.close()


def test_a_bot_is_served_with_nothing_but_its_token(telegram: Telegram, gateway: Aside) -> None:
    telegram.say("hello")
    until(lambda: "hello" in gateway.heard())
    # What comes in while nobody listens waits at Telegram, and comes once, whatever was in hand when we were killed.
    for number in range(8):
        telegram.say(f"line {number}")
        if number == 2:
            gateway.process.send_signal(signal.SIGKILL)
            gateway.process.wait()
    gateway.start()
    lines = [f"line {number}" for number in range(8)]
    until(lambda: [words for words in gateway.heard() if words in lines] == lines)
    channel = gateway.get("/channels")["channels"][2]
    assert (channel["channel"], channel["on"], channel["receives"]) == ("telegram", True, "polling")
    assert all(check["well"] is not False for check in channel["checks"]), channel["checks"]
    assert gateway.get("/crises")["unwell"] == []
    # Nobody gets in by the webhook of a channel that has none.
    assert gateway.client.post("/webhooks/telegram/webhook", json={"update_id": 1}).status_code == 403
    told = {(line["part"], line["name"]): line for line in json.loads(gateway.run("doctor", "--json").stdout)["lines"]}
    assert told["telegram", "token"]["words"] == "The bot is @WrenAndCoBot."
    status = gateway.run("channels", "status", "--channel", "telegram").stdout
    assert "by polling" in status
    assert "last asked: less than a minute ago" in status


def test_a_webhook_is_set_up_told_of_and_taken_down_again(telegram: Telegram, gateway: Aside) -> None:
    gateway.environment["TELEGRAM_SECRET_TOKEN"] = "a-secret-of-ours"
    nowhere = gateway.run("channels", "connect", "--channel", "telegram")
    assert nowhere.returncode == 1
    assert "ASIDE_PUBLIC_URL" in nowhere.stderr
    address = str(gateway.client.base_url).rstrip("/")
    for _ in range(2):
        connected = gateway.run("channels", "connect", "--channel", "telegram", "--url", address)
        assert connected.returncode == 0, connected.stdout + connected.stderr
        assert "NOT DONE" not in connected.stdout
    info = telegram.client.get(f"/telegram/bot{telegram.token}/getWebhookInfo").json()["result"]
    assert info["url"] == f"{address}/webhooks/telegram/webhook"
    assert gateway.run("channels", "disconnect", "--channel", "telegram").returncode == 0
    info = telegram.client.get(f"/telegram/bot{telegram.token}/getWebhookInfo").json()["result"]
    assert info["url"] == ""
