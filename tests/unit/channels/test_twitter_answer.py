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


def test_a_window_with_calls_left_is_not_waited_for() -> None:
    assert wait({"x-rate-limit-reset": "1700000090", "x-rate-limit-remaining": "5"}) is None
    assert wait({"x-rate-limit-reset": "1700000090", "x-rate-limit-remaining": "5", "retry-after": "2"}) == 2.0


@pytest.mark.parametrize(
    ("headers", "used_up"),
    [
        ({}, False),
        ({"retry-after": "3"}, False),
        ({"x-rate-limit-reset": "1700000090"}, False),
        ({"x-rate-limit-remaining": "5"}, False),
        ({"x-rate-limit-remaining": "0"}, True),
        ({"x-rate-limit-remaining": "5", "x-app-limit-24hour-remaining": "0"}, True),
    ],
)
def test_only_a_count_of_0_says_that_everybody_has_to_wait(headers: dict[str, str], used_up: bool) -> None:
    error = judge(429, headers, b"", NOW)
    assert isinstance(error, SendThrottled)
    assert error.used_up is used_up


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
        ({"errors": [{"code": 220, "message": "Not yours."}]}, "X answered 403: Not yours."),
        ({"title": "Forbidden"}, "X answered 403: Forbidden"),
        (["nonsense"], "X answered 403."),
        (None, "X answered 403."),
        ({"errors": None, "detail": 7}, "X answered 403."),
    ],
)
def test_the_reason_is_in_the_words_of_x(body: object, words: str) -> None:
    assert judge(403, {}, msgspec.json.encode(body), NOW).message == words


@pytest.mark.parametrize(
    ("problem", "kind", "words"),
    [
        ({"detail": "You are not allowed to create a Tweet with duplicate content."}, SendUnclear, "already"),
        ({"errors": [{"code": 187, "message": "Status is a duplicate."}]}, SendUnclear, "already"),
        (
            {"detail": "Reply to this conversation is not allowed because you have not been mentioned"},
            SendRefused,
            "answer only who names us",
        ),
        ({"errors": [{"code": 433, "message": "The author restricted who can reply."}]}, SendRefused, "names us"),
        ({"detail": "You do not have permission to DM one or more participants."}, SendRefused, "must write first"),
        ({"errors": [{"code": 349, "message": "You cannot send messages to this user."}]}, SendRefused, "write first"),
        ({"errors": [{"code": 150, "message": "Not following you."}]}, SendRefused, "must write first"),
        ({"detail": "You attempted to reply to a Tweet that is deleted or not visible to you."}, SendRefused, "gone"),
        ({"reason": "client-not-enrolled", "title": "Client Forbidden"}, SendLockedOut, ""),
        ({"type": "https://api.twitter.com/2/problems/client-forbidden"}, SendLockedOut, ""),
        ({"type": "https://api.twitter.com/2/problems/oauth1-permissions"}, SendLockedOut, ""),
        ({"title": "SpendCapReached", "type": "https://api.twitter.com/2/problems/credits"}, SendLockedOut, ""),
        ({"errors": [{"code": 326, "message": "this account is temporarily locked"}]}, SendLockedOut, "locked"),
        ({"errors": [{"code": 64, "message": "Your account is suspended"}]}, SendLockedOut, "suspended"),
        ({"detail": "Something new."}, SendRefused, "Something new."),
    ],
)
def test_each_kind_of_403_means_what_it_says(problem: dict[str, object], kind: type[SendError], words: str) -> None:
    error = judge(403, {}, msgspec.json.encode(problem), NOW)
    assert isinstance(error, kind)
    assert words in error.message


def test_a_monthly_cap_is_the_operators_matter_and_no_limit_to_be_waited_for() -> None:
    problem = {"title": "UsageCapExceeded", "type": "https://api.twitter.com/2/problems/usage-capped"}
    assert type(judge(429, {}, msgspec.json.encode(problem), NOW)) is SendLockedOut


def test_a_problem_with_nothing_but_a_parameter_is_told_by_its_errors() -> None:
    body = {
        "errors": [{"message": "CrcValidationFailed: timed out"}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
    }
    assert judge(400, {}, msgspec.json.encode(body), NOW).message == "X answered 400: CrcValidationFailed: timed out"


def test_a_page_of_html_is_no_reason() -> None:
    assert judge(502, {}, b"<html>Bad Gateway</html>", NOW).message == "X answered 502."
