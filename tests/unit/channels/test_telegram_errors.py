"""What the Bot API refuses is tried again or not as it should be, and told in words that help."""

import json

import pytest

from gateway.channels.telegram.errors import Migrated, failure
from gateway.errors import SendError, SendLockedOut, SendRefused, SendRetryable, SendThrottled, SendUnclear


def refusal(status: int, description: str, **parameters: int) -> SendError:
    body = {"ok": False, "error_code": status, "description": description}
    return failure(status, json.dumps({**body, "parameters": parameters} if parameters else body).encode(), "hidden")


@pytest.mark.parametrize(
    ("status", "description", "kind", "words"),
    [
        (403, "Forbidden: bot was blocked by the user", SendRefused, "The customer has blocked the bot."),
        (403, "Forbidden: user is deactivated", SendRefused, "account is gone"),
        (403, "Forbidden: bot can't initiate conversation with a user", SendRefused, "never started the bot"),
        (403, "Forbidden: bot can't send messages to bots", SendRefused, "This is a bot"),
        (403, "Forbidden: bot was kicked from the group chat", SendRefused, "thrown out"),
        (403, "Forbidden: bot was kicked from the supergroup chat", SendRefused, "thrown out"),
        (403, "Forbidden: bot is not a member of the supergroup chat", SendRefused, "not in the group"),
        (403, "Forbidden: the group chat was deactivated", SendRefused, "The group is gone"),
        (400, "Bad Request: chat not found", SendRefused, "no such chat"),
        (400, "Bad Request: TOPIC_CLOSED", SendRefused, "The topic is closed."),
        (400, "Bad Request: message thread not found", SendRefused, "The topic is gone."),
        (400, "Bad Request: have no rights to send a message", SendRefused, "may not write"),
        (400, "Bad Request: not enough rights to send text messages to the chat", SendRefused, "may not send this"),
        (400, "Bad Request: need administrator rights in the channel chat", SendRefused, "must be an admin"),
        (400, "Bad Request: BUSINESS_CONNECTION_INVALID", SendRefused, "business account"),
        (400, "Bad Request: BUSINESS_PEER_USAGE_MISSING", SendRefused, "24 hours"),
        (400, "Bad Request: message is too long", SendRefused, "too long"),
        (400, "Bad Request: never heard of", SendRefused, "never heard of"),
        (413, "Request Entity Too Large", SendRefused, "larger than bots may send"),
        (401, "Unauthorized", SendLockedOut, "Unauthorized"),
        (404, "Not Found", SendLockedOut, "Not Found"),
        (500, "Internal Server Error", SendUnclear, "Internal"),
        (502, "Bad Gateway", SendUnclear, "Bad Gateway"),
        (503, "Service Unavailable", SendRetryable, "Unavailable"),
        (409, "Conflict: can't use getUpdates method while webhook is active", SendRefused, "disconnect telegram"),
        (409, "Conflict: terminated by other getUpdates request", SendRetryable, "Another program"),
    ],
)
def test_each_refusal_means_one_thing(status: int, description: str, kind: type[SendError], words: str) -> None:
    error = refusal(status, description)
    assert type(error) is kind
    assert words in error.message
    assert description in error.message


def test_a_limit_says_when_to_come_again() -> None:
    error = refusal(429, "Too Many Requests: retry after 7", retry_after=7)
    assert isinstance(error, SendThrottled)
    assert error.retry_after == 7


@pytest.mark.parametrize(
    ("description", "seconds"), [("Bad Request: SLOWMODE_WAIT_42", 42.0), ("Bad Request: slow mode", 30.0)]
)
def test_a_group_in_slow_mode_is_a_limit(description: str, seconds: float) -> None:
    error = refusal(400, description)
    assert isinstance(error, SendThrottled)
    assert error.retry_after == seconds


def test_a_group_that_moved_tells_where_to() -> None:
    error = refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    assert isinstance(error, Migrated)
    assert error.chat_id == -1009


@pytest.mark.parametrize("body", [b"", b"<html>oops</html>", b"[]", b"{}", b'{"description": 7}', b"\xff"])
def test_a_page_instead_of_an_answer_is_no_surprise(body: bytes) -> None:
    assert isinstance(failure(500, body, "hidden"), SendUnclear)
    assert isinstance(failure(429, body, "hidden"), SendThrottled)
    assert isinstance(failure(403, body, "hidden"), SendRefused)


def test_what_is_told_is_short_and_holds_no_secret() -> None:
    words = refusal(400, "hidden " + "x" * 5000).message
    assert "hidden" not in words
    assert len(words) < 400
