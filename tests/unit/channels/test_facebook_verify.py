"""What Facebook signs is let in, and nothing else."""

import hashlib
import hmac

import pytest

from gateway.channels.base import Challenge
from gateway.channels.facebook import verify
from gateway.errors import BadSignature

BODY = b'{"object":"page","text":"\\u00e9"}'


def signature(body: bytes, secret: str = "app secret", algorithm: str = "sha256") -> str:
    return f"{algorithm}=" + hmac.new(secret.encode(), body, algorithm).hexdigest()


def test_the_right_verify_token_gets_the_bare_challenge() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "word", "hub.challenge": "1158201444"}
    assert verify.challenge(query, "word") == Challenge(body="1158201444")


@pytest.mark.parametrize("token", ["", "wrong", "wörd"])
def test_a_wrong_verify_token_is_refused(token: str) -> None:
    with pytest.raises(BadSignature):
        verify.challenge({"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1"}, "word")


def test_a_query_without_a_subscription_asks_for_nothing() -> None:
    assert verify.challenge({}, "word") is None


def test_a_signature_over_the_raw_bytes_is_accepted() -> None:
    verify.verify({"x-hub-signature-256": signature(BODY)}, BODY, "app secret")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256="},
        {"x-hub-signature-256": "sha256=é\udcff"},
        {"x-hub-signature-256": signature(BODY, secret="other")},
        {"x-hub-signature-256": signature(BODY + b" ")},
        {"x-hub-signature-256": signature(BODY).removeprefix("sha256=")},
        {"x-hub-signature-256": signature(BODY, algorithm="sha1")},
        {"x-hub-signature": signature(BODY, algorithm="sha1")},
        {"x-hub-signature-256": "sha256=" + hashlib.sha256(BODY).hexdigest()},
    ],
)
def test_anything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verify.verify(headers, BODY, "app secret")
