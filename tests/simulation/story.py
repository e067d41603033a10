"""A run's story, read once: what happened by its kind, what is on disk at the end, and what became of each life.

Checks are generators of sentences over a story, one for each breach; `checker` gives them their names.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from tests.simulation.history import Entry
from tests.simulation.world import Run

Check = Callable[["Story"], Iterator[str]]


class Course(msgspec.Struct):
    """What became of a life. Times in seconds since the run began."""

    over: float | None = None
    """When it died or ended."""
    stopped: float | None = None
    """When it was asked to stop."""
    troubles: list[tuple[float, float]] = []
    """Stretches in which it stood still or did not reach the store."""
    refused: list[float] = []
    """When the store refused something of it."""
    presumed_dead: list[float] = []

    def was_in_trouble(self, since: float, until: float, *, still: bool = False) -> bool:
        """Whether it was over, stood still or could not reach the store at some time of a stretch.

        `still`: whoever was over before it does not count any more.
        """
        return (
            (self.over is not None and self.over <= until and not (still and self.over < since))
            or (still and self.stopped is not None and since <= self.stopped <= until)
            or any(begins <= until and since <= ends for begins, ends in self.troubles)
            or any(since <= at <= until for at in self.refused)
        )


class Story:
    """A run, read once and kept by what checks ask for."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.by_kind: dict[str, list[Entry]] = defaultdict(list)
        self.order: dict[int, int] = {}
        for number, entry in enumerate(run.history):
            self.by_kind[entry.what].append(entry)
            self.order[id(entry)] = number
        self.said = {entry.facts["native"]: entry for entry in self.by_kind["customer.says"]}
        self.inbox = {row["native_id"]: row for row in run.tables["inbox"]}
        self.outbox = {row["message_id"]: row for row in run.tables["outbox"]}
        self.messages = {row["id"]: row for row in run.tables["messages"]}
        self.transcripts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in sorted(run.tables["messages"], key=lambda row: (row["at"], row["id"])):
            self.transcripts[row["case_id"]].append(row)
        self.arrived: dict[int, list[Entry]] = defaultdict(list)
        for entry in self.by_kind["network.takes"]:
            self.arrived[message_of(entry)].append(entry)
        self.life_of = {entry.facts["holder"]: entry.facts["life"] for entry in self.by_kind["lane.taken"]}
        """By the holder of a lane."""
        self.courses = _courses(run)
        self.doubted = {
            entry.facts["message"] for entry in self.by_kind["store.outbox"]
            if entry.facts["status"] in ("looking", "unclear")
        }  # fmt: skip
        """Messages of ours of which at some time nobody knew whether they had arrived."""

    def before(self, one: Entry, other: Entry) -> bool:
        """Whether something happened before something else."""
        return self.order[id(one)] < self.order[id(other)]


def message_of(entry: Entry) -> int:
    """The message of ours that a platform's entry is about."""
    return int(entry.facts["ref"].removeprefix("aside:"))


def _courses(run: Run) -> dict[str, Course]:
    courses: dict[str, Course] = defaultdict(Course)
    began: dict[tuple[str, str], float] = {}
    for entry in run.history:
        life = entry.facts.get("life")
        if life is None:
            continue
        course = courses[life]
        if entry.what in ("process.dies", "process.ends", "process.fails"):
            course.over = entry.at
        elif entry.what == "process.stops":
            course.stopped = entry.at
        elif entry.what in _ENDS:
            began[life, _ENDS[entry.what]] = entry.at
        elif entry.what in _ENDS.values():
            course.troubles.append((began.pop((life, entry.what)), entry.at))
        elif entry.what == "store.refuses":
            course.refused.append(entry.at)
        elif entry.what == "jobs.presumes_dead":
            course.presumed_dead.append(entry.at)
    for (life, _), at in began.items():
        courses[life].troubles.append((at, float("inf")))
    return courses


_ENDS = {"process.pauses": "process.goes_on", "process.cut_off": "process.reaches"}
