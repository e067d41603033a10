"""`kill -9` of the gateway at random under traffic: nothing lost, nothing doubled but what is shown as unclear."""

import random
import signal
import time
from collections import Counter

import httpx
import pytest

from tests.stack import Stack, private_update

KILLS = 20


def deliver(stack: Stack, update: dict[str, object]) -> None:
    """As Telegram does: again and again until it is taken."""
    deadline = time.monotonic() + 60
    while True:
        try:
            if stack.telegram_update(update).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, "never taken"
        time.sleep(0.1)


@pytest.mark.timeout(600)
def test_twenty_kills_lose_nothing_and_double_nothing_unseen(stack: Stack) -> None:
    dice = random.Random(11)
    chats = []
    for customer in ("ines", "tom", "amara", "jonas", "mei", "sofia"):
        # A bot may write only to whoever has started it.
        greeting = f"hello from {customer} before"
        chats.append(stack.play("telegram/private", customer=customer, text=greeting)["chat_id"])
        stack.case_of(greeting)
    time.sleep(2)
    before = {chat: len(stack.telegram_chat(chat)) for chat in chats}
    said: dict[int, list[str]] = {chat: [] for chat in chats}
    update_id = 970_000
    for kill in range(KILLS):
        for chat, texts in said.items():
            update_id += 1
            texts.append(f"hello {chat} {kill}")
            deliver(stack, private_update(update_id, chat, 500_000 + kill, texts[-1], int(time.time())))
        time.sleep(dice.uniform(0, 0.9))
        stack.listener(stack.port).send_signal(signal.SIGKILL)
    stack.until(lambda: _healthy(stack), 60)
    stack.until(lambda: not _waiting(stack), 120)
    for chat, texts in said.items():
        case = stack.case_of(texts[0])
        told = stack.transcript(case["id"])
        asked = [m["text"] for m in told if m["author"] == "customer" and m["text"].startswith(f"hello {chat}")]
        assert asked == texts
        start = next(number for number, m in enumerate(told) if m["text"] == texts[0])
        ours = Counter(m["delivery"] for m in told[start:] if m["author"] in ("bot", "system"))
        assert set(ours) <= {"sent", "unclear"}
        handed_over = case["state"] != "bot"
        assert handed_over or sum(ours.values()) == len(texts)
        arrived = len(stack.telegram_chat(chat)) - before[chat]
        assert ours["sent"] <= arrived <= ours["sent"] + ours["unclear"]


def _waiting(stack: Stack) -> list[str]:
    """What the gateway has still to do."""
    return [
        line
        for line in stack.gateway.get("/metrics").text.splitlines()
        if line.startswith("aside_queue_depth") and '"people"' not in line and not line.endswith(" 0.0")
    ]


def _healthy(stack: Stack) -> bool:
    try:
        return stack.gateway.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False
