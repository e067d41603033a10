"""Values as people write them when they are asked."""

from __future__ import annotations

import pytest

from actions import spelling
from actions.forms import FormCheck
from tests.unit.actions.stage import heard, play, shop


@pytest.mark.parametrize(
    "text",
    [
        "104217",
        "104 217",
        "it's 10.42.17",
        "10-42-17 thanks",
        "1 0 4 2 1 7",
        "１０４２１７",
        "①⓪④②①⑦",
        "1️⃣0️⃣4️⃣2️⃣1️⃣7️⃣",
        "1\u200b0\u200b4\u200b2\u200b1\u200b7",
        "one zero four two one seven",
        "w104217",
        "#104-217",
    ],
)
def test_an_order_number_is_read_in_any_spelling(text: str) -> None:
    assert spelling.order_number(text) == "104217"


def test_a_doubled_digit_is_two() -> None:
    assert spelling.order_number("one zero four double two four") == "104224"


@pytest.mark.parametrize("text", ["", "204217", "10421", "1042178", "104 217 8", "x104217", "one of four two", "maybe"])
def test_what_is_no_order_number_is_none(text: str) -> None:
    assert spelling.order_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Nora.P@mail.example",
        "nora.p @ mail.example",
        "nora dot p at mail dot example",
        "nora.p (at) mail [dot] example",
        "it's ｎｏｒａ．ｐ＠ｍａｉｌ．ｅｘａｍｐｌｅ, thanks",
        "n\u200bora.p@mail.example",
    ],
)
def test_an_address_is_read_in_any_spelling(text: str) -> None:
    assert spelling.email(text) == "nora.p@mail.example"


@pytest.mark.parametrize("text", ["", "I am at home.", "look at this. dot com", "@wren", "no idea"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert spelling.email(text) is None


async def test_an_answer_is_read_where_it_was_asked_for() -> None:
    asked = {"requested_slot": "order_number"}
    played = await play(FormCheck("where_is_my_order", shop()), heard("nlu_fallback", "104 217"), asked)
    assert (played.slots["order_number"], played.slots["problem"]) == ("104217", None)
    unasked = await play(FormCheck("where_is_my_order", shop()), heard("where_is_my_order", "104 217 days late"))
    assert "order_number" not in unasked.slots
