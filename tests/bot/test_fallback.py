"""What happens when nothing was understood, or nothing can be done."""

from __future__ import annotations

import pytest

from tests.bot.assistant import NewCase, effects, texts


@pytest.mark.parametrize("kind", ["image", "voice", "video", "document", "sticker", "location", "contact"])
def test_a_file_without_a_word_is_nothing_that_the_model_takes_for_words(conversation: NewCase, kind: str) -> None:
    answer = conversation().say(f"[{kind}]")
    assert "can't open pictures" in answer["replies"][0]["text"]


def test_the_first_time_likely_intents_and_a_person_are_offered(conversation: NewCase) -> None:
    answer = conversation().say("broken?? refund?? where? order box")
    if answer["intent"]["name"] != "nlu_fallback":
        answer = conversation().choose("nlu_fallback")
    assert answer["replies"][0]["buttons"][-1]["intent"] == "human"
    assert not effects(answer, "handoff")


def test_the_second_time_in_a_row_a_person_takes_over(conversation: NewCase) -> None:
    case = conversation()
    case.say("qx 7")
    answer = case.choose("nlu_fallback")
    assert effects(answer, "handoff") == [{"type": "handoff", "reason": "fallback"}]
    assert answer["replies"] == []


def test_something_understood_in_between_starts_the_count_anew(conversation: NewCase) -> None:
    case = conversation()
    case.choose("nlu_fallback")
    case.say("opening hours?")
    assert not effects(case.choose("nlu_fallback"), "handoff")


def test_the_public_is_asked_once_in_a_short_sentence_without_buttons(conversation: NewCase) -> None:
    case = conversation("public")
    answer = case.choose("nlu_fallback")
    assert answer["replies"][0]["buttons"] == []
    assert len(texts(answer)) < 100
    assert effects(case.choose("nlu_fallback"), "handoff")


def test_what_the_shop_is_not_for_is_said_honestly_and_once(conversation: NewCase) -> None:
    case = conversation()
    assert "not something I can help with" in texts(case.say("what's the weather tomorrow"))
    assert effects(case.say("tell me a joke"), "handoff") == [{"type": "handoff", "reason": "fallback"}]


def test_saying_no_to_the_offer_is_not_taken_for_small_talk(conversation: NewCase) -> None:
    case = conversation()
    case.choose("nlu_fallback")
    assert "missed the point" in texts(case.say("no"))
    assert "Is there anything else" in texts(conversation().say("no"))


def test_after_a_person_the_count_is_cleared(conversation: NewCase) -> None:
    case = conversation()
    case.choose("nlu_fallback")
    case.choose("nlu_fallback")
    assert not effects(case.choose("nlu_fallback"), "handoff")
