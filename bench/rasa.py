"""Rasa as a process, in the environment of `bot/`: Aside's own assistant, or the stock one with stock connectors."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

import httpx

from bench.aside import BOT_TOKEN
from bench.load import TELEGRAM_TOKEN
from bench.process import CHECKOUT, PYTHON, Process, environment, free_port
from bench.report import say

BOT_PYTHON: Final = str(CHECKOUT / "bot" / ".venv" / "bin" / "python")
_STOCK: Final = Path(__file__).resolve().parent / "rivals" / "stock_rasa"
_PATIENCE: Final = 300.0  # seconds: DIET's graphs are built anew at each start
_QUIET: Final = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    "LOG_LEVEL": "ERROR",
    "PYTHONWARNINGS": "ignore",
}


class Assistant:
    """Aside's assistant: Rasa with our channel, and the action server. `aside assistant` starts both."""

    def __init__(self, folder: Path) -> None:
        self.port, self._actions_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process(
            [PYTHON, "-m", "aside", "assistant"],
            environment(
                ASIDE_HOME=folder / "assistant",
                ASIDE_BOT_TOKEN=BOT_TOKEN,
                RASA_PORT=self.port,
                ACTIONS_PORT=self._actions_port,
            ),
            folder / "assistant.log",
        )

    @property
    def pids(self) -> list[int]:
        """The supervisor; its children are counted with it."""
        return [self.process.pid]

    def start(self) -> Self:
        self.process.start()
        ready = f"{self.url}/webhooks/gateway/ready"
        headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
        self.process.until_answers(ready, _PATIENCE, headers=headers)
        return self


class StockRasa:
    """Rasa with `rasa init`'s pipeline and its own Telegram and REST connectors, SQLite tracker store, one worker."""

    def __init__(self, folder: Path, platform_root: str, *, light: bool = False) -> None:
        """`light`: without the policies that learn from stories, of which Aside's data has none."""
        home = prepare_stock(light=light)
        self.port = free_port()
        credentials = folder / "credentials.yml"
        credentials.write_text(
            "rest:\n"
            "connector.RepairedTelegram:\n"
            f'  access_token: "{TELEGRAM_TOKEN}"\n'
            "  verify: WrenAndCoBot\n"
            f"  webhook_url: http://127.0.0.1:{self.port}/webhooks/telegram/webhook\n"
        )
        endpoints = folder / "endpoints.yml"
        endpoints.write_text(f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {folder / 'tracker.db'}\n")
        command: Sequence[str] = [
            BOT_PYTHON, "-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(self.port),
            "-m", str(home / "models" / "stock.tar.gz"), "--credentials", str(credentials),
            "--endpoints", str(endpoints),
        ]  # fmt: skip
        values = {**_QUIET, "BENCH_TELEGRAM_ROOT": platform_root, "PYTHONPATH": str(_STOCK)}
        self.process = Process(command, {**environment(), **values}, folder / "stock.log", cwd=home)

    @property
    def pids(self) -> list[int]:
        return [self.process.pid]

    def start(self) -> Self:
        # The port answers before the model is there.
        self.process.start().until_answers(f"http://127.0.0.1:{self.port}/status", _PATIENCE)
        return self

    def say(self, sender: str, text: str) -> list[dict[str, object]]:
        """One turn over the REST connector."""
        url = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        answer = httpx.post(url, json={"sender": sender, "message": text}, timeout=300, trust_env=False)
        answer.raise_for_status()
        found: list[dict[str, object]] = answer.json()
        return found


def prepare_stock(*, light: bool) -> Path:
    """The folder of the trained stock assistant; trained (some minutes) where the data has changed."""
    folder = CHECKOUT / ".aside" / "bench" / ("stock-rasa-light" if light else "stock-rasa")
    say("preparing stock Rasa (trains for some minutes the first time)")
    done = subprocess.run(
        [BOT_PYTHON, str(_STOCK / "prepare.py"), str(CHECKOUT), str(folder), *(["light"] if light else [])],
        env={**environment(), **_QUIET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"Stock Rasa could not be trained:\n{done.stderr[-3000:]}")
    return folder
