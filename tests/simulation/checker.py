"""What must never be, looked for in a run's story and in what is on disk at its end.

Each check is a generator of sentences, one for each breach; the registry below gives them their names.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from gateway.cases import HELD_BY_A_PERSON, OPEN_TO_PEOPLE, CaseState, owner_of
from gateway.messages import Author, Channel, Surface
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.routing import words
from tests.simulation.history import Entry
from tests.simulation.process import BRAND
from tests.simulation.world import Run

Check = Callable[["Story"], Iterator[str]]

_PROMISES: Final = (words.HANDED_OVER_PRIVATE, words.HANDED_OVER_PUBLIC, words.UNHEALTHY_PRIVATE)
_LONG_ENOUGH: Final = 0.5  # seconds in line, after which nobody who looked at the line can have missed a message
_FAULTS_OF_OURS: Final = frozenset(
    {"turn_task_failed", "send_task_failed", "send_failed", "arrival_failed", "alarm_failed", "round_failed",
     "parser_failed", "commit_failed"}
)  # fmt: skip
_WALL: Final = Wall(Detector(BRAND.formats))
_passed: dict[tuple[str, str], bool] = {}


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """An invariant that did not hold."""

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


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
            self.arrived[_message(entry)].append(entry)

    def before(self, one: Entry, other: Entry) -> bool:
        """Whether something happened before something else."""
        return self.order[id(one)] < self.order[id(other)]


def check(run: Run) -> list[Breach]:
    """Every breach in a run."""
    story = Story(run)
    return [Breach(invariant=name, what=what) for name, look in INVARIANTS.items() for what in look(story)]


def _message(entry: Entry) -> int:
    return int(entry.facts["ref"].removeprefix("aside:"))


def _acknowledged_is_kept(story: Story) -> Iterator[str]:
    for entry in story.by_kind["network.hears"]:
        if entry.facts["status"] != 200:
            continue
        for native in entry.facts["natives"].split(","):
            row = story.inbox.get(native)
            if row is None:
                yield f"{native} was acknowledged and is not in the inbox"
            elif native in story.said and row["message_id"] is None:
                yield f"{native} was acknowledged and is in no transcript ({row['status']}, {row['reason']})"


def _once_in_the_transcript(story: Story) -> Iterator[str]:
    seen: set[str] = set()
    for message in story.run.tables["messages"]:
        if message["author"] == Author.CUSTOMER:
            if message["native_id"] in seen:
                yield f"{message['native_id']} stands in a transcript twice"
            seen.add(message["native_id"])


def _in_the_order_of_the_platform(story: Story) -> Iterator[str]:
    for case_id, transcript in story.transcripts.items():
        told = [row for row in transcript if row["author"] == Author.CUSTOMER]
        for one, next_one in itertools.pairwise(told):
            if (one["said_at"], one["said_order"]) > (next_one["said_at"], next_one["said_order"]):
                yield f"{one['native_id']} stands before {next_one['native_id']} in {case_id}"


def _one_persons_words(story: Story) -> Iterator[str]:
    for case_id, transcript in story.transcripts.items():
        people = {story.said[row["native_id"]].facts["by"] for row in transcript if row["native_id"] in story.said}
        if len(people) > 1:
            yield f"{case_id} has words of {sorted(people)}"


def _first_in_first_asked(story: Story) -> Iterator[str]:
    """The assistant is asked about a message only where none said before it in the case has long been in line."""
    waiting: dict[str, dict[int, float]] = defaultdict(dict)
    brought = 0
    place: dict[int, tuple[datetime, int]] = {
        row["id"]: (row["said_at"], row["said_order"]) for row in story.run.tables["messages"]
    }
    for entry in story.run.history:
        facts = entry.facts
        if entry.what == "store.inbox" and facts.get("message"):
            if facts["status"] == "queued":
                waiting[facts["case"]][facts["message"]] = entry.at
            else:
                waiting[facts["case"]].pop(facts["message"], None)
        elif entry.what == "assistant.asked":
            message, part = facts["message"], facts["part"].partition(":")[2]
            follows, brought = part == "opening" or brought == message, message if part == "brought" else 0
            if follows:
                continue  # the second question of one turn
            line = waiting[story.messages[message]["case_id"]]
            for other, since in line.items():
                if place[other] < place[message] and entry.at - since > _LONG_ENOUGH:
                    yield f"at {entry.at:.3f} {message} was asked about before {other}, in line since {since:.3f}"


def _at_most_once_on_the_platform(story: Story) -> Iterator[str]:
    for message, entries in story.arrived.items():
        if len(entries) > 1:
            yield f"message {message} arrived {len(entries)} times ({story.outbox[message]['status']})"


def _delivery_tells_the_truth(story: Story) -> Iterator[str]:
    for message, row in story.outbox.items():
        arrived = message in story.arrived
        if row["status"] == "sent" and not arrived:
            yield f"message {message} is sent and never arrived"
        if row["status"] in ("failed", "withdrawn") and arrived:
            yield f"message {message} is {row['status']} and arrived"


def _on_disk_before_it_leaves(story: Story) -> Iterator[str]:
    status: dict[int, str] = {}
    for entry in story.run.history:
        if entry.what == "store.outbox":
            status[entry.facts["message"]] = entry.facts["status"]
        elif entry.what == "network.asked" and status.get(_message(entry)) != "sending":
            yield f"message {_message(entry)} left as {status.get(_message(entry))}"


def _never_after_doubt(story: Story) -> Iterator[str]:
    doubted: dict[int, float] = {}
    for entry in story.run.history:
        if entry.what == "network.asked" and _message(entry) in doubted:
            yield f"message {_message(entry)} was sent again at {entry.at:.3f}, after an answer that never came"
        elif entry.what == "network.in_doubt":
            doubted[_message(entry)] = entry.at


def _the_bot_is_silent_once_people_have_it(story: Story) -> Iterator[str]:
    """A claim to send is the last look at the epoch: nothing that was claimed after a takeover may go out."""
    for entry in story.by_kind["store.outbox"]:
        facts = entry.facts
        if facts["status"] == "sending" and facts["author"] == Author.BOT and facts["epoch"] != facts["case_epoch"]:
            yield f"message {facts['message']} of epoch {facts['epoch']} was sent in epoch {facts['case_epoch']}"
    taken: dict[str, float] = {}
    claimed: dict[int, float] = {}
    for entry in story.run.history:
        facts = entry.facts
        if entry.what == "store.case":
            if facts["state"] in HELD_BY_A_PERSON and facts["was"] == CaseState.BOT:
                taken[facts["case"]] = entry.at
            elif facts["state"] == CaseState.BOT:
                taken.pop(facts["case"], None)
        elif entry.what == "store.outbox" and facts["status"] == "sending":
            claimed[facts["message"]] = entry.at
        elif entry.what == "network.asked" and facts["author"] == Author.BOT:
            case_id = story.messages[_message(entry)]["case_id"]
            since = taken.get(case_id)
            if since is not None and claimed.get(_message(entry), entry.at) > since:
                yield f"message {_message(entry)} left at {entry.at:.3f}, {case_id} was taken over at {since:.3f}"


def _decided_by_the_owner(story: Story) -> Iterator[str]:
    for entry in story.by_kind["store.outbox"]:
        facts = entry.facts
        if facts["status"] != "new" or "was" in facts:
            continue
        who = f"message {facts['message']} by {facts['author']}"
        if facts["epoch"] != facts["case_epoch"]:
            yield f"{who} was decided in epoch {facts['epoch']} and kept in {facts['case_epoch']}"
        if facts["author"] == Author.BOT and facts["state"] != CaseState.BOT:
            yield f"{who} was kept while the case was {facts['state']}"
        if facts["author"] == Author.AGENT and (
            facts["state"] not in HELD_BY_A_PERSON or facts["by"] != facts["agent"]
        ):
            yield f"{who} {facts['by']} was kept while agent {facts['agent']} had the case ({facts['state']})"


def _one_owner_and_a_rising_epoch(story: Story) -> Iterator[str]:
    for entry in story.by_kind["store.case"]:
        facts = entry.facts
        hands = owner_of(CaseState(facts["was"])) is not owner_of(CaseState(facts["state"]))
        hands = hands or facts["old_agent"] != facts["agent"]
        rise = facts["epoch"] - facts["old_epoch"]
        if rise != (1 if hands else 0):
            yield f"{facts['case']}: {facts['was']} -> {facts['state']}, and the epoch rose by {rise}"
        if (facts["state"] in HELD_BY_A_PERSON) != (facts["agent"] is not None):
            yield f"{facts['case']} is {facts['state']} with agent {facts['agent']}"


def _no_promise_before_its_commit(story: Story) -> Iterator[str]:
    queued = {
        entry.facts["case"]: entry for entry in reversed(story.by_kind["store.case"])
        if entry.facts["state"] == CaseState.QUEUED
    }  # fmt: skip
    for entry in story.by_kind["network.asked"]:
        if entry.facts["text"].endswith(_PROMISES):
            case_id = story.messages[_message(entry)]["case_id"]
            if case_id not in queued or story.before(entry, queued[case_id]):
                yield f"{case_id}: a person was promised before the case was handed over"


def _public_words_pass_the_wall(story: Story) -> Iterator[str]:
    for entry in story.by_kind["network.asked"]:
        if entry.facts["surface"] == Surface.PUBLIC:
            channel = story.outbox[_message(entry)]["channel"]
            key = (channel, entry.facts["text"])
            if key not in _passed:
                _passed[key] = not _WALL.findings(entry.facts["text"], Channel(channel))
            if not _passed[key]:
                yield f"message {_message(entry)} was public: {entry.facts['text']}"


def _notes_stay(story: Story) -> Iterator[str]:
    for message in story.run.tables["messages"]:
        if message["surface"] == Surface.NOTE and message["id"] in story.outbox:
            yield f"note {message['id']} has a way out"
    for entry in story.by_kind["network.asked"]:
        if entry.facts["text"].startswith("note word"):
            yield f"a note left: {entry.facts['text']}"


def _agents_words_once(story: Story) -> Iterator[str]:
    seen: set[str] = set()
    for message in story.run.tables["messages"]:
        if message["author"] == Author.AGENT:
            if message["text"] in seen:
                yield f"said twice by one press of a button: {message['text']}"
            seen.add(message["text"])


def _in_order_in_each_thread(story: Story) -> Iterator[str]:
    """What is unclear is left out: it may have arrived whenever it liked."""
    last: dict[str, tuple[int, int]] = {}
    for entry in story.by_kind["network.takes"]:
        row = story.outbox[_message(entry)]
        if row["status"] == "unclear":
            continue
        before = last.get(row["thread_key"], (0, 0))
        if before[0] > row["id"]:
            yield f"message {row['message_id']} arrived in {row['thread_key']} after message {before[1]}"
        last[row["thread_key"]] = (row["id"], row["message_id"])


def _timers_fire_once(story: Story) -> Iterator[str]:
    fired: set[int] = set()
    for entry in story.by_kind["store.timer"]:
        if entry.facts["status"] == "fired":
            if entry.facts["timer"] in fired or entry.facts["was"] != "pending":
                yield f"timer {entry.facts['timer']} ({entry.facts['kind']}) fired again"
            fired.add(entry.facts["timer"])
    closings: dict[tuple[str, str], int] = defaultdict(int)
    for message in story.run.tables["messages"]:
        if (message["extras"] or {}).get("closing"):
            closings[message["case_id"], story.outbox[message["id"]]["payload"]["target"]] += 1
    for (case_id, target), count in closings.items():
        if count > 1:
            yield f"{case_id} was closed {count} times under {target}"


def _nobody_is_left_waiting(story: Story) -> Iterator[str]:
    """Each customer's message was answered in its turn, or people had or have the case."""
    spoken: set[tuple[str, float]] = {
        (entry.facts["case"], entry.at) for entry in story.by_kind["store.outbox"] if "was" not in entry.facts
    }
    for entry in story.by_kind["store.inbox"]:
        facts = entry.facts
        if facts["status"] == "done" and facts["state"] == CaseState.BOT and (facts["case"], entry.at) not in spoken:
            said = story.said[facts["native"]].facts
            if said["text"] and not said["code"]:
                yield f"{facts['native']} ({said['text']!r}) was settled by the assistant without a word"
    states: dict[str, list[Entry]] = defaultdict(list)
    for entry in story.by_kind["store.case"]:
        states[entry.facts["case"]].append(entry)
    for row in story.run.tables["outbox"]:
        if row["status"] not in ("failed", "withdrawn", "unclear") or row["payload"]["opens_private"]:
            continue
        moves = states[row["case_id"]]
        if row["status"] == "unclear":
            transcript = [each for each in story.transcripts[row["case_id"]] if each["author"] != Author.SYSTEM]
            if transcript and transcript[-1]["id"] != row["message_id"]:
                continue
        if not any(CaseState(move.facts["state"]) in OPEN_TO_PEOPLE for move in moves):
            yield f"message {row['message_id']} of {row['case_id']} is {row['status']}, and no person ever had the case"
    for case in story.run.tables["cases"]:
        if case["state"] == CaseState.QUEUED and case["due_at"] is None:
            yield f"{case['id']} waits in the queue without a time"


