"""What platforms answer when they do not take a message, said to the real clients by a server on this machine."""

import json
import time
from typing import Any

import pytest

from gateway.errors import SendError, SendLockedOut, SendRefused, SendRetryable, SendThrottled, SendUnclear
from gateway.messages import Author, Channel, Outbound, Surface
from tests.integration.loopback import Loopback, answer
from tests.integration.told import PAYLOADS, adapter

MEANS: dict[str, type[SendError]] = {
    "throttled": SendThrottled,
    "locked out": SendLockedOut,
    "retry": SendRetryable,
    "refused": SendRefused,
    "unclear": SendUnclear,
}
KINDS = (SendThrottled, SendLockedOut, SendRefused, SendUnclear, SendRetryable)
TARGETS = {
    Channel.TELEGRAM: ("222001", "222001"),
    Channel.FACEBOOK: ("psid:6500000000000001", "6500000000000001"),
    Channel.TWITTER: ("dm:2222222222222222222", "2222222222222222222"),
}
THERE = answer(
    200,
    {"ok": True, "result": {"message_id": 9, "date": 1790000000, "chat": {"id": -1001234567890, "type": "supergroup"}}},
)


def book(channel: Channel) -> list[dict[str, Any]]:
    """The answers of a channel's API, each with what it means."""
    found: list[dict[str, Any]] = json.loads((PAYLOADS / "errors" / f"{channel}.json").read_text())["answers"]
    return found


def from_now(headers: dict[str, str]) -> dict[str, str]:
    """`+n` is a time n seconds from now."""
    return {name: str(int(time.time()) + int(value)) if value[0] == "+" else value for name, value in headers.items()}


async def heard(channel: Channel, server: Loopback, entry: dict[str, Any]) -> tuple[str, float | None, str]:
    """Send a message that is answered so: what the adapter made of it, for how long, and in what words."""
    played = answer(entry["status"], entry["body"], from_now(entry.get("headers", {})))
    server.plays(played, THERE) if entry["means"] == "sent there" else server.plays(played)
    place, target = TARGETS[channel]
    out = Outbound(
        channel=channel, surface=Surface.PRIVATE, place=place, target=target, text="Hello", author=Author.BOT
    )
    there = adapter(channel, api_root=server.root)
    await there.start()
    try:
        await there.send_private(out, "aside:1")
    except SendError as error:
        kind = next(kind for kind in KINDS if isinstance(error, kind))
        return (
            next(word for word, meant in MEANS.items() if meant is kind),
            getattr(error, "retry_after", None),
            error.message,
        )
    finally:
        await there.stop()
    return "sent there", None, ""


@pytest.mark.parametrize("channel", list(Channel))
async def test_each_answer_is_tried_again_or_not_as_documented(channel: Channel) -> None:
    wrong = []
    async with Loopback() as server:
        for entry in book(channel):
            wanted, _, seconds = (
                entry["means"].rpartition(" ") if entry["means"][-1].isdigit() else (entry["means"], "", "")
            )
            word, pause, words = await heard(channel, server, entry)
            late = bool(seconds) and (pause is None or abs(pause - float(seconds)) > 2)
            if word != wanted or late:
                wrong.append(f"{entry['name']}: {word} {pause} ({words}) instead of {entry['means']}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("channel", list(Channel))
async def test_no_answer_puts_a_page_or_a_secret_into_our_words(channel: Channel) -> None:
    async with Loopback() as server:
        for entry in book(channel):
            _, _, words = await heard(channel, server, entry)
            assert len(words) < 600
            assert "<html" not in words
            assert "777000111:hidden" not in words
            assert "token-secret" not in words
