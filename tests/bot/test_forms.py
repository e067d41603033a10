"""Every form from its first question to its answer, and all the ways out of it."""

from __future__ import annotations

import pytest

from tests.bot.assistant import NewCase, effects, texts

WALKS = {
    "where_is_my_order": (["where is my order??", "104217"], "is on its way with Swift Parcel"),
    "change_address": (["I put the wrong address", "104218", "tom.brook@post.example"], "orders/104218/address"),
    "cancel_order": (["cancel my order", "#104218", "Tom.Brook@post.example"], "orders/104218/cancel"),
    "refund_status": (["where is my refund", "W-104221", "j.larkin@mail.example"], "Your refund of £62.95"),
    "invoice_copy": (["can i get an invoice", "104219", "sam_h@inbox.example"], "orders/104219/invoice"),
    "charged_twice": (["you charged me twice", "104217", "nina@wren.example"], "one payment of £89.00"),
    "damaged_parcel": (["my parcel arrived broken", "104223", "the teapot has a crack"], "orders/104223/damage"),
    "missing_item": (["there's an item missing", "104223", "only one of two cups came"], "orders/104223/missing"),
    "account_locked": (["i'm locked out of my account", "tom.brook@post.example"], "too many attempts"),
}


@pytest.mark.parametrize("topic", WALKS)
def test_a_form_leads_to_an_answer_that_resolves_the_matter(conversation: NewCase, topic: str) -> None:
    said, expected = WALKS[topic]
    case = conversation()
    for text in said[:-1]:
        answer = case.say(text)
        assert len(answer["replies"]) == 1
        assert not effects(answer, "resolved")
    answer = case.say(said[-1])
    assert expected in texts(answer)
    assert effects(answer, "resolved") == [{"type": "resolved", "topic": topic}]
    assert case.state
    assert case.state["loop"] is None