def _it_comes_to_rest(story: Story) -> Iterator[str]:
    if story.run.rested:
        return
    for name, statuses in (("inbox", ("new", "queued")), ("outbox", ("new", "sending")), ("timers", ("pending",))):
        for row in story.run.tables[name]:
            if row["status"] in statuses:
                yield f"{name} {row['id']} is {row['status']} for ever ({row.get('reason') or row.get('error') or ''})"
    yield "the world did not come to rest"


def _no_fault_of_ours(story: Story) -> Iterator[str]:
    yield from story.run.errors
    expected = {"StoreFull"} | ({"ValueError"} if story.run.faults.wrong else set())
    for kind in ("log.error", "log.exception"):
        for entry in story.by_kind[kind]:
            if entry.facts.get("event") in _FAULTS_OF_OURS and entry.facts.get("error") not in expected:
                yield f"at {entry.at:.3f}: {entry.facts}"


def _answers_reach_who_asked(story: Story) -> Iterator[str]:
    """An answer repeats the customer's own word, so that one can see where it went."""
    names = {entry.facts["by"] for entry in story.said.values()}
    for entry in story.by_kind["network.takes"]:
        whose = {name for name in names if any(word[:-1] == name for word in entry.facts["text"].split(",")[0].split())}
        row = story.outbox[_message(entry)]
        people = {
            story.said[each["native_id"]].facts["by"]
            for each in story.transcripts[row["case_id"]] if each["native_id"] in story.said
        }  # fmt: skip
        if whose and not whose <= people:
            yield f"message {row['message_id']} with words of {sorted(whose)} went to {sorted(people)}"


