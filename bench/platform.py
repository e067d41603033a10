"""A pretend Telegram, Facebook and X that only count what they are sent: `python -m bench.platform PORT`.

Answers at once, or as it is told by `POST /_set {"telegram": {"delay": 0.2}}` (seconds; a delay of 30 is one that
hangs). `GET /_until?count=N` is answered when N messages have come; `GET /_sent?after=N` has all after the first N:
channel, to whom, text, moment (monotonic, shared by all processes).
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from bench.wire import as_json, run_server

BOT_ID: Final = 7204118865
_BOT: Final = {"id": BOT_ID, "is_bot": True, "first_name": "Wren", "username": "WrenAndCoBot"}

Answer = tuple[int, bytes]


class Platform:
    """What was sent, and how slowly to answer."""

    def __init__(self) -> None:
        self._sent: list[tuple[str, str, str, float]] = []
        self._delays: dict[str, float] = {}
        self._webhook = ""
        self._more = asyncio.Event()

    def answer(self, method: str, target: str, body: bytes) -> Answer | Awaitable[Answer]:
        """Any request of a gateway, or of the benchmark itself."""
        url = urlsplit(target)
        match [part for part in url.path.split("/") if part]:
            case ["_sent"]:
                after = int(parse_qs(url.query).get("after", ["0"])[0])
                return 200, as_json(self._sent[after:])
            case ["_count"]:
                return 200, as_json({"count": len(self._sent)})
            case ["_until"]:
                return self._until(int(parse_qs(url.query)["count"][0]))
            case ["_reset"]:
                self._sent.clear()
                return 200, b"{}"
            case ["_set"]:
                self._delays = {name: float(value["delay"]) for name, value in json.loads(body).items()}
                return 200, b"{}"
            case [*_, bot, call] if bot.startswith("bot"):
                return self._telegram(call, _fields(url.query, body))
            case [*_, "messages"] if "dm_conversations" in url.path:
                return self._twitter(url.path, json.loads(body))
            case [*_, "messages" | "comments"]:
                return self._facebook(json.loads(body))
            case _:
                return 404, b"{}"

    def _telegram(self, call: str, given: dict[str, Any]) -> Answer | Awaitable[Answer]:
        if call.lower() == "getme":
            return 200, as_json({"ok": True, "result": _BOT})
        if call.lower() == "getwebhookinfo":
            info = {"url": self._webhook, "has_custom_certificate": False, "pending_update_count": 0}
            return 200, as_json({"ok": True, "result": info})
        if call.lower() == "setwebhook":
            self._webhook = str(given.get("url", ""))
        if call.lower() != "sendmessage":
            return 200, as_json({"ok": True, "result": True})
        chat = int(given["chat_id"])
        number = self._note("telegram", str(chat), str(given["text"]))
        message = {
            "message_id": number,
            "date": int(time.time()),
            "from": _BOT,
            "chat": {"id": chat, "type": "private", "first_name": "Person"},
            "text": given["text"],
        }
        return self._slowly("telegram", {"ok": True, "result": message})

    def _facebook(self, given: dict[str, Any]) -> Answer | Awaitable[Answer]:
        who = str(given.get("recipient", {}).get("id", ""))
        number = self._note("facebook", who, str(given["message"].get("text", "")))
        return self._slowly("facebook", {"recipient_id": who, "message_id": f"m_bench_{number}"})

    def _twitter(self, path: str, given: dict[str, Any]) -> Answer | Awaitable[Answer]:
        who = path.split("/with/")[-1].split("/")[0]
        number = self._note("twitter", who, str(given.get("text", "")))
        return self._slowly("twitter", {"data": {"dm_conversation_id": f"1-{who}", "dm_event_id": str(number)}})

    def _note(self, channel: str, who: str, text: str) -> int:
        self._sent.append((channel, who, text, time.monotonic()))
        self._more.set()
        return len(self._sent)

    async def _until(self, count: int) -> Answer:
        """Answer when so many messages have come, or after 20 s."""
        with suppress(TimeoutError):
            async with asyncio.timeout(20):
                while len(self._sent) < count:
                    self._more.clear()
                    await self._more.wait()
        return 200, as_json({"count": len(self._sent)})

    def _slowly(self, channel: str, body: dict[str, Any]) -> Answer | Awaitable[Answer]:
        delay = self._delays.get(channel, 0.0)
        return _after(delay, body) if delay else (200, as_json(body))


async def _after(delay: float, body: dict[str, Any]) -> Answer:
    await asyncio.sleep(delay)
    return 200, as_json(body)


def _fields(query: str, body: bytes) -> dict[str, Any]:
    """The fields of a call, however they came: query, JSON, form or multipart."""
    given: dict[str, Any] = dict(parse_qsl(query))
    if body.startswith(b"{"):
        given |= json.loads(body)
    elif body.startswith(b"--"):
        boundary = body.split(b"\r\n", 1)[0]
        for part in body.split(boundary)[1:-1]:
            head, _, value = part.partition(b"\r\n\r\n")
            name = head.split(b'name="', 1)[1].split(b'"', 1)[0].decode()
            given[name] = value.removesuffix(b"\r\n").decode()
    else:
        given |= dict(parse_qsl(body.decode()))
    return given


if __name__ == "__main__":
    run_server(Platform().answer, int(sys.argv[1]))
