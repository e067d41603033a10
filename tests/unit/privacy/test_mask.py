import json
import time
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.privacy import mask
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


SECRETS = [
    CARD,
    "4111 1111 1111 1111",
    "4111-1111/1111:1111",
    "４１１１ １１１１ １１１１ １１１１",
    "٤١١١١١١١١١١١١١١١",
    "4111\u200b1111\u0301 1111\n1111",
    "⑷①①①①①①①①①①①①①①①",
    "5018 0000 0009",
    "cvv 123",
    "ｃｖｖ: １２３",
    "СVV 1 2 3",
    "the secur\u0131ty code is 4321",
    "1\u200b23 is my cvc",
    "código de seguridad 987",
    "Prüfziffer ①②③",
    "the cvv is nine eight seven",
    "c v v: 9 8 seven",
    "987 on the back of my card, no: the digits on the back are 986",
    "❹❶❶❶❶❶❶❶❶❶❶❶❶❶❶❶",
    "4️⃣111👏1111👏1111👏1111",
    "four one one one, 1111 one 1 1 1 double one one one",
]
HARMLESS = [
    SNOWFLAKE,
    "104288817354101",
    "m_load_17",
    "order 104217 is late",
    "cvv",
    "12 cvv",
    "wie geht\u2019s? \U0001f600 12",
    "½ ⅓ ²",
    "\ud83d",
    "",
]
PIECES = st.lists(st.sampled_from(SECRETS + HARMLESS) | st.text(max_size=8), max_size=4).map(" ".join)
KEYS = st.sampled_from([*ID_KEYS, "text", "message", "caption", "object", "page_text", "x" * 60, "x" * 60 + "_id"])
BODIES = st.recursive(
    PIECES | st.integers() | st.sampled_from([int(CARD), 5018000000009]) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(BODIES, st.booleans())
def test_the_quick_look_misses_nothing_that_the_walk_would_mask(document: object, ascii_only: bool) -> None:
    body = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    with mock.patch.object(mask, "_holds_any", return_value=True):
        walked = mask_body(body)
    assert mask_body(body) == walked


@pytest.mark.parametrize("text", SECRETS)
def test_every_spelling_is_found_by_the_quick_look(text: str) -> None:
    assert mask_text(text) != text
    body = json.dumps({"message": {"text": text}}).encode()
    assert mask_body(body) != body


def test_the_ids_and_times_of_platforms_do_not_cost_a_walk() -> None:
    said = {
        "sender": {"id": "6500000000000017"},
        "recipient": {"id": "104288817354101"},
        "timestamp": 1764000000000,
        "message": {"mid": "m_4111111111111111", "text": "Wo ist 104217? \U0001f600"},
    }
    body = json.dumps({"object": "page", "entry": [{"id": "104288817354101", "messaging": [said]}]}).encode()
    with mock.patch.object(mask, "_masked", side_effect=AssertionError):
        assert mask_body(body) is body
