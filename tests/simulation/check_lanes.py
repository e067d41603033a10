"""Checks of the engine: one drain at a time in each lane, nobody is presumed dead or doubted without cause."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from tests.simulation.jobs import DEAD
from tests.simulation.story import Course, Story, message_of

_AT_ONCE: Final = 0.5  # seconds: several times the longest lag
_NOBODYS: Final = ("", "-")  # called or given back; taken from who is presumed dead
_NEVER: Final = Course()


def one_drain_at_a_time(story: Story) -> Iterator[str]:
    """A lane goes from hand to hand only through nobody's, and in one process a drain ends before the next begins."""
    for entry in story.by_kind["store.lane"]:
        was, holder = entry.facts["was"], entry.facts["holder"]
        if was not in _NOBODYS and holder not in (*_NOBODYS, was):
            lives = [story.life_of.get(name, "somebody") for name in (holder, was)]
            yield f"{entry.facts['lane']} was taken at {entry.at:.3f} by {lives[0]} from {lives[1]}"
    under_way: dict[str, set[str]] = defaultdict(set)
    for entry in story.run.history if not story.run.shared else ():
        if entry.what == "lane.left":
            under_way[entry.facts["lane"]].discard(entry.facts["holder"])
        elif entry.what == "lane.taken":
            if under_way[entry.facts["lane"]]:
                yield f"{entry.facts['lane']} was drained twice at {entry.at:.3f}"
            under_way[entry.facts["lane"]].add(entry.facts["holder"])


def the_living_keep_their_lanes(story: Story) -> Iterator[str]:
    """Who is presumed dead was dead, stood still, or did not reach the store."""
    for entry in story.by_kind["jobs.presumes_dead"]:
        life, silent = entry.facts["life"], entry.facts["silent"]
        if not story.courses[life].was_in_trouble(entry.at - silent - DEAD, entry.at):
            yield f"{life} was presumed dead at {entry.at:.3f} after {silent} s of silence"


_NOT_YET_TOLD: Final = (
    1.0  # seconds in which somebody who stood still and goes on does not know that they were given up
)


def no_doubt_without_cause(story: Story) -> Iterator[str]:
    """A message is in doubt where no answer came, or where whoever sent it died or was presumed dead."""
    claimed: dict[int, tuple[float, str]] = {}
    unanswered: dict[int, float] = {}
    for entry in story.run.history:
        facts = entry.facts
        if entry.what == "network.in_doubt":
            unanswered[message_of(entry)] = entry.at
        if entry.what != "store.outbox":
            continue
        message, status = facts["message"], facts["status"]
        if status == "sending":
            claimed[message] = entry.at, story.life_of.get(facts["holder"], "")
        elif status in ("looking", "unclear") and facts["was"] != "looking":
            since, life = claimed.get(message, (0.0, ""))
            course = story.courses.get(life, _NEVER)
            cause = (
                unanswered.get(message, -1.0) >= since
                or course.was_in_trouble(since, entry.at)
                or any(since - _NOT_YET_TOLD <= at <= entry.at for at in course.presumed_dead)
            )
            if not cause:
                yield f"message {message} of {life} was {status} at {entry.at:.3f} ({facts['error']})"


def what_is_found_is_sent(story: Story) -> Iterator[str]:
    """And is not shown as unclear."""
    for entry in story.by_kind["network.finds"]:
        row = story.outbox[message_of(entry)]
        if row["status"] != "sent":
            yield f"message {row['message_id']} was found at {entry.at:.3f}, and is {row['status']}"


def what_waits_is_called(story: Story) -> Iterator[str]:
    """With several processes a lane in which something waits is called, at every moment; the sweep is for accidents."""
    for entry in story.by_kind["store.forsakes"]:
        yield f"{entry.facts['lane']} at {entry.at:.3f}"


def a_call_is_heard(story: Story) -> Iterator[str]:
    """One process that is well drains a lane at once when something is left in it, or right after the drain under way.

    With several the rows say so (`what_waits_is_called`); here only the delay tells a lost call from the sweep's work.
    """
    if story.run.shared:
        return
    taken: dict[str, list[float]] = defaultdict(list)
    open_at: dict[str, list[tuple[float, float]]] = defaultdict(list)
    begun: dict[str, float] = {}
    for entry in story.run.history:
        if entry.what == "lane.taken":
            taken[entry.facts["lane"]].append(entry.at)
            begun[entry.facts["holder"]] = entry.at
        elif entry.what == "lane.left":
            open_at[entry.facts["lane"]].append((begun[entry.facts["holder"]], entry.at))
    for lane, since, until in _waits(story):
        heard = max([since, *(end for begin, end in open_at[lane] if begin <= since <= end)]) + _AT_ONCE
        if until <= heard or any(since <= at <= heard for at in taken[lane]):
            continue
        if not any(course.was_in_trouble(since - DEAD, heard, still=True) for course in story.courses.values()):
            yield f"{lane} was called at {since:.3f}, and nobody came until {heard:.3f}"


def _waits(story: Story) -> Iterator[tuple[str, float, float]]:
    """(lane, since, until): what was left in a lane."""
    since: dict[tuple[str, int], tuple[str, float]] = {}
    for entry in story.run.history:
        facts = entry.facts
        if entry.what == "store.inbox" and facts.get("message"):
            lane, row, waits = f"case/{facts['case']}", ("inbox", facts["inbox"]), facts["status"] == "queued"
        elif entry.what == "store.outbox":
            lane, row = f"thread/{facts.get('thread')}", ("outbox", facts["row"])
            waits = facts["status"] == "new" and "was" not in facts
        else:
            continue
        if waits:
            since[row] = lane, entry.at
        elif row in since:
            yield *since.pop(row), entry.at
    for lane, at in since.values():
        yield lane, at, float("inf")


def it_stops_in_time(story: Story) -> Iterator[str]:
    """What is asked to stop does so in time, unless it stands still."""
    for entry in story.by_kind["process.too_slow"]:
        course = story.courses[entry.facts["life"]]
        if not course.was_in_trouble(course.stopped or 0.0, entry.at):
            yield f"{entry.facts['life']} at {entry.at:.3f}"