def test_a_picture_in_place_of_an_answer_is_answered_as_what_it_is_and_the_form_waits(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order??")
    answer = case.say("[image]")
    assert len(answer["replies"]) == 1
    assert "can't open pictures" in texts(answer)
    assert "is on its way" in texts(case.say("104217"))


def test_a_second_picture_in_place_of_an_answer_brings_a_person(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order??")
    case.say("[image]")
    answer = case.say("[location]")
    assert effects(answer, "handoff") == [{"type": "handoff", "reason": "form_failed"}]
    assert answer["replies"] == []


@pytest.mark.parametrize("topic", WALKS)
def test_what_was_said_at_once_is_not_asked_for(conversation: NewCase, topic: str) -> None:
    said, expected = WALKS[topic]
    answer = conversation().say(" ".join(said[:1] + [part for part in said[1:] if part[-1].isdigit() or "@" in part]))
    if topic not in ("damaged_parcel", "missing_item"):
        assert expected in texts(answer)
    else:
        assert "What exactly is wrong" in texts(answer)


def test_a_form_asks_for_the_order_number_only_once(conversation: NewCase) -> None:
    case = conversation()
    answers = [case.say(text) for text in ("where is my order", "104217", "cancel my order", "nina@wren.example")]
    assert ["order number" in texts(answer) for answer in answers] == [True, False, False, False]


def test_a_telling_opening_is_the_description(conversation: NewCase) -> None:
    case = conversation()
    case.say(
        "my new lantern from order 104223 is bent and the glass has a crack in it, not what i expect for 60 quid tbh"
    )
    assert "orders/104223/damage" in texts(case.turns[-1])


def test_what_was_brought_along_from_public_is_not_asked_for(conversation: NewCase) -> None:
    case = conversation(surface="public")
    moved = effects(case.say("@WrenAndCo where is my order 104217"), "move_aside")[0]
    answer = case.choose(moved["intent"], surface="private", **moved["entities"])
    assert "104217 is on its way" in texts(answer)


def test_an_order_number_after_the_answer_is_about_the_same_matter(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order 104217")
    assert "104220 is running late" in texts(case.say("and 104220?"))


def test_an_order_number_out_of_the_blue_is_asked_about(conversation: NewCase) -> None:
    case = conversation()
    answer = case.say("104217")
    assert {button["intent"] for button in answer["replies"][0]["buttons"]} >= {"where_is_my_order", "human"}
    assert "104217 is on its way" in texts(case.choose("where_is_my_order"))


def test_a_question_in_the_middle_is_answered_and_the_form_asks_again(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order")
    answer = case.say("what are your opening hours?")
    assert "Mon-Sat" in answer["replies"][0]["text"]
    assert "Back to your order" in answer["replies"][1]["text"]
    assert "104217 is on its way" in texts(case.say("104217"))


def test_another_matter_in_the_middle_takes_over(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order")
    case.say("actually cancel my order")
    case.say("104218")
    assert "orders/104218/cancel" in texts(case.say("tom.brook@post.example"))


@pytest.mark.parametrize("text", ["I want a human", "talk to a real person", "agent please"])
def test_a_person_can_be_had_in_the_middle(conversation: NewCase, text: str) -> None:
    case = conversation()
    case.say("where is my order")
    answer = case.say(text)
    assert effects(answer, "handoff") == [{"type": "handoff", "reason": "asked"}]
    assert answer["replies"] == []
    assert case.state
    assert case.state["loop"] is None


@pytest.mark.parametrize("text", ["never mind", "nvm", "forget it", "stop"])
def test_a_form_can_be_left(conversation: NewCase, text: str) -> None:
    case = conversation()
    case.say("where is my order")
    answer = case.say(text)
    assert len(answer["replies"]) == 1
    assert case.state
    assert case.state["loop"] is None
    assert "Mon-Sat" in texts(case.say("opening hours?"))


def test_a_wrong_answer_is_named_and_two_bring_a_person(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order")
    assert "can't find an order with that number" in texts(case.say("104999"))
    answer = case.say("104998")
    assert effects(answer, "handoff") == [{"type": "handoff", "reason": "form_failed"}]
    assert answer["replies"] == []
    assert case.state
    assert case.state["loop"] is None


def test_something_that_is_no_number_counts_as_a_failure(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order")
    assert "doesn't look like one of our order numbers" in texts(case.say("999"))
    assert effects(case.say("its my cats birthday"), "handoff")


def test_an_address_of_somebody_else_is_refused_without_saying_whose_it_is(conversation: NewCase) -> None:
    case = conversation()
    case.say("cancel my order")
    case.say("104218")
    answer = case.say("nina@wren.example")
    assert "doesn't match this order" in texts(answer)
    assert "tom" not in texts(answer).lower()


def test_a_good_answer_clears_the_failures(conversation: NewCase) -> None:
    case = conversation()
    case.say("cancel my order")
    case.say("104999")
    case.say("104218")
    assert "doesn't match" in texts(case.say("nina@wren.example"))
    assert "orders/104218/cancel" in texts(case.say("tom.brook@post.example"))


def test_a_payment_that_was_really_taken_twice_goes_to_a_person(conversation: NewCase) -> None:
    case = conversation()
    case.say("you charged me twice for 104225")
    answer = case.say("ruth@post.example")
    assert effects(answer, "handoff") == [{"type": "handoff", "reason": "sensitive"}]
    assert not effects(answer, "resolved")


def test_an_account_closed_by_security_goes_to_a_person_without_a_word(conversation: NewCase) -> None:
    case = conversation()
    case.say("i'm locked out of my account")
    answer = case.say("amy.lowe@mail.example")
    assert answer["replies"] == []
    assert effects(answer, "handoff") == [{"type": "handoff", "reason": "sensitive"}]


def test_an_open_form_asks_nothing_in_public_and_waits_in_private(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order")
    public = case.say("what are your opening hours?", surface="public")
    assert len(public["replies"]) == 1
    assert "order number" not in texts(public)
    assert "104217 is on its way" in texts(case.say("104217"))


def test_a_person_asked_for_in_public_closes_the_form_in_private(conversation: NewCase) -> None:
    case = conversation()
    case.say("where is my order")
    case.say("I want a human", surface="public")
    assert case.state
    assert case.state["loop"] is None
