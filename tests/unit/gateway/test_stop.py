"""Who says "stop", and nothing else, is heard, however they write it."""

import pytest

from gateway.messages import Surface
from gateway.routing import stop
from tests.integration.road import said


@pytest.mark.parametrize(
    "text",
    [
        *("stop", "STOP.", "Stop!!!", "stop all", "opt-out", "Unsubscribe"),
        *("ＳＴＯＰ", "ЅТОР", "ѕтор", "Stop\u200b", "st\u00adop", "𝐒𝐓𝐎𝐏"),
        *("please stop", "Stop, please!", "STOPP", "STOPP BITTE", "stop now, thank you"),
    ],
)
def test_stop_is_heard_in_any_dress(text: str) -> None:
    assert stop.wish(said(text)) == stop.STOP
    assert stop.wish(said(f"@brand {text}", surface=Surface.PUBLIC)) == stop.STOP


@pytest.mark.parametrize("text", ["I said: do not stop", "please", "", "stop my order", "the bus stop?", "top"])
def test_other_words_are_no_stop(text: str) -> None:
    assert stop.wish(said(text, surface=Surface.PUBLIC)) == ""


def test_start_is_heard_as_stop_is() -> None:
    assert stop.wish(said("Please ＳＴＡＲＴ")) == stop.START
