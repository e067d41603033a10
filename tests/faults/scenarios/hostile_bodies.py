"""Fault 12: bodies that nobody means well, signed all the same: huge, deep, full, broken, compressed.

Amount: of each kind, 500. Each must be answered 200, 400 or 413 within 100 ms, the processes' memory must not grow by
50 MB, and ordinary messages in between must be answered as ever.
"""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Final

from tests.faults.events import FACEBOOK, TELEGRAM, Delivery
from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_ANSWERS: Final = {200, 400, 413}
_WITHIN: Final = 0.1  # seconds
_GROWTH: Final = 50_000_000  # bytes
_KEPT: Final = ("1,000 events", "10,000 mentions", "RTL overrides", "NUL", "900 kB text")
"""Kinds that hold a message which must come to an end."""
_HUNG_UP_ON: Final = ("10 MB body",)
"""Kinds that may be hung up on: whoever is refused in the middle of sending may see the end before the answer."""


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(12, "hostile bodies")
    amount = options.amount_or(500)
    async with world(options.seed, options.deployment) as play:
        traffic = Traffic(play, options.rate_or(10))
        done = asyncio.Event()
        speaking = asyncio.create_task(traffic.say_until(done.is_set))
        await asyncio.sleep(2.0)
        before = _memory(play)
        for kind, make in BODIES.items():
            # One kind after another: what a kind leaves to be done must not be held against the next.
            await play.settled(60, slack=20)
            times = amount if kind != "1,000 events" else max(1, amount // 10)
            await _throw(play, verdict, kind, make, times, _WITHIN * options.slack)
        done.set()
        await speaking
        await traffic.all_taken()
        verdict.need(await play.settled(400), "work was left over")
        growth = _memory(play) - before
        verdict.say(f"memory grew by {growth / 1e6:.0f} MB")
        verdict.need(growth < _GROWTH, f"memory grows by less than {_GROWTH / 1e6:.0f} MB: {growth / 1e6:.0f} MB")
        await play.hold_to_the_promise(verdict)
    return verdict


async def _throw(
    play: World, verdict: Verdict, kind: str, make: Callable[[World], Delivery], amount: int, within: float
) -> None:
    loop = asyncio.get_running_loop()
    times, statuses = [], set()
    for _ in range(amount):
        delivery = make(play)
        if kind in _KEPT:
            play.expected.extend(delivery.tags)
        began = loop.time()
        status = await play.courier.attempt(delivery)
        times.append(loop.time() - began)
        statuses.add(status)
        if kind in _KEPT and status != 200:
            for tag in delivery.tags:
                play.expected.remove(tag)
        await asyncio.sleep(0.01)
    times.sort()
    p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
    verdict.say(f"[{kind}: {sorted(statuses)}, {p95 * 1000:.0f} ms (p95)]")
    allowed = _ANSWERS | {0} if kind in _HUNG_UP_ON else _ANSWERS
    verdict.need(statuses <= allowed, f"{kind}: answered {sorted(statuses)}")
    verdict.need(p95 <= within, f"{kind}: within {within * 1000:.0f} ms, was {p95 * 1000:.0f} ms")


def _memory(play: World) -> int:
    return sum(process.memory() for process in play.deployment.processes.values())


def _telegram(make: Callable[[str], str]) -> Callable[[World], Delivery]:
    def build(play: World) -> Delivery:
        tag = next(play.tags)
        return play.voice.delivery(play.voice.telegram(43_000_000 + play.dice.randrange(1000), tag, make(tag)))

    return build


def _raw(channel: str, make: Callable[[World], bytes]) -> Callable[[World], Delivery]:
    return lambda play: play.voice.signed(channel, make(play))


def _batch(play: World) -> Delivery:
    events = []
    for number in range(1000):
        tag = next(play.tags)
        events.append(play.voice.facebook(6_600_000_000 + number, tag, f"Where is {tag}?"))
    return play.voice.delivery(*events)


def _surrogates(play: World) -> bytes:
    delivery = play.voice.delivery(play.voice.telegram(43_500_000, next(play.tags), "LONE"))
    return delivery.body.replace(b"LONE", b"half \\ud83d of a pair")


def _deep(_play: World) -> bytes:
    return b'{"update_id": 1, "message": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"


def _bomb(play: World) -> Delivery:
    body = gzip.compress(b'{"entry": "' + b"0" * 100_000_000 + b'"}')
    delivery = play.voice.signed(FACEBOOK, body)
    delivery.headers["content-encoding"] = "gzip"
    return delivery


_BOMB: Final[list[Delivery]] = []


def _one_bomb(play: World) -> Delivery:
    """Packed once: packing 100 MB takes longer than anything that is measured here."""
    if not _BOMB or _BOMB[0].headers["X-Hub-Signature-256"] != _signature(play, _BOMB[0].body):
        _BOMB[:] = [_bomb(play)]
    return _BOMB[0]


def _signature(play: World, body: bytes) -> str:
    return play.voice.signed(FACEBOOK, body).headers["X-Hub-Signature-256"]


BODIES: Final[dict[str, Callable[[World], Delivery]]] = {
    "1 MB text": _telegram(lambda tag: f"{tag} " + "where is it " * 87_000),
    "900 kB text": _telegram(lambda tag: f"{tag} " + "where is it " * 75_000),
    "10 MB body": _raw(FACEBOOK, lambda play: b'{"object": "page", "entry": "' + b"x" * 10_000_000 + b'"}'),
    "1,000 events": _batch,
    "10,000 mentions": _telegram(lambda tag: f"{tag} " + "@somebody " * 10_000),
    "10,000 deep": _raw(TELEGRAM, _deep),
    "NUL": _telegram(lambda tag: f"where\0is {tag}\0?"),
    "half surrogates": _raw(TELEGRAM, _surrogates),
    "RTL overrides": _telegram(lambda tag: "\u202e\u2066\u202e where is " + tag + " \u202d\u2069"),
    "gzip bomb": _one_bomb,
    "not UTF-8": _raw(TELEGRAM, lambda play: b'{"update_id": 2, "message": "\xff\xfe\xc0"}'),
    "a number of a million digits": _raw(
        FACEBOOK, lambda play: json.dumps({"entry": [1]}).encode()[:-2] + b"1" * 900_000 + b"]}"
    ),
}
