"""The webhooks that the load generator makes are those that the platforms would make."""

import json

import pytest

from bench.intake import lost
from bench.load import Plan, Result, mark, marks_in, request
from gateway.channels.facebook import verify as facebook
from gateway.channels.telegram import verify as telegram
from gateway.errors import BadSignature


def plan(channel: str, name: str = "load") -> Plan:
    return Plan(port=1, channel=channel, path="/hook", secret="word", name=name, count=9, people=3)


def parts(raw: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    _, *fields = head.decode().split("\r\n")
    return {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}, body


def test_facebook_would_have_signed_it_so() -> None:
    headers, body = parts(request(plan("facebook"), 4))
    facebook.verify(headers, body, "word")
    with pytest.raises(BadSignature):
        facebook.verify(headers, body, "another word")


def test_telegram_would_have_sent_the_secret_along() -> None:
    headers, _ = parts(request(plan("telegram"), 4))
    telegram.verify(headers, "word")


@pytest.mark.parametrize("channel", ["facebook", "telegram"])
def test_the_length_is_that_of_the_body_and_the_text_carries_the_mark(channel: str) -> None:
    headers, body = parts(request(plan(channel), 4))
    assert int(headers["content-length"]) == len(body)
    assert mark(plan(channel), 4) in body.decode()


def test_people_take_turns_and_no_two_updates_are_the_same() -> None:
    updates = [json.loads(parts(request(plan("telegram"), number))[1]) for number in range(9)]
    assert len({update["message"]["chat"]["id"] for update in updates}) == 3
    assert len({update["update_id"] for update in updates}) == 9
    assert len({(update["message"]["chat"]["id"], update["message"]["message_id"]) for update in updates}) == 9


def test_another_load_has_other_updates() -> None:
    one, other = (json.loads(parts(request(plan("telegram", name=name), 1))[1]) for name in ("one", "other"))
    assert one["update_id"] != other["update_id"]


def test_marks_are_found_in_what_we_answer() -> None:
    assert marks_in("You said: how long? ref-load-17 ref-load-18") == ["ref-load-17", "ref-load-18"]


def test_lost_is_what_was_taken_and_is_not_in_the_inbox() -> None:
    result = Result(
        statuses={"200": 3, "503": 1}, seconds=1, rate=3, p50=1, p99=1,
        taken=["ref-load-1", "ref-load-2", "ref-load-3"], sent_at={},
    )  # fmt: skip
    assert lost(result, {"m_load_1", "mid:m_load_2", "m_load_3"}) == 0
    assert lost(result, {"m_load_1", "m_other_2"}) == 2
