"""What Facebook's error codes mean, and how long it wants to be left alone."""

import json
from pathlib import Path

import pytest

from gateway.channels.facebook import codes, pauses
from gateway.channels.facebook.codes import Meaning


@pytest.mark.parametrize(
    ("status", "code", "subcode", "transient", "meaning"),
    [
        (500, 1, None, None, Meaning.UNCLEAR),
        (400, 1, None, None, Meaning.UNCLEAR),
        (500, 1, None, True, Meaning.RETRY),
        (400, 1, 99, None, Meaning.REFUSED),
        (400, 1, 1357046, None, Meaning.UNCLEAR),
        (400, 2, None, None, Meaning.RETRY),
        (500, 2, None, True, Meaning.RETRY),
        (500, 2, None, None, Meaning.UNCLEAR),
        (503, 2, None, None, Meaning.RETRY),
        (400, 4, None, None, Meaning.THROTTLED),
        (400, 4, 2018022, None, Meaning.THROTTLED),
        (403, 10, None, None, Meaning.REFUSED),
        (403, 10, 2018278, None, Meaning.WINDOW),
        (403, 10, 2018065, None, Meaning.WINDOW),
        (403, 10, 2018108, None, Meaning.REFUSED),
        (403, 10, 2018300, None, Meaning.THREAD),
        (400, 17, None, None, Meaning.THROTTLED),
        (400, 32, None, None, Meaning.THROTTLED),
        (400, 100, None, None, Meaning.REFUSED),
        (404, 100, 33, None, Meaning.GONE),
        (400, 100, 2018001, None, Meaning.REFUSED),
        (400, 100, 2018292, None, Meaning.GONE),
        (400, 100, 2018034, None, Meaning.REFUSED),
        (401, 190, None, None, Meaning.LOCKED_OUT),
        *[(401, 190, subcode, None, Meaning.LOCKED_OUT) for subcode in range(458, 468)],
        (401, 102, None, None, Meaning.LOCKED_OUT),
        (403, 200, None, None, Meaning.REFUSED),
        (403, 230, None, None, Meaning.REFUSED),
        (403, 283, None, None, Meaning.REFUSED),
        (403, 200, 1545041, None, Meaning.REFUSED),
        (400, 368, None, None, Meaning.LOCKED_OUT),
        (400, 506, None, None, Meaning.REFUSED),
        (400, 551, None, None, Meaning.REFUSED),
        (400, 551, 1545041, None, Meaning.REFUSED),
        (400, 613, None, None, Meaning.THROTTLED),
        (400, 1200, None, None, Meaning.RETRY),
        (400, 1200, 1545041, None, Meaning.REFUSED),
        (500, 1200, None, None, Meaning.RETRY),
        (400, 80001, None, None, Meaning.THROTTLED),
        (400, 80006, 1545012, None, Meaning.RETRY),
        (400, 80014, None, None, Meaning.THROTTLED),
        (400, 10900, None, None, Meaning.REFUSED),
        (400, 77777, None, None, Meaning.REFUSED),
        (500, 77777, None, None, Meaning.UNCLEAR),
        (400, 77777, None, True, Meaning.RETRY),
        (429, 77777, None, None, Meaning.THROTTLED),
        (429, 0, None, None, Meaning.THROTTLED),
        (503, 0, None, None, Meaning.RETRY),
        (502, 0, None, None, Meaning.UNCLEAR),
        (302, 0, None, None, Meaning.RETRY),
        (200, 0, None, None, Meaning.UNCLEAR),
        (404, 0, None, None, Meaning.REFUSED),
    ],
)
def test_each_code_means_one_thing(
    status: int, code: int, subcode: int | None, transient: bool | None, meaning: Meaning
) -> None:
    assert codes.judge(status, code, subcode, transient) is meaning


def test_a_wrong_secret_locks_us_out_instead_of_losing_every_message() -> None:
    wrong = "Invalid appsecret_proof provided in the API argument"
    assert codes.judge(400, 100, None, None, wrong) is Meaning.LOCKED_OUT


def test_every_code_has_words_and_a_source() -> None:
    for entry in codes.TABLE.values():
        assert entry.words.endswith(".")
        assert entry.source


def usage(**told: object) -> dict[str, str]:
    return {"x-business-use-case-usage": json.dumps({"104": [{"type": "messenger", "call_count": 100, **told}]})}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": "9" * 50}, None),
        (usage(estimated_time_to_regain_access=19), 1140.0),
        (usage(estimated_time_to_regain_access=0), None),
        (usage(estimated_time_to_regain_access=10_000), 3600.0),
        (usage(estimated_time_to_regain_access="soon"), None),
        ({"retry-after": "7", **usage(estimated_time_to_regain_access=19)}, 7.0),
        ({"x-app-usage": '{"call_count":100,"total_time":25,"total_cputime":25}'}, None),
        ({"x-page-usage": '{"estimated_time_to_regain_access":2}'}, 120.0),
        ({"x-business-use-case-usage": "rubbish"}, None),
        ({"x-business-use-case-usage": "[" * 5000}, None),
    ],
)
def test_a_pause_is_as_long_as_facebook_says(headers: dict[str, str], seconds: float | None) -> None:
    assert pauses.seconds(headers) == seconds


@pytest.mark.parametrize(
    ("headers", "used_up"),
    [
        ({}, False),
        ({"retry-after": "7"}, False),
        (usage(), True),
        (usage(call_count=40), False),
        (usage(call_count=40, total_time=100), True),
        (usage(call_count=40, estimated_time_to_regain_access=3), True),
        (usage(call_count=40, estimated_time_to_regain_access=0), False),
        ({"x-app-usage": '{"call_count":100,"total_time":25,"total_cputime":25}'}, True),
        ({"x-page-usage": '{"call_count":"much"}'}, False),
        ({"x-app-usage": "rubbish"}, False),
    ],
)
def test_only_a_budget_that_is_used_up_makes_the_whole_page_wait(headers: dict[str, str], used_up: bool) -> None:
    assert pauses.used_up(headers) is used_up


def test_every_code_stands_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "channels" / "facebook.md").read_text()
    for code, subcode in codes.TABLE:
        assert f"{code}/{subcode}" in page if subcode else str(code) in page
