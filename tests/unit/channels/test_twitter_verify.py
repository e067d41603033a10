import base64
import hashlib
import hmac

import msgspec
import pytest

from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.errors import BadSignature

SECRET = "consumer-secret"
BODY = b'{"for_user_id":"1111111111111111111"}'


@pytest.fixture
def channel() -> TwitterChannel:
    return TwitterChannel(
        TwitterSettings(
            consumer_key="key",
            consumer_secret=SECRET,
            access_token="token",
            access_token_secret="token-secret",
            user_id="1111111111111111111",
            username="AsideShop",
        )
    )


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def test_a_body_that_x_signed_is_accepted(channel: TwitterChannel) -> None:
    channel.verify({"x-twitter-webhooks-signature": signed(BODY)}, BODY)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        signed(BODY)[7:],
        signed(BODY, "another secret"),
        signed(BODY).replace("sha256=", "sha1="),
        signed(BODY + b" "),
        signed(BODY) + "=",
        "sha256=é😀",
        "sha256=\udcff",
        "SHA256=" + signed(BODY)[7:],
    ],
)
def test_any_other_signature_is_refused(channel: TwitterChannel, header: str) -> None:
    with pytest.raises(BadSignature):
        channel.verify({"x-twitter-webhooks-signature": header}, BODY)


def test_a_delivery_without_a_signature_is_refused(channel: TwitterChannel) -> None:
    with pytest.raises(BadSignature):
        channel.verify({}, BODY)


def test_the_challenge_is_answered_with_the_tokens_signature(channel: TwitterChannel) -> None:
    answer = channel.challenge({"crc_token": "MDk2NzY3NGUt+/=", "nonce": "x"})
    assert answer is not None
    assert answer.content_type == "application/json"
    assert msgspec.json.decode(answer.body) == {"response_token": signed(b"MDk2NzY3NGUt+/=")}


@pytest.mark.parametrize("query", [{}, {"crc_token": ""}, {"hub.challenge": "1"}])
def test_a_request_without_a_token_is_no_challenge(channel: TwitterChannel, query: dict[str, str]) -> None:
    assert channel.challenge(query) is None


@pytest.mark.parametrize("token", [BODY.decode(), "[1]", '"text"'])
def test_nobody_gets_a_webhook_body_signed_by_asking_for_a_challenge(channel: TwitterChannel, token: str) -> None:
    with pytest.raises(BadSignature):
        channel.challenge({"crc_token": token})


def test_settings_do_not_print_their_secrets() -> None:
    settings = TwitterSettings(
        consumer_key="S1",
        consumer_secret="S2",
        access_token="S3",
        access_token_secret="S4",
        user_id="7",
        username="shop",
    )
    assert not any(secret in repr(settings) + str(settings) for secret in ("S1", "S2", "S3", "S4"))
