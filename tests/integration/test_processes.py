"""Child processes and the command line, as an operator meets them."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from aside.processes import Child, Program, refuse_taken_ports
from gateway.errors import SettingsError
from tests.stack import ROOT, free_ports

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"


def program(tmp_path: Path, code: str, patience: float = 10) -> Program:
    log = tmp_path / "child.log"

    async def ready() -> bool:
        return log.exists() and "up" in log.read_text()

    return Program(
        name="the sleeper",
        command=[sys.executable, "-c", code],
        environment={},
        log=log,
        ready=ready,
        patience=patience,
    )


async def test_a_child_that_is_killed_comes_back_and_stops_when_told(tmp_path: Path) -> None:
    child = Child(program(tmp_path, SLEEPER), tmp_path)
    await child.start()
    await child.wait_ready()
    assert child._process
    first = child._process.pid
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(10):
        while child._process.pid == first:
            await asyncio.sleep(0.02)
    second = child._process.pid
    await child.stop()
    assert not psutil.pid_exists(first)
    assert not psutil.pid_exists(second)


async def test_a_child_that_cannot_start_says_its_last_words(tmp_path: Path) -> None:
    child = Child(program(tmp_path, "raise SystemExit('no such model')"), tmp_path)
    await child.start()
    with pytest.raises(SettingsError, match="no such model"):
        await child.wait_ready()
    await child.stop()


async def test_a_child_that_is_never_ready_is_given_up(tmp_path: Path) -> None:
    child = Child(program(tmp_path, "import time; time.sleep(60)", patience=0.3), tmp_path)
    await child.start()
    with pytest.raises(SettingsError, match="did not start"):
        await child.wait_ready()
    await child.stop()


def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="RASA_PORT"):
            refuse_taken_ports({"RASA_PORT": taken.getsockname()[1]})


def aside(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aside", *arguments],
        cwd=ROOT,
        env={**os.environ, "ASIDE_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_whoever_errs_gets_one_sentence_and_a_status(tmp_path: Path) -> None:
    for arguments, environment, word in (
        (["serve"], {"DATABASE_URL": "mysql://nobody@localhost/x"}, "mysql"),
        (["serve"], {"ASIDE_PORT": "eighty"}, "ASIDE_PORT"),
        (["agent", "disable", "nobody"], {}, "nobody"),
        (["serve"], {"DATABASE_URL": "sqlite://"}, "DATABASE_URL"),
        (["serve"], {"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        (["serve"], {"DATABASE_URL": "sqlite:////no/such/folder/aside.db"}, "no such folder"),
        (["serve"], {"DATABASE_URL": f"sqlite:///{__file__}"}, "not a database"),
        (["serve"], {"ASIDE_PORT": "99999"}, "ASIDE_PORT"),
        (["serve"], {"ASIDE_HOME": f"{__file__}/home"}, "ASIDE_HOME"),
    ):
        done = aside(tmp_path, *arguments, **environment)
        assert done.returncode == 1, (arguments, done.stdout, done.stderr)
        assert word in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_port_that_is_taken_is_named_by_serve_too(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = aside(tmp_path, "serve", ASIDE_PORT=str(taken.getsockname()[1]))
    assert (done.returncode, "ASIDE_PORT" in done.stderr) == (1, True)


def test_what_customers_say_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    aside(tmp_path / "home", "migrate")
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0


def test_people_are_added_listed_and_shut_out(tmp_path: Path) -> None:
    token = aside(tmp_path, "agent", "add", "Ada", "--role", "agent", "--print-token").stdout.strip()
    assert token.startswith("aside_")
    assert "Ada\tagent\tenabled" in aside(tmp_path, "agent", "list").stdout
    assert aside(tmp_path, "agent", "add", "Ada", "--print-token").returncode == 1
    aside(tmp_path, "agent", "disable", "Ada")
    assert "Ada\tagent\tdisabled" in aside(tmp_path, "agent", "list").stdout


def test_a_second_process_on_the_same_database_is_refused(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    environment = {**os.environ, "ASIDE_HOME": str(tmp_path), "ASIDE_PORT": str(port), "ASIDE_BOT_TOKEN": "t"}
    with subprocess.Popen([sys.executable, "-m", "aside", "serve"], cwd=ROOT, env=environment) as first:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                first.poll()
                time.sleep(0.05)
            second = aside(tmp_path, "serve", ASIDE_PORT=str(free_ports(1)[0]), ASIDE_BOT_TOKEN="t")
            assert second.returncode == 1
            assert "Another Aside" in second.stderr
        finally:
            first.terminate()
            first.wait(20)
