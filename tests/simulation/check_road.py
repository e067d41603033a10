"""Checks of the road: what came in is kept, once, in order, answered by who owns the case, and nobody is forgotten."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from gateway.cases import HELD_BY_A_PERSON, OPEN_TO_PEOPLE, CaseState, owner_of
from gateway.messages import Author, Surface
from gateway.public_thread import CLOSED, MoveState
from gateway.routing.suspicion import DEADLY
from tests.simulation import people
from tests.simulation.history import Entry
from tests.simulation.story import Story, message_of

_LONG_ENOUGH: Final = 0.5  # seconds in line, after which nobody who looked at the line can have missed a message
_FAULTS_OF_OURS: Final = frozenset(
    {"drain_failed", "send_failed", "look_up_failed", "arrival_failed", "alarm_failed", "round_failed", "gate_failed",
     "parser_failed", "commit_failed", "outcome_not_kept", "outage_not_noted", "crisis_case_failed"}
)  # fmt: skip
REPEATED: Final = re.compile(r"You said (?P<text>.*?)(?:, let us talk\.|\. Your order|$)")
_ONE_TURN: Final = {("said", "opening"), ("said", "brought"), ("brought", "in_its_light")}
"""Questions of a turn that follow each other, however long the first of them took."""
_BY_AN_EVENT: Final = ("asking about", "understanding")
_DEATHS: Final = 6  # by one event, at the most


def acknowledged_is_kept(story: Story) -> Iterator[str]:
    for entry in story.by_kind["network.hears"]:
        if entry.facts["status"] != 200:
            continue
        for native in entry.facts["natives"].split(","):
            row = story.inbox.get(native)
            if row is None:
                yield f"{native} was acknowledged and is not in the inbox"
            elif native in story.said and row["message_id"] is None and not _killed_by_itself(story, row):
                yield f"{native} was acknowledged and is in no transcript ({row['status']}, {row['reason']})"


def once_in_the_transcript(story: Story) -> Iterator[str]:
    seen: set[str] = set()
    for message in story.run.tables["messages"]:
        if message["author"] == Author.CUSTOMER:
            if message["native_id"] in seen:
                yield f"{message['native_id']} stands in a transcript twice"
            seen.add(message["native_id"])


def in_the_order_of_the_platform(story: Story) -> Iterator[str]:
    for case_id, transcript in story.transcripts.items():
        told = [row for row in transcript if row["author"] == Author.CUSTOMER]
        for one, next_one in itertools.pairwise(told):
            if (one["said_at"], one["said_order"]) > (next_one["said_at"], next_one["said_order"]):
                yield f"{one['native_id']} stands before {next_one['native_id']} in {case_id}"


def one_persons_words(story: Story) -> Iterator[str]:
    for case_id, transcript in story.transcripts.items():
        people = {story.said[row["native_id"]].facts["by"] for row in transcript if row["native_id"] in story.said}
        if len(people) > 1:
            yield f"{case_id} has words of {sorted(people)}"


def first_in_first_asked(story: Story) -> Iterator[str]:
    """The assistant is asked about a message only where none said before it in the case has long been in line."""
    waiting: dict[str, dict[int, float]] = defaultdict(dict)
    last: dict[str, tuple[int, str]] = {}
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
            case = story.messages[message]["case_id"]
            before, last[case] = last.get(case, (0, "")), (message, part)
            if before[0] == message and (before[1], part) in _ONE_TURN:
                continue
            for other, since in waiting[case].items():
                if place[other] < place[message] and entry.at - since > _LONG_ENOUGH:
                    yield f"at {entry.at:.3f} {message} was asked about before {other}, in line since {since:.3f}"


def decided_by_the_owner(story: Story) -> Iterator[str]:
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


def one_owner_and_a_rising_epoch(story: Story) -> Iterator[str]:
    for entry in story.by_kind["store.case"]:
        facts = entry.facts
        hands = owner_of(CaseState(facts["was"])) is not owner_of(CaseState(facts["state"]))
        hands = hands or facts["old_agent"] != facts["agent"]
        rise = facts["epoch"] - facts["old_epoch"]
        if rise != (1 if hands else 0):
            yield f"{facts['case']}: {facts['was']} -> {facts['state']}, and the epoch rose by {rise}"
        if (facts["state"] in HELD_BY_A_PERSON) != (facts["agent"] is not None):
            yield f"{facts['case']} is {facts['state']} with agent {facts['agent']}"


def notes_stay(story: Story) -> Iterator[str]:
    for message in story.run.tables["messages"]:
        if message["surface"] == Surface.NOTE and message["id"] in story.outbox:
            yield f"note {message['id']} has a way out"
    for entry in story.by_kind["network.asked"]:
        if entry.facts["text"].startswith("note word"):
            yield f"a note left: {entry.facts['text']}"


def agents_words_once(story: Story) -> Iterator[str]:
    seen: set[str] = set()
    for message in story.run.tables["messages"]:
        if message["author"] == Author.AGENT:
            if message["text"] in seen:
                yield f"said twice by one press of a button: {message['text']}"
            seen.add(message["text"])


def timers_fire_once(story: Story) -> Iterator[str]:
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


def public_threads_are_seen_through(story: Story) -> Iterator[str]:
    """Each is closed or has a due time; in each one reminder and one closing word, at the most."""
    for move in story.run.tables["moves"]:
        if (move["due_at"] is None) != (MoveState(move["state"]) in CLOSED):
            yield f"the public thread {move['thread_id']} of {move['case_id']} is {move['state']}, due {move['due_at']}"
    words: Counter[tuple[str, int, str]] = Counter()
    for message in story.run.tables["messages"]:
        for word in ("reminder", "closing"):
            words[message["case_id"], message["thread_id"], word] += bool((message["extras"] or {}).get(word))
    for (case_id, thread_id, word), count in words.items():
        if count > 1:
            yield f"{case_id} had {count} times a {word} in thread {thread_id}"
    seen = {(move["case_id"], move["thread_id"]) for move in story.run.tables["moves"]}
    for message in story.run.tables["messages"]:
        public = message["author"] == Author.CUSTOMER and message["surface"] == Surface.PUBLIC
        if public and (message["case_id"], message["thread_id"]) not in seen:
            yield f"{message['native_id']} was said in a public thread that nobody watches"


def nobody_is_left_waiting(story: Story) -> Iterator[str]:
    """Each customer's message was answered in its turn, or people had or have the case."""
    spoken: set[tuple[str, float]] = {
        (entry.facts["case"], entry.at) for entry in story.by_kind["store.outbox"] if "was" not in entry.facts
    }
    for entry in story.by_kind["store.inbox"]:
        facts = entry.facts
        if facts["status"] == "done" and facts["state"] == CaseState.BOT and (facts["case"], entry.at) not in spoken:
            if facts["reason"] == "removed":
                continue
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


