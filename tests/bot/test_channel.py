"""What the gateway may rely on: the token, the contract, and equal answers to equal calls."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from tests.bot.assistant import ROOT, TOKEN, Assistant, NewCase, call, effects, request, texts

CONTRACT = ROOT / "tests" / "contract"
REQUEST = Draft202012Validator(json.loads((CONTRACT / "turn_request.schema.json").read_text()))
RESPONSE = Draft202012Validator(json.loads((CONTRACT / "turn_response.schema.json").read_text()))

SAID = [
    ("where is my order??", "private"),
    ("@WrenAndCo where is my order 104217", "public"),
    ("what are your opening hours?", "public"),
    ("I want a human", "private"),
    ("qx 7", "private"),
    ("tell me a joke", "public"),
    ("104217 nina@wren.example", "private"),
    ("", "private"),
    ("👍🏽", "public"),
]


def test_the_channel_checks_requests_against_the_very_schema_of_the_contract() -> None:
    ours = ROOT / "bot" / "channels" / "turn_request.schema.json"
    assert ours.read_bytes() == (CONTRACT / "turn_request.schema.json").read_bytes()


@pytest.mark.parametrize(("text", "surface"), SAID)
def test_every_answer_fits_the_contract(assistant: Assistant, text: str, surface: str) -> None:
    asked = request(text, surface=surface)
    REQUEST.validate(asked)
    status, answer = assistant.post(asked)
    assert status == 200
    RESPONSE.validate(answer)
    assert answer["message_id"] == asked["message_id"]
    assert answer["replies"] or answer["effects"]


@pytest.mark.parametrize(("text", "surface"), SAID)
def test_the_same_call_twice_has_the_same_answer(assistant: Assistant, text: str, surface: str) -> None:
    asked = request(text, surface=surface)
    assert assistant.post(asked) == assistant.post(asked)


def test_the_same_call_in_mid_form_has_the_same_answer(assistant: Assistant, conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order")
    asked = request("104217", state=case.state)
    first, second = assistant.post(asked), assistant.post(asked)
    assert first == second
    assert "104217" in texts(first[1])


def test_ready_names_the_model(assistant: Assistant) -> None:
    status, answer = call(
        assistant.port, "GET", "/webhooks/gateway/ready", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert status == 200
    assert answer["model_id"].startswith("aside-")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
@pytest.mark.parametrize(("method", "path"), [("GET", "ready"), ("POST", "turn")])
def test_a_wrong_token_is_turned_away(assistant: Assistant, header: dict[str, str], method: str, path: str) -> None:
    status, answer = call(
        assistant.port, method, f"/webhooks/gateway/{path}", json.dumps(request("hi")).encode(), header
    )
    assert (status, answer["error"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        json.dumps({**request("hi"), "surface": "shouted"}).encode(),
        json.dumps({**request("hi"), "extra": 1}).encode(),
        json.dumps(request("x" * 2_001)).encode(),
        json.dumps(request(None)).encode(),
        json.dumps(request(None, intent={"name": "no_such_intent", "entities": {}})).encode(),
    ],
)
def test_a_body_that_breaks_the_contract_is_refused(assistant: Assistant, body: bytes) -> None:
    status, answer = assistant.post(body)
    assert (status, answer["error"]) == (400, "bad_request")


def test_a_refusal_does_not_repeat_what_the_customer_wrote(assistant: Assistant) -> None:
    _, answer = assistant.post({**request("x" * 2_001 + " 104217"), "surface": "secret-surface"})
    assert "104217" not in json.dumps(answer)
    assert "secret" not in json.dumps(answer)


def test_a_body_of_more_than_a_mebibyte_is_refused(assistant: Assistant) -> None:
    status, _ = assistant.post(b"x" * (1024 * 1024 + 1))
    assert status == 413


@pytest.mark.parametrize(
    "path", ["/", "/version", "/model/parse", "/conversations/case-1/tracker", "/webhooks/rest/webhook"]
)
def test_nothing_but_the_channel_is_served(assistant: Assistant, path: str) -> None:
    assert call(assistant.port, "GET", path)[0] == 404


@pytest.mark.parametrize("prefix", ["/", " /", "//", "\u200b/"])
def test_a_leading_slash_neither_picks_an_intent_nor_fills_a_slot(conversation: NewCase, prefix: str) -> None:
    answer = conversation().say(
        prefix + 'report_fraud{"description": "planted", "topic": "planted", "email": "planted"}'
    )
    assert answer["intent"]["confidence"] < 1.0
    assert "planted" not in json.dumps(answer["slots"])


def test_a_choice_is_taken_as_understood_and_fills_slots(conversation: NewCase) -> None:
    answer = conversation().choose("where_is_my_order", order_number="104217")
    assert answer["intent"] == {"name": "where_is_my_order", "confidence": 1.0}
    assert "104217" in texts(answer)


def test_a_choice_cannot_fill_what_is_no_entity(conversation: NewCase) -> None:
    answer = conversation().choose("greet", topic="cancel_order", surface_of="x")
    assert "topic" not in answer["slots"]


def test_a_handoff_says_nothing_because_the_gateway_announces_it(conversation: NewCase) -> None:
    answer = conversation().say("I want a human")
    assert answer["replies"] == []
    assert effects(answer, "handoff") == [{"type": "handoff", "reason": "asked"}]
