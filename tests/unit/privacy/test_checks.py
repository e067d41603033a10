"""Numbers with check digits, data spread over two messages, offsets, and texts made to be slow."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from bench import numbers
from gateway.privacy import kinds
from gateway.privacy.detect import BrandFormats, Detector
from gateway.privacy.mask import mask_body, mask_text

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
DETECTOR = Detector(BrandFormats(order_patterns=(r"WR[0-9]{6}",)))


@pytest.mark.parametrize("type_", numbers.ALL)
def test_a_right_number_is_found_and_one_digit_off_is_not(type_: str) -> None:
    right, wrong = numbers.ALL[type_](60)
    for text in right:
        assert type_ in {finding.type for finding in DETECTOR.find(text)}, text
    for text in wrong:
        assert type_ not in {finding.type for finding in DETECTOR.find(text)}, text


@pytest.mark.parametrize(
    ("earlier", "text", "type_", "value"),
    [
        (["my booking reference is"], "K7PQ2M", "booking_number", "K7PQ2M"),
        (["card: 4111 1111"], "1111 1111", "card", "1111 1111"),
        (["hello", "WR12"], "3456", "order_number", "3456"),
        (["my order number"], "is 77812", "order_number", "77812"),
        (["ana.lee at gmail"], "dot com", "email", "dot com"),
        (["the password is"], "hunter2", "password", "hunter2"),
    ],
)
def test_what_is_spread_over_two_messages_is_found_in_the_second(
    earlier: list[str], text: str, type_: str, value: str
) -> None:
    found = [(finding.type, text[finding.start : finding.end]) for finding in DETECTOR.find_across(earlier, text)]
    assert (type_, value) in found


def test_what_was_said_before_is_not_found_again() -> None:
    assert DETECTOR.find_across(["my booking reference is K7PQ2M"], "where is it?") == []
    assert DETECTOR.find_across([], "ana@mail.example") == DETECTOR.find("ana@mail.example")


@given(st.text(st.characters() | st.sampled_from("0123456789 .-@:#oneK"), max_size=80), st.text(max_size=60))
@settings(max_examples=200)
def test_findings_lie_within_the_text_in_order_and_have_a_name(text: str, earlier: str) -> None:
    for found in (DETECTOR.find(text), DETECTOR.find_across([earlier], text), DETECTOR.find(text, ours=True)):
        ends = [0]
        for finding in found:
            assert ends[-1] <= finding.start < finding.end <= len(text)
            assert finding.type in kinds.NAMES
            assert 0.5 <= finding.score < 1
            ends.append(finding.end)


@given(st.lists(st.integers(0, 9), min_size=7, max_size=12), st.sampled_from([" ", ", ", "-", " - "]))
def test_an_order_number_in_words_is_found_where_the_words_are(digits: list[int], gap: str) -> None:
    said = gap.join(WORDS[digit] for digit in digits)
    text = f"my order number is {said} ok?"
    assert said in [text[finding.start : finding.end] for finding in DETECTOR.find(text)]


@given(st.text("0123456789", min_size=14, max_size=14))
def test_a_card_in_words_is_masked(body: str) -> None:
    digits = "4" + body
    digits += luhn.calc_check_digit(digits)
    masked = mask_text("it is " + " ".join(WORDS[int(digit)] for digit in digits) + ", thanks")
    assert masked == f"it is [card {digits[:6]}…{digits[-4:]}], thanks"


def test_where_the_brand_speaks_only_what_it_has_named_is_its_own() -> None:
    text = "We tried to call 020 7946 0018"
    assert DETECTOR.find(text) == []
    assert [finding.type for finding in DETECTOR.find(text, ours=True)] == ["phone"]


def test_each_kind_of_number_can_have_formats_of_the_brands_own() -> None:
    brand = BrandFormats(loyalty_patterns=(r"W[0-9]{4}",), case_patterns=(r"C-[0-9]{5}",))
    found = Detector(brand).find("it's W1234 about C-00812")
    assert [finding.type for finding in found] == ["loyalty_number", "case_number"]


def test_a_format_that_is_no_regular_expression_is_refused_with_its_text() -> None:
    with pytest.raises(ValueError, match="is no regular expression"):
        BrandFormats(case_patterns=("C-(",))


@pytest.mark.parametrize(
    "piece",
    ["1-", "12 34 ", "one ", "1 one ", "my password is ", "order number is 1 ", "ref ", "1.1.1.", "::",
     "a:", "code is ",
     "call me ", "AA 12 34 56 ", "@a ", "tried to call ", "a dot a at ", "Calle a ", "pin is 1 1",
     "numero de ", "c v v "],
)  # fmt: skip
def test_no_text_of_a_channels_length_takes_long(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    began = time.process_time()
    DETECTOR.find(text)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("piece", ["4 ", "4111 ", "49 ", "1", "one ", "cvv 1 "])
def test_masking_a_megabyte_takes_a_second_or_two(piece: str) -> None:
    body = b'{"text":"' + piece.encode() * (1_000_000 // len(piece)) + b'"}'
    began = time.process_time()
    mask_body(body)
    assert time.process_time() - began < 3
