"""What happened in a run, in order: the story that a failing seed prints, and what the checker reads."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """One thing that happened."""

    at: float
    """Seconds since the run began."""
    what: str
    """Its kind, dotted: `platform.takes`, `store.case`, `process.dies`."""
    facts: dict[str, Any]

    def __str__(self) -> str:
        told = "  ".join(f"{name}={_short(value)}" for name, value in self.facts.items() if value not in ("", None))
        return f"{self.at:9.3f}  {self.what:<20} {told}"


class History:
    """Is only ever added to."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._entries: list[Entry] = []

    def add(self, what: str, **facts: Any) -> None:
        """Note that something happened now."""
        self._entries.append(Entry(self._now(), what, facts))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def of(self, *kinds: str) -> Iterator[Entry]:
        """What happened of these kinds."""
        return (entry for entry in self._entries if entry.what in kinds)

    @property
    def digest(self) -> str:
        """The same for the same story, and for no other."""
        return hashlib.sha256(str(self).encode()).hexdigest()

    def __str__(self) -> str:
        return "\n".join(map(str, self._entries))


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 90 else text[:87] + "..."
