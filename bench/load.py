"""The load generator, in a process of its own: webhooks as the platforms sign them, at a rate or as fast as they go.

    Plan (JSON on stdin) -> CONNECTIONS workers, each signs and sends the next event -> Result (JSON on stdout)

At a rate, a request's time counts from the moment it was due: a server that stalls does not hide who had to wait.
"""

import asyncio
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

import httpx
import msgspec
import uvloop

from bench.measure import percentile
from bench.wire import Connection, connect

MARK: Final = "ref"
"""Each text ends with a word that begins so and is its own: `ref-<name>-<number>`."""
TELEGRAM_TOKEN: Final = "7204118865:bench-token-of-thirty-five-characters"
_EPOCH: Final = (int(time.time()) - 1_790_000_000) * 1000  # of this load: no chat sees a message's number twice
_RETRY: Final = 0.05  # seconds until a broken connection is opened again


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to send."""

    port: int
    channel: str
    path: str
    secret: str
    """Facebook's app secret or Telegram's secret token."""
    name: str
    """Of this load; makes its events unlike those of any other."""
    count: int
    people: int
    rate: float = 0.0
    """Requests a second; 0 = as fast as they go."""
    connections: int = 50
    copies: int = 1
    """How often each event is delivered, one right after the other."""
    page: str = "104288817354101"
    texts: list[str] = []
    """What is said, in turn; default is a question of some length."""
    first_person: int = 0
    tries: int = 40
    """How often an event that is not answered with 200 is delivered, 50 ms apart."""
    path_from: str = ""
    """The pretend platform that knows the path after a restart, where a gateway changes it; empty = it stays."""


class Result(msgspec.Struct, kw_only=True):
    """What came of it."""

    statuses: dict[str, int]
    seconds: float
    rate: float
    """Requests with a 200, a second, from the first to the last."""
    p50: float
    """Milliseconds."""
    p99: float
    taken: list[str]
    """Marks of the events that were answered with 200."""
    sent_at: dict[str, float]
    """Mark -> the moment in which it was first due, monotonic."""


def run(plan: Plan, patience: float = 600.0) -> Result:
    """Send a plan from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=msgspec.json.encode(plan),
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parent.parent,
        timeout=patience,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Result)


def start(plan: Plan) -> "subprocess.Popen[bytes]":
    """Begin to send; `finish` waits for the result."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parent.parent,
    )
    assert process.stdin
    process.stdin.write(msgspec.json.encode(plan))
    process.stdin.close()
    return process


def finish(process: "subprocess.Popen[bytes]") -> Result:
    """What came of a load that was started."""
    assert process.stdout
    answer = process.stdout.read()
    process.wait()
    return msgspec.json.decode(answer, type=Result)


def mark(plan: Plan, number: int) -> str:
    """The word by which an event is known from the webhook to the pretend platform."""
    return f"{MARK}-{plan.name}-{number}"


def marks_in(text: str) -> list[str]:
    """The marks that a text of ours repeats."""
    return [word for word in text.split() if word.startswith(f"{MARK}-")]


def addressee(plan: Plan, number: int) -> str:
    """The platform's id of the customer who sends an event, and to whom the answer goes."""
    person = plan.first_person + number % plan.people
    return str(50_000 + person) if plan.channel == "telegram" else f"65{person:014d}"


def request(plan: Plan, number: int) -> bytes:
    """One signed webhook."""
    asks = plan.texts[number % len(plan.texts)] if plan.texts else "How long does the delivery of my parcel take?"
    person = addressee(plan, number)
    text = f"{asks} {mark(plan, number)}"
    seed = int(hashlib.sha256(f"{plan.name}-{number}".encode()).hexdigest()[:12], 16)
    if plan.channel == "telegram":
        body = _telegram(person, seed % 2**40, number, text)
        proof = f"X-Telegram-Bot-Api-Secret-Token: {plan.secret}"
    else:
        body = _facebook(plan.page, person, f"m_{plan.name}_{number}", text)
        signature = hmac.new(plan.secret.encode(), body, hashlib.sha256)
        old = hmac.new(plan.secret.encode(), body, hashlib.sha1)  # what stock Rasa looks at; Facebook sends both
        proof = f"X-Hub-Signature-256: sha256={signature.hexdigest()}\r\nX-Hub-Signature: sha1={old.hexdigest()}"
    head = (
        f"POST {plan.path} HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\nContent-Type: application/json\r\n"
        f"{proof}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _telegram(person: str, update: int, number: int, text: str) -> bytes:
    who = {"id": int(person), "is_bot": False, "first_name": f"Person {person}", "language_code": "en"}
    chat = {"id": int(person), "type": "private", "first_name": f"Person {person}"}
    message = {"message_id": _EPOCH + number, "from": who, "chat": chat, "date": int(time.time()), "text": text}
    return json.dumps({"update_id": update, "message": message}).encode()


def _facebook(page: str, person: str, mid: str, text: str) -> bytes:
    now = int(time.time() * 1000)
    said = {
        "sender": {"id": person},
        "recipient": {"id": page},
        "timestamp": now,
        "message": {"mid": mid, "text": text},
    }
    return json.dumps({"object": "page", "entry": [{"id": page, "time": now, "messaging": [said]}]}).encode()


async def _send(plan: Plan) -> Result:
    requests: dict[int, bytes] = {}
    numbers = iter([number for number in range(plan.count) for _ in range(plan.copies)])
    statuses: Counter[str] = Counter()
    times: list[float] = []
    taken: set[int] = set()
    sent_at: dict[int, float] = {}
    began = time.monotonic() + 0.05
    place = iter(range(plan.count * plan.copies))

    async def worker() -> None:
        connection: Connection | None = None
        for number in numbers:
            due = began + (next(place) / plan.rate if plan.rate else 0.0)
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            if not plan.rate:
                due = time.monotonic()
            sent_at.setdefault(number, due)
            # Only now, for it carries the time; a repetition has the same bytes.
            raw = requests.get(number) or request(plan, number)
            if plan.copies > 1:
                requests[number] = raw
            for _ in range(plan.tries):
                if connection is None or not connection.is_open:
                    try:
                        connection = await connect(plan.port)
                    except OSError:
                        statuses["refused"] += 1
                        await asyncio.sleep(_RETRY)
                        continue
                status = await connection.request(raw)
                statuses[str(status)] += 1
                if status == 200:
                    taken.add(number)
                    break
                await asyncio.sleep(_RETRY)
                if plan.path_from:
                    raw = await asyncio.to_thread(_moved, plan, number)
            times.append(time.monotonic() - due)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(plan.connections, plan.count * plan.copies)):
            group.create_task(worker())
    seconds = time.monotonic() - began
    return Result(
        statuses=dict(statuses),
        seconds=seconds,
        rate=statuses["200"] / seconds,
        p50=percentile(times, 50) * 1000,
        p99=percentile(times, 99) * 1000,
        taken=[mark(plan, number) for number in taken],
        sent_at={mark(plan, number): moment for number, moment in sent_at.items()},
    )


def _moved(plan: Plan, number: int) -> bytes:
    """The request again, to where the gateway now says that it listens."""
    info = httpx.get(f"{plan.path_from}/bot{TELEGRAM_TOKEN}/getWebhookInfo", trust_env=False).json()
    path = "/" + str(info["result"]["url"]).split("/", 3)[3]
    return request(msgspec.structs.replace(plan, path=path), number)


def main() -> None:
    """Read a plan, send it, print the result."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(_send(plan))
    sys.stdout.buffer.write(msgspec.json.encode(result))


if __name__ == "__main__":
    main()
