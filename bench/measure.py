"""What is measured: CPU and memory of named processes, percentiles, medians, and the machine they were taken on."""

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil

Figures = dict[str, float]
"""What one run found: name with unit -> value."""

ROOT = Path(__file__).resolve().parent.parent


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` percent of the values do not exceed; not a number where there are none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100).__int__() - 1)]


def median(values: Iterable[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def medians(runs: Sequence[Figures]) -> Figures:
    """Of each figure, the median over the runs."""
    return {name: median(run[name] for run in runs) for name in runs[0]}


class Cpu:
    """CPU seconds that processes, with their children, have used since this was made."""

    def __init__(self, *pids: int) -> None:
        self._pids = pids
        self._began = cpu_seconds(*pids)
        self._at = time.monotonic()

    @property
    def seconds(self) -> float:
        return cpu_seconds(*self._pids) - self._began

    @property
    def elapsed(self) -> float:
        """Seconds of the clock."""
        return time.monotonic() - self._at

    def per(self, count: int) -> float:
        """Milliseconds of CPU for each of `count`."""
        return self.seconds * 1000 / count if count else float("nan")


def cpu_seconds(*pids: int) -> float:
    """User and system time of processes and of all their descendants, the ended ones included."""
    total = 0.0
    for pid in pids:
        for process in family(pid):
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system
            # Of children that have ended and were waited for; the living are counted by themselves.
            total += times.children_user + times.children_system
    return total


def rss(*pids: int) -> float:
    """Resident memory in MB, shared pages counted in each process."""
    total = 0
    for pid in pids:
        for process in family(pid):
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
    return total / 1e6


def family(pid: int) -> list[psutil.Process]:
    """A process and its descendants; none where it is gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def machine() -> dict[str, object]:
    """What a figure must be read with."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "python": platform.python_version(),
        "commit": _commit(),
        "versions": {
            name: metadata.version(name) for name in ("sanic", "sqlalchemy", "httpx", "python-telegram-bot", "uvloop")
        },
    }


def _cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=Path.cwd(), capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
