"""The checker: every tag in exactly one drawer, and nothing twice unseen."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.faults.ledger import Entry

ANSWERED: Final = "answered"
UNCLEAR: Final = "unclear"
HANDED: Final = "handed"
PARKED: Final = "parked"
WAITING: Final = "waiting"
LOST: Final = "lost"

_ASIDE: Final = ("parked", "set_aside")


@dataclass
class Finding:
    """What became of the messages of a run."""

    drawers: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    """Taken twice by a platform, and nothing of it is flagged."""
    flagged: list[str] = field(default_factory=list)
    """Taken twice, and flagged as unclear."""
    feigned: list[str] = field(default_factory=list)
    """Shown as sent, and no platform took it."""
    repeated: list[str] = field(default_factory=list)
    """More than once in the transcript."""
    unclear: int = 0
    """Messages of ours that are flagged as unclear."""
    not_kept: list[str] = field(default_factory=list)
    """Answered 200, and not in the database."""


def judge(
    expected: Iterable[str], acknowledged: Iterable[str], entries: Mapping[str, Entry], taken: Mapping[str, int]
) -> Finding:
    """Put every expected tag into its drawer. `taken`: tag to how many messages with it platforms took."""
    finding = Finding()
    for tag in expected:
        entry = entries.get(tag) or Entry()
        times = taken.get(tag, 0)
        drawer = drawer_of(entry, times)
        finding.drawers[drawer] += 1
        if drawer == LOST:
            finding.lost.append(tag)
        if drawer == WAITING:
            finding.waiting.append(tag)
        flagged = entry.deliveries.count("unclear")
        finding.unclear += flagged
        if times > 1:
            (finding.flagged if flagged else finding.doubled).append(tag)
        if entry.deliveries.count("sent") > times:
            finding.feigned.append(tag)
        if entry.recorded > 1:
            finding.repeated.append(tag)
    finding.not_kept = [tag for tag in acknowledged if not (entries.get(tag) or Entry()).status]
    return finding


def drawer_of(entry: Entry, times: int) -> str:
    """Where a message ended."""
    if times:
        return ANSWERED
    if "unclear" in entry.deliveries:
        return UNCLEAR
    if entry.status in _ASIDE and entry.reason:
        return PARKED
    if entry.status in ("new", "queued") or "queued" in entry.deliveries:
        return WAITING
    if entry.status in ("done", "parked") and entry.state not in ("", "bot", "resolved"):
        return HANDED
    return LOST