def it_comes_to_rest(story: Story) -> Iterator[str]:
    if story.run.rested:
        return
    for name, statuses in (
        ("inbox", ("new", "queued")),
        ("outbox", ("new", "sending", "looking")),
        ("timers", ("pending",)),
    ):
        for row in story.run.tables[name]:
            if row["status"] in statuses:
                yield f"{name} {row['id']} is {row['status']} for ever ({row.get('reason') or row.get('error') or ''})"
    for row in story.run.tables["lanes"]:
        yield f"{row['name']} is never left"
    yield "the world did not come to rest"


def no_fault_of_ours(story: Story) -> Iterator[str]:
    yield from story.run.errors
    expected = {"StoreRefused"} | ({"ValueError"} if story.run.faults.wrong else set())
    for kind in ("log.error", "log.exception"):
        for entry in story.by_kind[kind]:
            if entry.facts.get("event") in _FAULTS_OF_OURS and entry.facts.get("error") not in expected:
                yield f"at {entry.at:.3f}: {entry.facts}"


def answers_reach_who_asked(story: Story) -> Iterator[str]:
    """An answer repeats the customer's own word, so that one can see where it went."""
    names = {entry.facts["by"] for entry in story.said.values()}
    for entry in story.by_kind["network.takes"]:
        whose = {name for name in names if any(word[:-1] == name for word in entry.facts["text"].split(",")[0].split())}
        row = story.outbox[message_of(entry)]
        people = {
            story.said[each["native_id"]].facts["by"]
            for each in story.transcripts[row["case_id"]] if each["native_id"] in story.said
        }  # fmt: skip
        if whose and not whose <= people:
            yield f"message {row['message_id']} with words of {sorted(whose)} went to {sorted(people)}"


def _killed_by_itself(story: Story, row: dict[str, Any]) -> bool:
    """Whether an event was set aside after deaths that nothing else is known to have caused."""
    return row["reason"] == "deadly" and _blameless(story) >= DEADLY - 1


def _blameless(story: Story) -> int:
    """How many lives were lost, or presumed lost, over no event.

    Whoever tries a suspect alone may die of something else just then: that speaks against it, and cannot be told apart.
    """
    dies = {entry.facts["life"]: entry.facts["where"] for entry in story.by_kind["process.dies"]}
    by_an_event = {life for life, where in dies.items() if where.startswith(_BY_AN_EVENT)}
    presumed = {entry.facts["life"] for entry in story.by_kind["jobs.presumes_dead"]}
    return len((dies.keys() | presumed) - by_an_event)


def _killers(story: Story) -> Counter[str]:
    """How many lives each deadly event has cost."""
    return Counter(
        entry.facts["where"] for entry in story.by_kind["process.dies"]
        if entry.facts["where"].startswith(_BY_AN_EVENT)
    )  # fmt: skip


def answered_once(story: Story) -> Iterator[str]:
    """What a turn does is done once, however many workers have it in hand."""
    answers: Counter[str] = Counter()
    for row in story.run.tables["outbox"]:
        if row["author"] == Author.BOT:
            answers.update(found["text"] for found in REPEATED.finditer(row["payload"]["text"]))
    for text, count in answers.items():
        if count > 1:
            yield f"{text!r} was answered {count} times"
    settled: set[int] = set()
    for entry in story.by_kind["store.inbox"]:
        if entry.facts["status"] in ("done", "parked") and entry.facts["message"]:
            if entry.facts["inbox"] in settled or entry.facts["was"] != "queued":
                yield f"{entry.facts['native']} was settled again"
            settled.add(entry.facts["inbox"])


def deadly_events_are_parked(story: Story) -> Iterator[str]:
    """An event that kills whoever has it in hand is given up after some deaths."""
    deaths = _killers(story)
    for where, count in deaths.items():
        if count > _DEATHS:
            yield f"{count} lives were lost {where}"
    if _blameless(story) >= DEADLY - 1:
        return  # the first death counts for whatever waited then; these may have come while one was tried alone
    by_row = {row["id"]: row for row in story.run.tables["inbox"]}
    for entry in story.by_kind["log.error"]:
        if entry.facts.get("event") in ("deadly_event", "deadly_turn"):
            native = by_row[entry.facts["inbox_id"]]["native_id"]
            if native in story.said and not story.said[native].facts["text"].startswith(people.DEADLY):
                yield f"{native} was given up at {entry.at:.3f} for what another did"
