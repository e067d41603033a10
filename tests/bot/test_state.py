"""The dialogue state stays small, and a model that cannot read it starts afresh with what is known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered

from bot.state import snapshot
from tests.bot.assistant import Assistant, NewCase, request, texts

MOST_BYTES = 10_000
TURNS = [
    "where is my order??",
    "what are your opening hours?",
    "104217",
    "thx",
    "do you ship to germany",
    "my item broke",
]


def test_the_state_does_not_grow_over_many_turns(conversation: NewCase) -> None:
    case = conversation()
    sizes = []
    for number in range(120):
        case.say(TURNS[number % len(TURNS)])
        sizes.append(len(json.dumps(case.state)))
    assert max(sizes) < MOST_BYTES
    assert max(sizes[100:]) <= max(sizes[:20]) + 100


def test_the_state_holds_no_text_of_the_customer_but_what_a_form_asked_for(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order?? my neighbour Edna saw nothing")
    assert "Edna" not in json.dumps(case.state)


def test_a_long_description_is_bounded(conversation: NewCase) -> None:
    case = conversation()
    case.say("my parcel arrived broken")
    case.say("the cup is cracked " * 105)
    assert len(json.dumps(case.state)) < MOST_BYTES


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"version": 0},
        {"version": 99, "slots": {"order_number": "104217"}, "loop": "x", "recent": 7},
        {
            "version": 1,
            "slots": {"order_number": "104217", "gone": 1},
            "loop": {"form": "gone", "asks": "x"},
            "recent": [],
        },
        {"version": 1, "slots": {}, "loop": None, "recent": [{"intent": "gone", "actions": ["utter_gone"]}]},
    ],
)
def test_a_state_of_another_model_falls_back_to_the_slots(assistant: Assistant, state: dict[str, Any]) -> None:
    status, answer = assistant.post(request("where is my order", state=state))
    assert status == 200
    known = "order_number" in state.get("slots", {})
    assert ("104217 is on its way" in texts(answer)) == known
    assert answer["state"]["version"] == 1


def test_another_case_knows_nothing_of_this_one(conversation: NewCase) -> None:
    conversation().say("where is my order 104217")
    assert "order number" in texts(conversation().say("where is my order"))


def test_what_was_said_far_back_is_known_after_a_hundred_other_turns(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order 104218")
    for number in range(100):
        case.say(QUESTIONS[number % len(QUESTIONS)])
    assert "order number" not in texts(case.say("cancel my order"))
    assert "orders/104218/cancel" in texts(case.say("tom.brook@post.example"))


def test_a_form_in_the_middle_goes_on_after_thirty_questions(conversation: NewCase) -> None:
    case = conversation()
    case.say("cancel my order")
    case.say("104218")
    for number in range(30):
        said = texts(case.say(QUESTIONS[number % len(QUESTIONS)]))
        assert ("Back to your" in said) == (number == 0), number  # once: nobody is nagged
    assert case.state
    assert case.state["loop"] == {"form": "cancel_order_form", "asks": "email"}
    assert "orders/104218/cancel" in texts(case.say("tom.brook@post.example"))


QUESTIONS = ["what are your opening hours?", "do you ship to germany", "how long does delivery take"]

MANY = [f"slot_{number}" for number in range(1_000)]
MANY_SLOTS = {
    "version": "3.1",
    "intents": ["talk"],
    "slots": {name: {"type": "any", "mappings": [{"type": "custom"}]} for name in (*MANY, "surface")},
    "forms": {"a_form": {"required_slots": ["slot_7", "slot_8"]}},
}
pytestmark = pytest.mark.filterwarnings("ignore:Slot auto-fill has been removed")  # Rasa says so of every domain


def turn(before: dict[str, Any] | None, slots: dict[str, Any], surface: str = "private") -> dict[str, Any]:
    """One turn of an assistant with 1,000 slots, in which these are filled."""
    domain = Domain.from_dict(MANY_SLOTS)
    tracker = snapshot.restore(before, "case", domain, surface)
    events = [UserUttered(intent={"name": "talk", "confidence": 1.0}), *(SlotSet(*pair) for pair in slots.items())]
    tracker.update_with_events(events, domain)
    return snapshot.take(tracker, before, surface, domain)


@pytest.mark.parametrize(
    "value",
    ["x" * 1_000_000, "😀" * 1_000_000, ["x" * 1_000] * 1_000, {"a": "x" * 1_000_000}],
    ids=["letters", "emoji", "list", "object"],
)
def test_a_slot_of_a_megabyte_does_not_make_the_state_large(value: object) -> None:
    state = turn(None, {"slot_1": "known", "slot_2": value})
    assert len(json.dumps(state)) <= snapshot.MOST_BYTES + 1_000
    assert state["slots"]["slot_1"] == "known"


def test_of_a_thousand_slots_those_of_the_open_form_and_the_latest_are_kept() -> None:
    before = {"version": 1, "slots": {}, "loop": {"form": "a_form", "asks": "slot_8"}, "recent": []}
    state = turn(before, {name: name[-1] * 500 for name in MANY})
    assert len(json.dumps(state)) <= snapshot.MOST_BYTES + 1_000
    assert {"slot_7", "slot_8", "slot_999", "slot_998"} <= set(state["slots"])
    assert "slot_1" not in state["slots"]
    assert state["loop"] == {"form": "a_form", "asks": "slot_8"}
    parked = turn(state, {"slot_2": "new"}, surface="public")
    assert {"slot_2", "slot_7", "slot_8", "slot_999"} <= set(parked["slots"])
    assert parked["loop"] == state["loop"]


def test_the_state_stays_within_its_size_however_long_a_customer_goes_on_filling_it() -> None:
    state = None
    for number in range(50):
        state = turn(state, {f"slot_{number}": "x" * 5_000, f"slot_{number + 100}": "y" * 5_000})
        assert len(json.dumps(state)) <= snapshot.MOST_BYTES + 1_000
    assert state
    assert len(state["slots"]["slot_49"]) == snapshot.LONGEST_VALUE