INVARIANTS: Final[dict[str, Check]] = {
    "what is acknowledged is kept": _acknowledged_is_kept,
    "each message stands once in the transcript": _once_in_the_transcript,
    "the transcript has the platform's order": _in_the_order_of_the_platform,
    "a case has the words of one person": _one_persons_words,
    "first in, first asked": _first_in_first_asked,
    "a message of ours arrives at most once": _at_most_once_on_the_platform,
    "what delivery says is true": _delivery_tells_the_truth,
    "sending is on disk before anything leaves": _on_disk_before_it_leaves,
    "nothing is sent again after doubt": _never_after_doubt,
    "the bot is silent once people have the case": _the_bot_is_silent_once_people_have_it,
    "only the owner decides": _decided_by_the_owner,
    "one owner, and an epoch that rises": _one_owner_and_a_rising_epoch,
    "no promise before its commit": _no_promise_before_its_commit,
    "public words pass the wall": _public_words_pass_the_wall,
    "notes stay": _notes_stay,
    "an agent's words are said once": _agents_words_once,
    "a thread has one order": _in_order_in_each_thread,
    "timers fire once": _timers_fire_once,
    "nobody is left waiting": _nobody_is_left_waiting,
    "it comes to rest": _it_comes_to_rest,
    "no fault of ours": _no_fault_of_ours,
    "answers reach who asked": _answers_reach_who_asked,
}
