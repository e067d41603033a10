import msgspec
import pytest

from gateway.channels.twitter.answer import judge
from gateway.errors import SendError, SendLockedOut, SendRefused, SendRetryable, SendThrottled, SendUnclear

NOW = 1_700_000_000.0


def wait(headers: dict[str, str], status: int = 429) -> float | None:
    error = judge(status, headers, b"", NOW)
    assert isinstance(error, SendRetryable)
    return error.retry_after


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (307, SendRetryable),
        (400, SendRefused),
        (401, SendLockedOut),
        (402, SendLockedOut),
        (403, SendRefused),
        (404, SendRefused),
        (408, SendRetryable),
        (413, SendRefused),
        (429, SendThrottled),
        (500, SendUnclear),
        (502, SendUnclear),
        (503, SendRetryable),
        (504, SendUnclear),
        (520, SendUnclear),
    ],
)
def test_only_what_surely_did_not_happen_is_tried_again(status: int, kind: type[SendError]) -> None:
    assert type(judge(status, {}, b"", NOW)) is kind


def test_a_limit_is_waited_for_until_it_opens() -> None:
    assert wait({"x-rate-limit-reset": "1700000090", "x-rate-limit-remaining": "0"}) == 90.0
    assert wait({"x-rate-limit-reset": "1700000090"}) == 90.0
    assert wait({"x-rate-limit-reset": "1700000090", "x-rate-limit-remaining": "5"}) == 90.0


def test_of_several_limits_that_are_used_up_the_last_to_open_counts() -> None:
    daily = {"x-user-limit-24hour-reset": "1700003600", "x-user-limit-24hour-remaining": "0"}
    window = {"x-rate-limit-reset": "1700000090", "x-rate-limit-remaining": "12"}
    assert wait({**window, **daily}) == 3600.0
    assert wait({**window, **daily, "x-rate-limit-remaining": "0", "x-user-limit-24hour-remaining": "3"}) == 90.0


@pytest.mark.parametrize("reset", ["", "soon", "nan", "inf", "-1"])
def test_a_reset_that_says_nothing_is_left_to_the_outbox(reset: str) -> None:
    assert wait({"x-rate-limit-reset": reset}) is None


def test_a_wait_is_between_a_second_and_a_day() -> None:
    assert wait({"x-rate-limit-reset": "1"}) == 1.0
    assert wait({"x-rate-limit-reset": "9999999999"}) == 86_400.0


def test_a_revoked_token_keeps_the_queue_waiting_for_the_operator() -> None:
    assert (wait({}, 401), wait({}, 402)) == (900.0, 900.0)


def test_an_overloaded_x_says_when_to_come_back() -> None:
    assert (wait({"retry-after": "7"}, 503), wait({}, 503)) == (7.0, None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"detail": "You are not allowed", "title": "Forbidden"}, "X answered 403: You are not allowed"),
        ({"errors": [{"code": 187, "message": "Status is a duplicate."}]}, "X answered 403: Status is a duplicate."),
        ({"title": "Forbidden"}, "X answered 403: Forbidden"),
        (["nonsense"], "X answered 403."),
        (None, "X answered 403."),
        ({"errors": None, "detail": 7}, "X answered 403."),
    ],
)
def test_the_reason_is_in_the_words_of_x(body: object, words: str) -> None:
    assert judge(403, {}, msgspec.json.encode(body), NOW).message == words


def test_a_page_of_html_is_no_reason() -> None:
    assert judge(502, {}, b"<html>Bad Gateway</html>", NOW).message == "X answered 502."
