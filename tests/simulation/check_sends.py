"""Checks of the sends: what leaves is decided, on disk, fit for where it goes, in order, and there once."""

from collections.abc import Iterator
from typing import Final

from gateway.cases import HELD_BY_A_PERSON, CaseState
from gateway.messages import Author, Channel, Surface
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.routing import words
from gateway.sending.parcels import DELIVERY_OF, OutboxStatus
from tests.simulation.process import BRAND
from tests.simulation.story import Story, message_of

_PROMISES: Final = (words.HANDED_OVER_PRIVATE, words.HANDED_OVER_PUBLIC, words.UNHEALTHY_PRIVATE)
_WALL: Final = Wall(Detector(BRAND.formats))
_passed: dict[tuple[str, str], bool] = {}


def at_most_once_on_the_platform(story: Story) -> Iterator[str]:
    for message, entries in story.arrived.items():
        if len(entries) > 1:
            yield f"message {message} arrived {len(entries)} times ({story.outbox[message]['status']})"


def delivery_tells_the_truth(story: Story) -> Iterator[str]:
    for message, row in story.outbox.items():
        arrived = message in story.arrived
        if row["status"] == "sent" and not arrived:
            yield f"message {message} is sent and never arrived"
        if row["status"] in ("failed", "withdrawn") and arrived:
            yield f"message {message} is {row['status']} and arrived"
        shown = story.messages[message]["delivery"]
        if shown != DELIVERY_OF[OutboxStatus(row["status"])]:
            yield f"message {message} is {row['status']}, and is shown as {shown}"


def on_disk_before_it_leaves(story: Story) -> Iterator[str]:
    """Who was presumed dead may come late: then it was on disk when they claimed it, and is in doubt by now."""
    status: dict[int, str] = {}
    claims: dict[int, str] = {}
    for entry in story.run.history:
        if entry.what == "store.outbox":
            message = entry.facts["message"]
            status[message] = entry.facts["status"]
            if status[message] == "sending":
                claims[message] = story.life_of.get(entry.facts["holder"], "")
        elif entry.what == "network.asked":
            message = message_of(entry)
            late = claims.get(message) == entry.facts["life"] and status.get(message) in ("looking", "unclear")
            if status.get(message) != "sending" and not late:
                yield f"message {message} left as {status.get(message)}"


def never_after_doubt(story: Story) -> Iterator[str]:
    doubted: dict[int, float] = {}
    for entry in story.run.history:
        if entry.what == "network.asked" and message_of(entry) in doubted:
            yield f"message {message_of(entry)} was sent again at {entry.at:.3f}, after an answer that never came"
        elif entry.what == "network.in_doubt":
            doubted[message_of(entry)] = entry.at
        elif (
            entry.what == "store.outbox"
            and entry.facts.get("was") in ("looking", "unclear")
            and entry.facts["status"] in ("new", "sending")
        ):
            yield f"message {entry.facts['message']} was to be sent again at {entry.at:.3f}, after it was in doubt"


def the_bot_is_silent_once_people_have_it(story: Story) -> Iterator[str]:
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
            case_id = story.messages[message_of(entry)]["case_id"]
            since = taken.get(case_id)
            if since is not None and claimed.get(message_of(entry), entry.at) > since:
                yield f"message {message_of(entry)} left at {entry.at:.3f}, {case_id} was taken over at {since:.3f}"


def no_promise_before_its_commit(story: Story) -> Iterator[str]:
    queued = {
        entry.facts["case"]: entry for entry in reversed(story.by_kind["store.case"])
        if entry.facts["state"] == CaseState.QUEUED
    }  # fmt: skip
    for entry in story.by_kind["network.asked"]:
        if entry.facts["text"].endswith(_PROMISES):
            case_id = story.messages[message_of(entry)]["case_id"]
            if case_id not in queued or story.before(entry, queued[case_id]):
                yield f"{case_id}: a person was promised before the case was handed over"


def public_words_pass_the_wall(story: Story) -> Iterator[str]:
    for entry in story.by_kind["network.asked"]:
        if entry.facts["surface"] == Surface.PUBLIC:
            channel = story.outbox[message_of(entry)]["channel"]
            key = (channel, entry.facts["text"])
            if key not in _passed:
                _passed[key] = not _WALL.findings(entry.facts["text"], Channel(channel))
            if not _passed[key]:
                yield f"message {message_of(entry)} was public: {entry.facts['text']}"


def in_order_in_each_thread(story: Story) -> Iterator[str]:
    """What was in doubt is left out: it may have arrived whenever it liked."""
    last: dict[str, tuple[int, int]] = {}
    for entry in story.by_kind["network.takes"]:
        row = story.outbox[message_of(entry)]
        if row["message_id"] in story.doubted:
            continue
        before = last.get(row["thread_key"], (0, 0))
        if before[0] > row["id"]:
            yield f"message {row['message_id']} arrived in {row['thread_key']} after message {before[1]}"
        last[row["thread_key"]] = (row["id"], row["message_id"])
