"""One process of the product: started, killed, asked to stop, looked at."""

import asyncio
import ctypes
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import aiohttp
import psutil

_READY_WITHIN: Final = 60.0  # seconds
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_STARTED: Final = '"started"'  # what `gateway.app` logs once every stage runs
_TAIL: Final = 2_000  # characters of a log that a failure shows


class NotStarted(Exception):
    """A process ended, or did not answer, before it was ready."""


class Process:
    """A component of the deployment. After `kill` or `terminate` it is started again with `start`."""

    def __init__(
        self, name: str, command: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path, url: str = ""
    ) -> None:
        """`url`: where it is asked whether it lives; empty where it listens nowhere."""
        self.name = name
        self.log = log
        self.url = url
        self.environment = dict(environment)
        self._command = list(command)
        self._cwd = cwd
        self._process: asyncio.subprocess.Process | None = None
        self._starts = 0

    @property
    def pid(self) -> int:
        """Of the process that runs, or ran last."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it; it is not ready then."""
        self._starts = self.said().count(_STARTED)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=self._cwd,
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_us,
            )

    async def wait_ready(self, within: float = _READY_WITHIN) -> None:
        """Wait until it works: it answers, or says so where it listens nowhere.

        Raises `NotStarted` with the end of its log.
        """
        deadline = time.monotonic() + within
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while time.monotonic() < deadline:
                if not self.runs:
                    break
                if await _lives(session, self.url) if self.url else self.said().count(_STARTED) > self._starts:
                    return
                await asyncio.sleep(0.05)
        raise NotStarted(f"{self.name} did not start: {self.tail()}")

    def kill(self) -> None:
        """`kill -9`, at once."""
        if self.runs:
            os.kill(self.pid, signal.SIGKILL)

    def pause(self) -> None:
        """Let it stand still."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    async def wait(self) -> int:
        """Wait for its end; the exit status."""
        assert self._process is not None
        return await self._process.wait()

    async def terminate(self, within: float = 60.0) -> tuple[float, int]:
        """SIGTERM; seconds until it has ended and its exit status. Kills it after `within` seconds."""
        started = time.monotonic()
        if self.runs:
            os.kill(self.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(within):
                status = await self.wait()
        except TimeoutError:
            self.kill()
            status = await self.wait()
        return time.monotonic() - started, status

    def memory(self) -> int:
        """Bytes of resident memory; 0 where it does not run."""
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except (psutil.NoSuchProcess, AssertionError):
            return 0

    def said(self) -> str:
        """Its whole log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self) -> str:
        """The end of its log."""
        return self.said()[-_TAIL:]


def _end_with_us() -> None:
    """In the child, before it runs: be killed when the harness ends, however it ends (Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


async def _lives(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
