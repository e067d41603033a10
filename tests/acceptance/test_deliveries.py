"""Webhooks repeated, shuffled, forged, broken and huge; and an assistant that is dead for a while."""

import json
import random
import signal
import time
from functools import partial

import pytest

from tests.stack import Stack, private_update

QUESTION = "How long does delivery take?"


def test_the_same_update_five_times_is_one_message(stack: Stack) -> None:
    update = private_update(910_001, 55_001, 1, f"{QUESTION} five times", int(time.time()))
    assert [stack.telegram_update(update).status_code for _ in range(5)] == [200] * 5
    case = stack.case_of(f"{QUESTION} five times")
    stack.until(lambda: len(stack.transcript(case["id"])) >= 2)
    time.sleep(1)
    assert len([m for m in stack.transcript(case["id"]) if m["author"] == "customer"]) == 1


def has_heard(stack: Stack, case_id: str, texts: list[str]) -> bool:
    return [m["text"] for m in stack.transcript(case_id) if m["author"] == "customer"] == texts


def is_seen_to(stack: Stack, case_id: str) -> bool:
    """Whether the assistant has answered, or a person will."""
    return stack.api("GET", f"/cases/{case_id}")["state"] == "queued" or any(
        m["author"] == "bot" for m in stack.transcript(case_id)
    )


def test_fifty_shuffled_updates_stand_in_the_order_in_which_they_were_sent(stack: Stack) -> None:
    start = int(time.time()) - 500
    updates = [
        private_update(
            920_000 + 100 * person + number, 56_000 + person, number, f"{person}: hello {number}", start + number
        )
        for person in range(5)
        for number in range(1, 11)
    ]
    random.Random(3).shuffle(updates)
    for update in updates:
        assert stack.telegram_update(update).status_code == 200
    for person in range(5):
        case = stack.case_of(f"{person}: hello 10")
        expected = [f"{person}: hello {number}" for number in range(1, 11)]
        stack.until(partial(has_heard, stack, case["id"], expected))


def stored(stack: Stack) -> float:
    """How many events intake has recorded."""
    lines = stack.gateway.get("/metrics").text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("aside_webhook_events_total{"))


@pytest.mark.parametrize("channel", ["twitter", "facebook", "telegram"])
@pytest.mark.parametrize("body", [b"", b"{", b"null", b'{"object":"page"}', b"\xff\xfe"])
def test_what_nobody_signed_is_refused_and_not_stored(stack: Stack, channel: str, body: bytes) -> None:
    before = stored(stack)
    assert stack.gateway.post(f"/webhooks/{channel}/webhook", content=body).status_code == 403
    assert stored(stack) == before


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'{"update_id": 930001, "brand_new_kind": {}}'])
def test_what_nobody_understands_is_taken_and_stops_nobody(stack: Stack, body: bytes) -> None:
    cases = len(stack.cases())
    headers = {"X-Telegram-Bot-Api-Secret-Token": stack.secrets()["TELEGRAM_SECRET_TOKEN"]}
    assert stack.gateway.post("/webhooks/telegram/webhook", content=body, headers=headers).status_code == 200
    time.sleep(0.3)
    assert len(stack.cases()) == cases


def test_a_huge_body_is_refused_and_the_next_message_works(stack: Stack) -> None:
    huge = private_update(940_001, 57_001, 1, "x" * 2_000_000, int(time.time()))
    assert stack.telegram_update(huge).status_code == 413
    fine = private_update(940_002, 57_001, 2, f"{QUESTION} after the flood", int(time.time()))
    assert stack.telegram_update(fine).status_code == 200
    stack.case_of(f"{QUESTION} after the flood")


def test_a_dead_assistant_costs_no_message_and_no_answer(stack: Stack) -> None:
    stack.listener(stack.rasa_port).send_signal(signal.SIGKILL)
    people = range(58_001, 58_013)
    took = []
    for number, person in enumerate(people):
        update = private_update(950_000 + number, person, 1, f"{QUESTION} {person}", int(time.time()))
        started = time.monotonic()
        assert stack.telegram_update(update).status_code == 200
        took.append(time.monotonic() - started)
        time.sleep(0.2)
    assert sorted(took)[len(took) // 2] < 0.2
    stack.until(lambda: stack.gateway.get("/readyz").status_code == 200, 90)
    for person in people:
        case = stack.case_of(f"{QUESTION} {person}")
        stack.until(partial(is_seen_to, stack, case["id"]), 60)


def test_the_database_of_the_run_holds_no_card_number(stack: Stack) -> None:
    card = "4111 1111 1111 1111"
    update = private_update(960_001, 59_001, 1, f"my card {card} cvv 123 was charged twice", int(time.time()))
    assert stack.telegram_update(update).status_code == 200
    stack.until(lambda: any("charged twice" in json.dumps(stack.transcript(c["id"])) for c in stack.cases()))
    kept = b"".join(path.read_bytes() for path in stack.home.glob("aside.db*"))
    logs = b"".join(path.read_bytes() for path in (stack.home / "logs").glob("*.log"))
    for written in (card, card.replace(" ", "")):
        assert written.encode() not in kept
        assert written.encode() not in logs
