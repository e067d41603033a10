"""Moving aside, handing over, not understanding, and changing the subject."""

from __future__ import annotations

import pytest

from actions.conversation import LeaveMatter, TakeUp
from actions.fallback import Fallback, OutOfScope
from actions.handoff import Handoff
from actions.privacy import MoveAside
from actions.serve import MATTERS, action_app, all_actions
from tests.unit.actions.stage import heard, play, shop


async def test_moving_aside_takes_the_entities_along() -> None:
    message = heard("cancel_order", surface="public", entities={"order_number": "104217"})
    played = await play(MoveAside(), message)
    assert played.responses == ["utter_move_aside"]
    assert played.effects == [{"type": "move_aside", "intent": "cancel_order", "entities": {"order_number": "104217"}}]
    assert played.slots == {"topic": "cancel_order"}


async def test_a_complaint_is_acknowledged_in_its_own_words_and_is_no_topic() -> None:
    played = await play(MoveAside(), heard("complaint", kind="talk", surface="public"))
    assert played.responses == ["utter_move_aside_complaint"]
    assert played.slots == {}


@pytest.mark.parametrize("reason", ["asked", "sensitive", "crisis"])
async def test_a_handoff_gives_its_reason_and_says_nothing(reason: str) -> None:
    played = await play(Handoff(), heard("human", kind="people", reason=reason))
    assert (played.responses, played.effects) == ([], [{"type": "handoff", "reason": reason}])
    assert {"event": "active_loop", "timestamp": None, "name": None} in played.events


async def test_two_likely_intents_and_a_person_are_offered() -> None:
    offered = [{"intent": "jobs", "title": "Jobs"}, {"intent": "stock", "title": "Is it in stock"}]
    played = await play(Fallback(), heard("nlu_fallback", kind="talk", suggestions=offered))
    assert played.responses == ["utter_fallback_offer"]
    assert [button["payload"] for button in played.buttons] == ["/jobs", "/stock", "/human"]


async def test_without_a_likely_intent_only_a_person_is_offered() -> None:
    played = await play(Fallback(), heard("nlu_fallback", kind="talk"))
    assert played.responses == ["utter_fallback"]


async def test_who_sends_a_picture_without_a_word_is_told_that_the_assistant_cannot_see_it() -> None:
    played = await play(Fallback(), heard("nlu_fallback", "[image] [image]", kind="talk"))
    assert played.responses == ["utter_attachment"]
    assert played.buttons[-1]["payload"] == "/human"
    public = await play(Fallback(), heard("nlu_fallback", "[voice]", kind="talk", surface="public"))
    assert (public.responses, public.buttons) == (["utter_attachment"], [])
    assert [button["payload"] for button in played.buttons] == ["/human"]


async def test_the_public_gets_no_buttons() -> None:
    offered = [{"intent": "jobs", "title": "Jobs"}]
    played = await play(Fallback(), heard("nlu_fallback", kind="talk", surface="public", suggestions=offered))
    assert (played.responses, played.buttons) == (["utter_fallback"], [])


@pytest.mark.parametrize("action", [Fallback(), OutOfScope()])
async def test_the_second_useless_message_in_a_row_brings_a_person(action: Fallback | OutOfScope) -> None:
    first = await play(action, heard("out_of_scope", kind="talk"), {"unhelped": 0})
    assert first.slots == {"unhelped": 1}
    second = await play(action, heard("out_of_scope", kind="talk"), {"unhelped": 1})
    assert (second.responses, second.effects) == ([], [{"type": "handoff", "reason": "fallback"}])
    assert second.slots["unhelped"] == 0


async def test_leaving_a_matter_keeps_what_the_customer_told_us() -> None:
    played = await play(LeaveMatter(), heard("never_mind", kind="talk"), {"order_number": "104217"})
    assert "order_number" not in played.slots
    assert played.slots["topic"] is None


async def test_a_bare_number_goes_on_with_the_last_matter() -> None:
    played = await play(TakeUp(), heard("inform", kind="talk"), {"topic": "cancel_order"})
    assert [event["name"] for event in played.events] == ["cancel_order_form"]
    assert played.responses == []


async def test_a_bare_number_without_a_matter_is_asked_about() -> None:
    assert (await play(TakeUp(), heard("inform", kind="talk"), {"topic": None})).responses == ["utter_take_up"]


def test_every_action_of_the_domain_is_served() -> None:
    served = [action.name() for action in all_actions(shop())]
    assert len(served) == len(set(served))
    assert {f"action_{matter.topic}" for matter in MATTERS} <= set(served)


async def test_the_action_server_answers_that_it_is_well() -> None:
    app = action_app(shop(), "token")
    assert {route.path for route in app.router.routes} >= {"health", "webhook"}
