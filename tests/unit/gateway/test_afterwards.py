"""Small parts of what happens after something was said: whose words they are, wishes, what is kept of what was said."""

import pytest

from gateway.messages import Surface
from gateway.privacy.brand import BrandFormats
from gateway.privacy.detect import Detector
from gateway.privacy.redact import leaks, redacted
from gateway.routing.stop import wish
from gateway.sending.echoes import same_words
from gateway.storage.threads import readdressed
from tests.integration.road import said

DETECTOR = Detector(BrandFormats(order_patterns=(r"\b1\d{5}\b",)))


@pytest.mark.parametrize(
    ("ours", "shown"),
    [
        ("Hello, how can I help?", "Hello, how can I help?"),
        ("Hello, how can I help?", "hello  how can I help"),
        ("@ines Thanks for writing. https://m.me/brand?ref=1", "Thanks for writing. https://t.co/abc"),
        ("Shall I look?", "Shall I look?\nYes\nNo"),
    ],
)
def test_a_platform_shows_our_words_in_its_own_way(ours: str, shown: str) -> None:
    assert same_words(ours, shown)


@pytest.mark.parametrize(
    ("ours", "shown"),
    [
        ("Hello, how can I help?", "Kim here, how can I help?"),
        ("Shall I look?", "I look"),
        ("on it", "I am on ithaca"),
        ("", "something"),
    ],
)
def test_other_words_are_not_ours(ours: str, shown: str) -> None:
    assert not same_words(ours, shown)


@pytest.mark.parametrize("text", ["stop", "STOP!", " /stop ", "Unsubscribe.", "opt out", "opt-out"])
def test_a_customer_can_say_stop_in_any_case_and_punctuation(text: str) -> None:
    assert wish(said(text)) == "stop"
    assert wish(said(f"@AsideShop {text}", surface=Surface.PUBLIC)) == "stop"


@pytest.mark.parametrize("text", ["stop it please", "do not stop", "the bus stop", "stop stop stop"])
def test_the_word_in_a_sentence_is_no_wish(text: str) -> None:
    assert wish(said(text)) == ""


def test_what_is_kept_of_what_was_said_has_words_in_place_of_personal_data() -> None:
    text = "I am at ines@example.org or +44 20 7946 0958, order 104217."
    kept = redacted(text, DETECTOR)
    assert kept == "I am at [email] or [phone], order [order number]."
    assert redacted("nothing to hide", DETECTOR) == "nothing to hide"


def test_a_card_that_intake_has_masked_still_stands_in_public() -> None:
    assert leaks("charge it to [card 411111…1111]", DETECTOR) == ["card"]
    assert leaks("hello", DETECTOR) == []


def test_what_is_addressed_to_a_message_of_a_place_that_moved_goes_to_the_place() -> None:
    assert readdressed("-1/17", "-1", "-100") == readdressed("-1", "-1", "-100") == "-100"
    assert readdressed("-12/17", "-1", "-100") == "-12/17"
