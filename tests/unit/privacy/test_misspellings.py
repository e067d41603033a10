"""Slips of the pen in the words that requests are made of."""

import pytest

from gateway.privacy.misspellings import meant


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("adress", "address"),
        ("acount", "account"),
        ("refrence", "reference"),
        ("referance", "reference"),
        ("nubmer", "number"),
        ("numbber", "number"),
        ("reciept", "receipt"),
        ("nmae", "name"),
        ("emial", "email"),
    ],
)
def test_a_slip_stands_for_the_word_that_is_meant(slip: str, word: str) -> None:
    assert meant(slip) == word


@pytest.mark.parametrize(
    "word",
    [
        "address",
        "addressed",
        "looking",
        "cooking",
        "lumber",
        "older",
        "cloud",
        "contact",
        "contract",
        "nummer",
        "same",
        "berth",
        "conform",
        "trucking",
        "shore",
        "phones",
        "wicket",
        "recount",
        "adresse",
        "game",
        "cart",
        "cord",
        "data",
    ],
)
def test_another_word_is_left_alone(word: str) -> None:
    assert meant(word) is None
