"""What a packet says of the transcript: a chain that anybody can follow, and that shows what was changed or cut."""

import hashlib
import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import CaseState, HandoffReason
from gateway.messages import Author, Delivery, Surface
from gateway.storage import cases, episodes, transcript
from gateway.storage.database import create_engine
from gateway.storage.migrate import migrate
from gateway.storage.tables import episodes as episodes_table
from gateway.storage.tables import messages
from tests.factories import Story, Ticking


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    engine = create_engine(f"sqlite:///{tmp_path / 'aside.db'}")
    migrate(engine)
    with engine.begin() as connection:
        yield Story(connection, Ticking())
    engine.dispose()


def hand_over_and_back(story: Story) -> dict[str, Any]:
    """One episode; returns what its packet says of the transcript."""
    queued = story.hands_over(HandoffReason.ASKED)
    packet = episodes.latest_packet(story.conn, story.case_id)
    assert packet is not None
    cases.move(
        story.conn, queued, CaseState.BOT, expected=[CaseState.QUEUED], actor="test", kind="test", now=story.clock()
    )
    reference: Any = packet["transcript_ref"]
    return dict(reference)


def followed(conn: Connection, case_id: str, before: dict[str, Any] | None, reference: dict[str, Any]) -> bool:
    """Whether the transcript is still as a reference says, by the rule that the documentation gives."""
    columns = messages.c
    rows = conn.execute(
        sa.select(
            columns.id, columns.author, columns.surface, sa.type_coerce(columns.said_at, sa.BigInteger),
            columns.said_order, columns.text,
        )
        .where(columns.case_id == case_id, columns.surface != "note", columns.id <= reference["last_id"])
        .where(columns.id > (before["last_id"] if before else 0))
        .order_by(columns.id)
    ).all()  # fmt: skip
    digest = hashlib.sha256((before["sha256"] if before else "").encode())
    for row in rows:
        digest.update(msgspec.json.encode(list(row)))
    known = before["count"] if before else 0
    return (reference["sha256"], reference["count"]) == (digest.hexdigest(), known + len(rows))


def test_each_reference_follows_on_from_the_one_before(story: Story) -> None:
    references: list[dict[str, Any] | None] = [None]
    for episode in range(4):
        for number in range(episode + 1):
            story.says(f"{episode} {number}")
            story.answers("well")
        references.append(hand_over_and_back(story))
    for before, after in pairwise(references):
        assert after is not None
        assert after["after"] == (before["sha256"] if before else None)
        assert followed(story.conn, story.case_id, before, after)
    assert [reference["count"] for reference in references[1:] if reference] == [2, 6, 12, 20]
    assert len({reference["first_id"] for reference in references[1:] if reference}) == 1


def test_a_message_that_comes_late_breaks_no_reference_that_was_given_out(story: Story) -> None:
    story.says("first")
    story.says("second")
    before = hand_over_and_back(story)
    said_at = story.conn.execute(sa.select(messages.c.said_at).order_by(messages.c.id)).scalars().first()
    assert said_at is not None
    now = story.clock.now
    story.clock.now = said_at - timedelta(minutes=1)
    story.says("zeroth")
    story.clock.now = now
    assert transcript.page(story.conn, story.case_id)[0].text == "zeroth"
    after = hand_over_and_back(story)
    assert followed(story.conn, story.case_id, None, before)
    assert followed(story.conn, story.case_id, before, after)
    assert after["count"] == 3


@pytest.mark.parametrize("change", ["text", "author", "said_at", "cut"])
def test_a_message_that_was_changed_or_cut_shows(story: Story, change: str) -> None:
    message_id = story.says("I want a human")
    story.says("now")
    reference = hand_over_and_back(story)
    assert followed(story.conn, story.case_id, None, reference)
    row = messages.c.id == message_id
    if change == "cut":
        story.conn.execute(messages.delete().where(row))
    else:
        value: Any = story.clock() if change == "said_at" else "other"
        story.conn.execute(messages.update().where(row).values(**{change: value}))
    assert not followed(story.conn, story.case_id, None, reference)


def test_notes_are_no_part_of_it(story: Story) -> None:
    story.says("hello")
    before = hand_over_and_back(story)
    transcript.append_ours(
        story.conn, story.case_id, thread_id=None, surface=Surface.NOTE, author=Author.AGENT, text="hm",
        now=story.clock(), delivery=Delivery.NONE,
    )  # fmt: skip
    assert hand_over_and_back(story)["count"] == before["count"]


def test_after_a_reference_of_an_older_version_the_chain_begins_anew(story: Story) -> None:
    story.says("hello")
    hand_over_and_back(story)
    packet = episodes.latest_packet(story.conn, story.case_id)
    assert packet is not None
    old = {"first_id": 1, "last_id": 1, "count": 1, "sha256": "0" * 64}
    story.conn.execute(episodes_table.update().values(packet={**packet, "transcript_ref": old}))
    story.says("again")
    reference = hand_over_and_back(story)
    assert (reference["after"], reference["count"]) == (None, 2)
    assert followed(story.conn, story.case_id, None, reference)


@pytest.mark.parametrize("seed", range(5))
def test_what_customers_said_stands_in_the_order_in_which_they_said_it_however_it_arrives(
    story: Story, seed: int
) -> None:
    dice = random.Random(seed)
    start = story.clock.now
    for number in range(120):
        story.clock.now = start + timedelta(seconds=dice.randrange(40), milliseconds=dice.choice([0, 0, 1, 500]))
        story.says(str(number))
        if dice.random() < 0.3:
            story.clock.now = start + timedelta(seconds=dice.randrange(60))
            transcript.append_ours(
                story.conn, story.case_id, thread_id=None, surface=Surface.NOTE, author=Author.AGENT, text="",
                now=story.clock(), delivery=Delivery.NONE,
            )  # fmt: skip
    told = story.conn.execute(
        sa.select(messages.c.said_at, messages.c.said_order, messages.c.id)
        .where(messages.c.author == Author.CUSTOMER)
        .order_by(messages.c.at, messages.c.id)
    ).all()
    assert [tuple(row) for row in told] == sorted(tuple(row) for row in told)
