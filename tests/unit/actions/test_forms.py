"""What a form keeps, refuses and leaves to other rules."""

from __future__ import annotations

import pytest

from actions.forms import FORMS, FormCheck
from tests.unit.actions.stage import heard, play, shop


def check(intent: str) -> FormCheck:
    return FormCheck(intent, shop())


async def test_a_form_that_begins_keeps_the_topic_and_blames_nobody() -> None:
    played = await play(check("where_is_my_order"), heard("where_is_my_order"), {"form_failures": 1})
    assert played.slots == {"topic": "where_is_my_order", "problem": None, "form_failures": 0}


async def test_a_known_order_is_kept_as_digits() -> None:
    played = await play(check("where_is_my_order"), heard("inform"), candidates={"order_number": "W-104217"})
    assert played.slots["order_number"] == "104217"
    assert played.slots["problem"] is None


async def test_an_unknown_order_is_refused_with_its_problem() -> None:
    played = await play(check("where_is_my_order"), heard("inform"), candidates={"order_number": "199999"})
    assert played.slots["order_number"] is None
    assert (played.slots["problem"], played.slots["form_failures"]) == ("unknown_order", 1)


async def test_the_second_failure_ends_the_form_and_asks_for_a_person() -> None:
    slots = {"requested_slot": "order_number", "form_failures": 1}
    played = await play(check("where_is_my_order"), heard("inform"), slots, {"order_number": "199999"})
    assert played.effects == [{"type": "handoff", "reason": "form_failed"}]
    assert played.slots["requested_slot"] is None


@pytest.mark.parametrize(("intent", "fails"), [("nlu_fallback", True), ("out_of_scope", True), ("affirm", False)])
async def test_what_is_no_value_counts_unless_it_is_a_yes(intent: str, fails: bool) -> None:
    played = await play(check("where_is_my_order"), heard(intent), {"requested_slot": "order_number"})
    assert (played.slots.get("problem") == "no_order_number") == fails


async def test_a_question_is_left_to_its_rule() -> None:
    played = await play(check("where_is_my_order"), heard("opening_hours"), {"requested_slot": "order_number"})
    assert played.events == []


async def test_after_a_question_the_form_says_that_it_was_interrupted() -> None:
    answered = [{"event": "action", "name": name} for name in ("utter_opening_hours", "where_is_my_order_form")]
    slots = {"requested_slot": "order_number"}
    played = await play(check("where_is_my_order"), heard("opening_hours"), slots, events_before=answered)
    assert played.slots == {"problem": "interrupted"}
    again = await play(
        check("where_is_my_order"), heard("opening_hours"), {**slots, **played.slots}, events_before=answered
    )
    assert again.slots == {"problem": "waiting"}  # reminded once, and not after each further question


@pytest.mark.parametrize(
    ("intent", "slots", "email", "problem"),
    [
        ("cancel_order", {"order_number": "104218"}, "Tom.Brook@post.example", None),
        ("cancel_order", {"order_number": "104218"}, "nina@wren.example", "other_email"),
        ("account_locked", {}, "nina@wren.example", None),
        ("account_locked", {}, "nobody@wren.example", "unknown_email"),
    ],
)
async def test_an_address_is_checked_against_order_or_account(
    intent: str, slots: dict[str, str], email: str, problem: str | None
) -> None:
    played = await play(check(intent), heard("inform"), {**slots, "requested_slot": "email"}, {"email": email})
    assert played.slots["problem"] == problem
    assert played.slots["email"] == (None if problem else email.lower())


@pytest.mark.parametrize(
    ("text", "intent", "kept"),
    [
        ("the handle is off", "damaged_parcel", True),
        ("the handle is off", "nlu_fallback", True),
        ("broken", "damaged_parcel", False),
        ("when are you open", "opening_hours", False),
    ],
)
async def test_a_description_has_some_words_and_is_no_question(text: str, intent: str, kept: bool) -> None:
    slots = {"requested_slot": "description", "order_number": "104223"}
    played = await play(check("damaged_parcel"), heard(intent, text), slots)
    assert played.slots.get("description") == (text if kept else None)


@pytest.mark.parametrize("intent", FORMS)
async def test_the_names_of_the_checks_are_those_that_rasa_calls(intent: str) -> None:
    assert check(intent).name() == f"validate_{intent}_form"
