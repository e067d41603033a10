"""Child processes: started together, watched, started again when one dies, and none left behind."""

import asyncio
import ctypes
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from gateway.errors import SettingsError

_GRACE: Final = 12.0  # seconds from SIGTERM to SIGKILL
_YOUNG: Final = 2.0  # seconds of life
_PAUSE_LONGEST: Final = 10.0  # seconds
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A program to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    patience: float
    """Seconds that it may take to be ready."""


class Child:
    """One program, running."""

    def __init__(self, program: Program, cwd: Path, say: Callable[[str], None] = lambda _: None) -> None:
        """`say` is told what an operator wants to know."""
        self.program = program
        self._cwd = cwd
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._started = 0.0
        self._log_began = 0
        self._deaths = 0
        self.failed = asyncio.Event()
        """Set where the program ends by itself before it was ever ready."""
        self._was_ready = False

    async def start(self) -> None:
        """Start it, and start it again whenever it dies."""
        self._process = await self._spawn()
        self._watch = asyncio.create_task(self._keep_alive(), name=f"watch-{self.program.name}")

    async def wait_ready(self) -> None:
        """Wait until it answers. Raises `SettingsError` with the last lines of its log where it does not."""
        deadline = asyncio.get_running_loop().time() + self.program.patience
        while not await self.program.ready():
            if self.failed.is_set() or asyncio.get_running_loop().time() > deadline:
                said = _last_words(self.program.log, self._log_began)
                raise SettingsError(f"{self.program.name} did not start. {said}")
            await asyncio.sleep(0.15)
        self._was_ready = True

    async def stop(self) -> None:
        """Ask it to stop, then make it."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        process = self._process
        if process is None or process.returncode is not None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        self._started = time.monotonic()
        self._log_began = self.program.log.stat().st_size if self.program.log.exists() else 0
        self.program.log.parent.mkdir(parents=True, exist_ok=True)
        with self.program.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self.program.command,
                cwd=self._cwd,
                env={**os.environ, **self.program.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    async def _keep_alive(self) -> None:
        while True:
            if self._process is None:
                return
            await self._process.wait()
            if not self._was_ready:
                self.failed.set()
                return
            lived = time.monotonic() - self._started
            self._say(f"{self.program.name.capitalize()} has ended; starting it again. Its log is {self.program.log}.")
            # One that dies young may do so for ever: less and less often. One that was killed comes back at once.
            self._deaths = self._deaths + 1 if lived < _YOUNG else 0
            await asyncio.sleep(min(0.5 * self._deaths, _PAUSE_LONGEST))
            self._process = await self._spawn()


def refuse_taken_ports(ports: Mapping[str, int], host: str = "127.0.0.1") -> None:
    """Raise `SettingsError` where something else listens already. Names are those of the settings."""
    for setting, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except socket.gaierror as error:
                raise SettingsError(f"ASIDE_HOST {host} is no address of this machine.") from error
            except OSError as error:
                raise SettingsError(
                    f"Port {port} is in use. Stop what listens there, or set {setting} to another port."
                ) from error


def _die_with_parent() -> None:
    """In the child, before it runs: end when the parent does, however the parent ends (Linux)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _last_words(log: Path, since: int, lines: int = 3) -> str:
    """The last lines of a log that came after its first `since` bytes."""
    with suppress(OSError):
        whole = log.read_bytes()[since:].decode(errors="replace")
        said = [line for line in whole.splitlines() if line.strip()][-lines:]
        if said:
            return f"Its last words, from {log}:\n  " + "\n  ".join(said)
    return f"Its log is {log}."
