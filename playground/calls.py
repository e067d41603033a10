"""The log of what was asked of the pretend platforms."""

import time
from collections import deque
from typing import Any

import msgspec

KEPT = 2000
"""Calls that are remembered, in memory only."""


class Call(msgspec.Struct, frozen=True):
    """One request to a pretend platform, without its credentials."""

    at: float
    platform: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    answer: Any
    fault: str | None


class Calls:
    """The last calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def record(self, **call: Any) -> None:
        """Remember a call that has been answered."""
        self._calls.append(Call(at=time.time(), **call))

    def of(self, platform: str | None) -> list[Call]:
        """The calls of one platform, or of all."""
        return [call for call in self._calls if platform in (None, call.platform)]
