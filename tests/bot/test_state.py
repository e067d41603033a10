"""The dialogue state stays small, and a model that cannot read it starts afresh with what is known."""

from __future__ import annotations

import json

import pytest
from assistant import request, texts

MOST_BYTES = 10_000
TURNS = [
    "where is my order??",
    "what are your opening hours?",
    "104217",
    "thx",
    "do you ship to germany",
    "my item broke",
]


def test_the_state_does_not_grow_over_many_turns(conversation):
    case = conversation()
    sizes = []
    for number in range(120):
        case.say(TURNS[number % len(TURNS)])
        sizes.append(len(json.dumps(case.state)))
    assert max(sizes) < MOST_BYTES
    assert max(sizes[100:]) <= max(sizes[:20]) + 100


def test_the_state_holds_no_text_of_the_customer_but_what_a_form_asked_for(conversation):
    case = conversation()
    case.say("where is my order?? my neighbour Edna saw nothing")
    assert "Edna" not in json.dumps(case.state)


def test_a_long_description_is_bounded(conversation):
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
def test_a_state_of_another_model_falls_back_to_the_slots(assistant, state):
    status, answer = assistant.post(request("where is my order", state=state))
    assert status == 200
    known = "order_number" in state.get("slots", {})
    assert ("104217 is on its way" in texts(answer)) == known
    assert answer["state"]["version"] == 1


def test_another_case_knows_nothing_of_this_one(conversation):
    conversation().say("where is my order 104217")
    assert "order number" in texts(conversation().say("where is my order"))
