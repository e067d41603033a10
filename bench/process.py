"""Processes of the benchmark and of what it measures: started, waited for, killed, and none left behind.

Run from a checkout that `make setup` has prepared: `.venv` and `bot/.venv` of the current folder are used.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import httpx

T = TypeVar("T")
CHECKOUT: Final = Path.cwd()
PYTHON: Final = str(CHECKOUT / ".venv" / "bin" / "python")


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_http: Final = httpx.Client(timeout=2, trust_env=False)


class Process:
    """One process of the benchmark or of what it measures."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path | None = None
    ) -> None:
        self._command = command
        self._environment = dict(environment)
        self._cwd = cwd or CHECKOUT
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        return self

    def until_answers(self, url: str, longest: float = 60.0, headers: Mapping[str, str] | None = None) -> Self:
        """Wait until a GET of `url` is answered with less than 500; with `headers`, with 200."""

        def answered() -> bool:
            assert self.is_running, f"{self._command} has ended: {self.log.read_text()[-2000:]}"
            try:
                answer = _http.get(url, headers=headers).status_code
            except httpx.HTTPError:
                return False
            return answer == 200 if headers else answer < 500

        until(answered, longest, f"{url} to answer")
        return self

    def kill(self) -> None:
        """SIGKILL to it and to all it has started."""
        if self._process is not None:
            _signal(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self, grace: float = 20.0) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        _signal(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill()


def _die_with_parent() -> None:
    """In the child, before it runs: end when the benchmark does, however that ends (Linux)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def until(ready: Callable[[], T], longest: float, what: str) -> T:
    """Wait until something is so. Raises `TimeoutError`."""
    deadline = time.monotonic() + longest
    while True:
        if result := ready():
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {longest} s for {what}")
        time.sleep(0.05)


def environment(**values: object) -> dict[str, str]:
    """The environment without whatever is set for another Aside, and with these values."""
    ours = ("ASIDE", "TWITTER", "FACEBOOK", "TELEGRAM", "DATABASE_URL", "RASA", "ACTIONS", "PLAYGROUND")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {name: str(value) for name, value in values.items()}


@contextmanager
def playing_field() -> Iterator[Path]:
    """A folder on the checkout's disk, gone afterwards unless BENCH_KEEP is set."""
    parent = CHECKOUT / ".aside" / "bench"
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
    try:
        yield folder
    finally:
        if not os.environ.get("BENCH_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(*things: Any) -> Iterator[None]:
    """Start things in order; stop them in reverse, whatever happens."""
    started: list[Any] = []
    try:
        for thing in things:
            started.append(thing)
            thing.start()
        yield
    finally:
        for thing in reversed(started):
            getattr(thing, "process", thing).stop()
