"""The judge of the generated conversations sees what it is there for."""

import random
import sqlite3
from pathlib import Path

import pytest

from tests.conversations import leftovers
from tests.conversations.asking import confirmation, harmless, request
from tests.conversations.judge import Outcome
from tests.conversations.personal import KINDS, Personal, draw, shows, written

PHONE = Personal("phone", "07123456789", "phone")
SAME_DIGITS = ("order_number", "phone", "card", "iban", "tracking", "account", "loyalty", "email", "address", "plate")


@pytest.mark.parametrize("kind", SAME_DIGITS)
def test_a_value_is_seen_in_every_shape(kind: str) -> None:
    dice = random.Random(kind)
    for _ in range(300):
        personal = draw(dice, kind)
        shape = written(dice, personal)
        assert shows(f"We have it as {shape}, thanks.", personal), (personal, shape)


@pytest.mark.parametrize("kind", KINDS)
def test_harmless_words_show_nothing(kind: str) -> None:
    dice = random.Random(kind)
    for text in harmless(dice, 30):
        assert not shows(text, draw(dice, kind)), text


def test_requests_in_public_are_faults_and_harmless_words_are_none() -> None:
    dice = random.Random(1)
    asked = Outcome("requests")
    texts = {request(dice) for _ in range(300)}
    for text in texts:
        asked.hear_public(text, "a thread")
    assert len(asked.faults) > 0.9 * len(
        texts
    )  # a second pair of eyes; what agents try is known to be a request anyway
    quiet = Outcome("harmless")
    for text in [*harmless(dice, 30), confirmation(dice)]:
        quiet.hear_public(text, "a thread")
    assert quiet.faults == []


def test_a_leak_and_a_reminder_too_many_are_faults() -> None:
    outcome = Outcome("matter", personal=[PHONE])
    for text in ("Call you on 07123 456 789?", "We'd still like to help.", "We'd still like to help."):
        outcome.hear_public(text, "a thread")
    assert [fault.split(":")[0] for fault in outcome.faults] == ["LEAK of phone", "FAULT"]


def test_what_is_left_in_a_database_a_file_or_an_answer_is_found(tmp_path: Path) -> None:
    outcome = Outcome("matter", personal=[PHONE], written={"071 234 567 89": "phone"}, split={"card": ("4242", "4343")})
    database = tmp_path / "aside.db"
    with sqlite3.connect(database) as conn:
        conn.execute("CREATE TABLE messages (case_id TEXT, author TEXT, text TEXT)")
        said = ["my card is 4242", "071 234 567 89", "then 4343"]
        conn.executemany("INSERT INTO messages VALUES ('a', 'customer', ?)", [(text,) for text in said])
    conn.close()
    (tmp_path / "serve.log").write_text('{"event": "failed", "why": "07123456789"}')
    wanted = leftovers.needles([outcome])
    found = leftovers.found([*leftovers.tables(database), *leftovers.files(tmp_path)], wanted)
    assert {line.split(" in ")[1].split(":")[0] for line in found} == {
        "table messages", f"{tmp_path.name}/aside.db", f"{tmp_path.name}/serve.log",
    }  # fmt: skip
    assert len(leftovers.halves(database, [outcome])) == 1
    assert leftovers.found([("metrics", b"aside_inbox 07123")], wanted) == []
