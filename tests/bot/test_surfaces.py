"""The policy table at work: what the public gets to see, for every intent there is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.dialogue.policy import PolicyError, PolicyTable, Row
from tests.bot.assistant import ROOT, NewCase, effects, texts

TABLE = PolicyTable.parse(YAML(typ="rt").load((ROOT / "bot" / "domain" / "policy.yml").read_text()))
INTENTS = [row.intent for row in TABLE]
#: What a public text must not ask for.
REQUEST_FOR_DATA = re.compile(r"\byour (order number|e-?mail|phone|address|name)\b", re.IGNORECASE)


@pytest.mark.parametrize("channel", ["twitter", "facebook", "telegram"])
@pytest.mark.parametrize("intent", INTENTS)
def test_the_public_gets_what_the_table_says(conversation: NewCase, intent: str, channel: str) -> None:
    answer = conversation("public", channel).choose(intent)
    decision = TABLE.row(intent).public
    assert answer["policy"] == decision
    assert bool(effects(answer, "move_aside")) == (decision == "move")
    assert bool(effects(answer, "handoff")) == (decision == "person")
    assert bool(answer["replies"]) == (decision != "person")
    for reply in answer["replies"]:
        assert len(reply["text"]) <= 230
    assert not REQUEST_FOR_DATA.search(texts(answer))
    assert answer["state"]["loop"] is None


@pytest.mark.parametrize("intent", INTENTS)
def test_in_private_every_intent_has_an_answer(conversation: NewCase, intent: str) -> None:
    answer = conversation().choose(intent)
    assert answer["policy"] == TABLE.row(intent).private
    assert bool(effects(answer, "handoff")) == (TABLE.row(intent).private == "person")


@pytest.mark.parametrize(
    ("channel", "words"),
    [("twitter", "button below"), ("facebook", "message from us in Messenger"), ("telegram", "Press the button")],
)
def test_the_way_aside_is_described_as_it_is_on_each_channel(conversation: NewCase, channel: str, words: str) -> None:
    answer = conversation("public", channel).say("my parcel arrived broken")
    assert words in texts(answer)


def test_moving_aside_takes_along_what_was_said(conversation: NewCase) -> None:
    answer = conversation("public").say("cancel order 104218 pls, tom.brook@post.example")
    assert effects(answer, "move_aside") == [
        {
            "type": "move_aside",
            "intent": "cancel_order",
            "entities": {"order_number": "104218", "email": "tom.brook@post.example"},
        }
    ]
    assert "104218" not in texts(answer)


def test_fraud_goes_to_a_person_on_both_surfaces(conversation: NewCase) -> None:
    for surface in ("public", "private"):
        answer = conversation(surface).say("someone hacked my account")
        assert effects(answer, "handoff") == [{"type": "handoff", "reason": "sensitive"}]


def test_somebody_in_despair_goes_to_a_person(conversation: NewCase) -> None:
    answer = conversation("public").say("i don't want to live anymore")
    assert effects(answer, "handoff") == [{"type": "handoff", "reason": "crisis"}]


def test_personal_data_does_not_keep_a_question_from_its_answer(conversation: NewCase) -> None:
    answer = conversation("public").say("what are your opening hours?", findings=("phone",))
    assert answer["policy"] == "answer"


def test_a_common_question_moves_aside_where_its_text_carries_personal_data(conversation: NewCase) -> None:
    assert conversation("public").say("how long does delivery take?")["policy"] == "answer"
    answer = conversation("public").say("how long does delivery take?", findings=("order_number",))
    assert answer["policy"] == "move"
    assert [effect["intent"] for effect in effects(answer, "move_aside")] == ["delivery_time"]


def test_a_row_says_whether_personal_data_changes_anything() -> None:
    usual = {"public": "answer", "private": "answer"}
    table = PolicyTable.parse({"questions": {"stock": usual, "jobs": {**usual, "details": "answer"}}})
    assert [table.decide(intent, "public", ["phone"]) for intent in ("stock", "jobs")] == ["move", "answer"]
    assert table.decide("stock", "private", ["phone"]) == "answer"


def test_a_channel_has_what_is_different_on_it_and_the_rest_as_usual() -> None:
    usual = {"public": "answer", "private": "answer", "title": "In stock?"}
    channels = {
        "twitter": {"stock": {"public": "move"}},
        "facebook": {"stock": {"public": "person", "reason": "asked"}},
    }
    table = PolicyTable.parse({"questions": {"stock": usual}, "channels": channels})
    decided = {name: table.decide("stock", "public", [], name) for name in ("twitter", "facebook", "telegram")}
    assert decided == {"twitter": "move", "facebook": "person", "telegram": "answer"}
    assert (table.row("stock", "facebook").reason, table.row("stock", "twitter").title) == ("asked", "In stock?")


@pytest.mark.parametrize(
    "channels",
    [
        {"myspace": {"stock": {"public": "move"}}},
        {"twitter": {"parking": {"public": "move"}}},
        {"twitter": {"stock": {"public": "shout"}}},
        {"twitter": {"stock": {"title": "?"}}},
        {"twitter": {"stock": {}}},
    ],
)
def test_a_wrong_row_of_a_channel_is_refused(channels: dict[str, Any]) -> None:
    with pytest.raises(PolicyError):
        PolicyTable.parse({"questions": {"stock": {"public": "answer", "private": "answer"}}, "channels": channels})


def test_personal_data_in_what_was_not_understood_moves_it_aside(conversation: NewCase) -> None:
    answer = conversation("public").say("qx 7", findings=("phone",))
    assert answer["intent"]["name"] == "nlu_fallback"
    assert answer["policy"] == "move"


def test_personal_data_about_a_matter_moves_it_aside_whatever_the_row_says() -> None:
    table = PolicyTable([Row("where_is_my_order", "matters", public="answer", private="answer")])
    assert table.decide("where_is_my_order", "public", []) == "answer"
    assert table.decide("where_is_my_order", "public", ["email"]) == "move"
    assert table.decide("where_is_my_order", "private", ["email"]) == "answer"


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("rumours", {"public": "answer", "private": "answer"}),
        ("talk", {"public": "answer"}),
        ("talk", {"public": "shout", "private": "answer"}),
        ("talk", {"public": "answer", "private": "move"}),
        ("talk", {"public": "answer", "private": "answer", "colour": "red"}),
        ("talk", {"public": "answer", "private": "answer", "details": "person"}),
        ("people", {"public": "person", "private": "person", "reason": "mood"}),
    ],
)
def test_a_wrong_row_is_refused(kind: str, cells: dict[str, str]) -> None:
    with pytest.raises(PolicyError):
        Row.parse("greet", kind, cells)


def test_two_rows_for_one_intent_are_refused() -> None:
    cells = {"public": "answer", "private": "answer"}
    with pytest.raises(PolicyError, match="two rows"):
        PolicyTable.parse({"talk": {"greet": cells}, "questions": {"greet": cells}})
