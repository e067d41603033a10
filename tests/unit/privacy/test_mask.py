import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.privacy.mask import mask_body, mask_text

CARD = "4111111111111111"
MASK = "[card 411111…1111]"
SNOWFLAKE = "4111111111111111110"  # nineteen digits that pass every check of a card number

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (CARD, MASK),
        ("my card is 4111 1111 1111 1111, cvv 123", f"my card is {MASK}, cvv [security code]"),
        ("4111-1111-1111-1111 12/27 987", f"{MASK} 12/27 987"),
        ("４１１１ １１１１ １１１１ １１１１", MASK),
        ("٤١١١١١١١١١١١١١١١", MASK),
        ("4111\u200b1111\u200b1111\u200b1111", MASK),
        ("4111 1111\n1111 1111", MASK),
        ("the security code is 4321 and that's it", "the security code is [security code] and that's it"),
        ("CVV:123", "CVV:[security code]"),
        ("123 is my cvc", "[security code] is my cvc"),
        ("5018 0000 0009", "[card …0009]"),
    ],
)
def test_cards_and_security_codes_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "my order 4111111111111112 is late",
        "call +49 1512 3456789",
        "see https://x.example/ana/status/4111111111111111110",
        "the cvv is on the back of the card",
        "it costs 1,234,567.00 and 50%",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert mask_text(text) is text


@given(st.text(st.characters() | st.sampled_from("0123456789 -.cvv…")))
def test_masking_twice_is_masking_once(text: str) -> None:
    masked = mask_text(text)
    assert mask_text(masked) == masked


@given(st.text(), st.text())
def test_a_card_never_outlives_masking(before: str, after: str) -> None:
    assert CARD not in mask_text(f"{before} x {CARD} x {after}")


ID_KEYS = [
    "id",
    "id_str",
    "user_id",
    "user_id_str",
    "in_reply_to_status_id_str",
    "ids",
    "edit_history_tweet_ids",
    "mid",
    "mids",
    "uuid",
    "event_uuid",
    "hash",
    "access_token",
    "created_timestamp",
    "chat_instance",
    "userId",
    "messageID",
    "permalink_url",
    "file_unique_id",
]


@pytest.mark.parametrize("key", ID_KEYS)
def test_ids_survive(key: str) -> None:
    for value in (SNOWFLAKE, [SNOWFLAKE], int(CARD)):
        body = json.dumps({"message": {key: value, "text": f"card {CARD}"}}).encode()
        message = json.loads(mask_body(body))["message"]
        assert message == {key: value, "text": f"card {MASK}"}


def test_numbers_are_left_alone_except_as_a_text() -> None:
    body = json.dumps({"chat": {"id": -int(CARD)}, "count": int(CARD), "text": int(CARD), "lat": 52.520008}).encode()
    assert json.loads(mask_body(body)) == {
        "chat": {"id": -int(CARD)},
        "count": int(CARD),
        "text": MASK,
        "lat": 52.520008,
    }


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "４１１１ １１１１ １１１１ １１１１",
        "٤١١١١١١١١١١١١١١١",
        "4111 1111\n1111 1111",
        "４１１１\u200b１１１１/１１１１/１１１１",
    ],
)
def test_other_digits_are_masked_however_the_body_writes_them(text: str, ascii_only: bool) -> None:
    body = json.dumps({"text": text}, ensure_ascii=ascii_only).encode()
    assert json.loads(mask_body(body)) == {"text": MASK}


def test_a_body_without_cards_is_the_same_object() -> None:
    for body in (b"{}", b"", b"not json", json.dumps({"id": SNOWFLAKE, "text": "order 123456789012 is late"}).encode()):
        assert mask_body(body) is body


def test_a_body_that_is_not_json_is_masked_as_text() -> None:
    assert mask_body(f"card {CARD} \xff".encode("latin-1")) == f"card {MASK} ".encode() + b"\xff"


def test_a_body_nested_too_deep_is_masked_as_text() -> None:
    body = b'{"text":' * 100_000 + b'"' + CARD.encode() + b'"'
    assert CARD.encode() not in mask_body(body)


@given(st.binary())
def test_no_bytes_break_masking(body: bytes) -> None:
    masked = mask_body(body)
    assert mask_body(masked) == masked


@given(JSON, st.integers(0, 10**19))
def test_masking_a_body_keeps_ids_and_is_idempotent(document: object, native_id: int) -> None:
    body = json.dumps({"id": native_id, "id_str": str(native_id), "data": document, "text": f"{CARD} cvv 123"}).encode()
    masked = mask_body(body)
    assert mask_body(masked) == masked
    after = json.loads(masked)
    assert (after["id"], after["id_str"]) == (native_id, str(native_id))
    assert after["text"] == f"{MASK} cvv [security code]"


def test_a_megabyte_of_digits_does_not_hang_masking() -> None:
    started = time.perf_counter()
    mask_body(b"4 " * 500_000)
    assert time.perf_counter() - started < 20
