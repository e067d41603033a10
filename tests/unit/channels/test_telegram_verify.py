"""Only who knows our secret is let in."""

import pytest

from gateway.channels.telegram import verify
from gateway.errors import BadSignature


def test_our_secret_opens() -> None:
    verify.verify({"x-telegram-bot-api-secret-token": "s3cret"}, "s3cret")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-telegram-bot-api-secret-token": ""},
        {"x-telegram-bot-api-secret-token": "S3cret"},
        {"x-telegram-bot-api-secret-token": "s3créт\udcff"},
        {"authorization": "s3cret"},
    ],
)
def test_anything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verify.verify(headers, "s3cret")


def test_an_empty_secret_lets_nobody_in() -> None:
    with pytest.raises(BadSignature):
        verify.verify({"x-telegram-bot-api-secret-token": ""}, "")
