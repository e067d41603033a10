"""How long a post is for X."""

import pytest

from playground.x.weight import weighted_length


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("hello", 5),
        ("Größe", 5),
        ("cafe\u0301", 4),
        ("日本語", 6),
        ("🙂", 2),
        ("👍🏽", 2),
        ("👩‍👩‍👧", 2),
        ("🇩🇪", 2),
        ("1️⃣", 2),
        ("see https://example.com/a/very/long/path?with=query", 4 + 23),
        ("see example.com", 4 + 23),
        ("“quoted” – text…", 17),
    ],
)
def test_letters_weigh_one_pictures_and_cjk_two_and_links_23(text: str, weight: int) -> None:
    assert weighted_length(text) == weight
