"""Checks of what becomes of messages: no edit is lost, what was removed is not answered, our echo is nobody else's."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from gateway.cases import CaseState
from gateway.messages import Author
from tests.simulation.check_road import REPEATED
from tests.simulation.history import Entry
from tests.simulation.story import Story


def the_last_word_stands(story: Story) -> Iterator[str]:
    """What a customer changed last is what stands, once everything has come to rest; removed is removed."""
    by_native = {row["native_id"]: row for row in story.run.tables["messages"] if row["author"] == Author.CUSTOMER}
    told: dict[str, list[Entry]] = defaultdict(list)
    for entry in story.by_kind["customer.changes"]:
        if _was_understood(story, entry):
            told[entry.facts["message"]].append(entry)
    for native, changes in told.items():
        row = by_native.get(native)
        if row is None:
            continue
        if any(entry.facts["change"] == "removed" for entry in changes):
            if row["text"] or "removed" not in (row["extras"] or {}):
                yield f"{native} was removed, and says {row['text']!r}"
            continue
        last = max(changes, key=lambda entry: (entry.facts["order"], entry.facts["at"]))
        if row["text"] != last.facts["text"]:
            yield f"{native} says {row['text']!r}, and was last changed to {last.facts['text']!r}"


def removed_is_not_answered(story: Story) -> Iterator[str]:
    """A message that was removed before its turn has no answer of the assistant's."""
    texts: dict[str, str] = {}
    for row in story.run.tables["outbox"]:
        if row["author"] == Author.BOT:
            texts.update((found["text"], row["message_id"]) for found in REPEATED.finditer(row["payload"]["text"]))
    for entry in story.by_kind["store.inbox"]:
        facts = entry.facts
        if facts["status"] == "done" and facts.get("reason") == "removed" and facts["native"] in story.said:
            word = story.said[facts["native"]].facts["text"]
            for text, message in texts.items():
                if text and word and text.startswith(word):
                    yield f"{facts['native']} was removed before its turn, and message {message} answers it"


def answered_as_it_reads(story: Story) -> Iterator[str]:
    """The assistant's answer is to what the message says when the answer is decided."""
    reads: dict[int, str] = {}
    turns: dict[str, tuple[float, int]] = {}
    for entry in story.run.history:
        facts = entry.facts
        if entry.what in ("store.message", "store.reworded"):
            reads[facts["message"]] = facts["text"]
        elif entry.what == "store.inbox" and facts["status"] == "done" and facts["message"]:
            turns[facts["case"]] = entry.at, facts["message"]
        elif entry.what == "store.outbox" and "was" not in facts and facts["author"] == Author.BOT:
            at, message = turns.get(facts["case"], (-1.0, 0))
            for found in REPEATED.finditer(facts["text"]):
                text = found["text"].strip()
                if text and at == entry.at and reads[message].strip() != text:
                    yield f"message {facts['message']} answers {text!r}, and {message} says {reads[message]!r}"


def an_echo_is_nobody_elses(story: Story) -> Iterator[str]:
    """What the platform shows us of our own is neither a second message nor a takeover."""
    ours = {entry.facts["message"] for entry in story.by_kind["network.shows"]}
    seen: set[str] = set()
    for row in story.run.tables["messages"]:
        native = row["native_id"]
        if native in ours and (row["extras"] or {}).get("via"):
            yield f"{native} is our own, and was taken for somebody else's"
        if native is not None and native in seen:
            yield f"{native} stands in the transcripts twice"
        seen.add(native)


def who_answers_past_us_silences_the_assistant(story: Story) -> Iterator[str]:
    """It stands in the case once, and the assistant does not have the case in the moment in which it is kept."""
    told = {entry.facts["message"]: entry for entry in story.by_kind["colleague.says"]}
    stands = {row["native_id"] for row in story.run.tables["messages"]}
    for native, entry in told.items():
        row = story.inbox.get(entry.facts["event"])
        if row is not None and row["status"] == "done" and native not in stands:
            yield f"{native} was kept and stands nowhere"
    state: dict[str, str] = {}
    kept: list[dict[str, Any]] = []
    at = -1.0
    for entry in story.run.history:
        if entry.at != at:
            for facts in kept:
                if state[facts["case"]] == CaseState.BOT:
                    yield f"{facts['native']} was said past us, and the assistant still had {facts['case']}"
            kept, at = [], entry.at
        if entry.what in ("store.opened", "store.case"):
            state[entry.facts["case"]] = entry.facts["state"]
        elif entry.what == "store.message" and entry.facts["native"] in told:
            kept.append(entry.facts)


def _was_understood(story: Story, entry: Entry) -> bool:
    """Whether what was told has not been set aside for what another event did to its workers."""
    row = story.inbox.get(entry.facts["event"])
    return row is not None and row["status"] != "set_aside"
