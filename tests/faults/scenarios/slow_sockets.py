"""Fault 14: thousands of sockets that send a byte now and then, or nothing; ordinary traffic does not notice.

Amount: slow sockets, 2,000, and five times as many idle ones. Minutes: 5. Good traffic: p99 <= 1 s, nothing refused.
"""

import asyncio
import random
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import world

_P99: Final = 1.0  # seconds
_IDLE: Final = 5  # idle sockets for each slow one
_EVERY: Final = 3.0  # seconds between two bytes
_MOST: Final = 12_000  # sockets: the limits of files of machines are often 20,000 and both ends count


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(14, "slow and idle sockets")
    slow = options.amount_or(2_000)
    idle = min(slow * _IDLE, _MOST - slow)
    seconds = options.seconds_or(300)
    async with world(options.seed, options.deployment) as play:
        # Alone first: what the ordinary traffic is like.
        traffic = Traffic(play, options.rate_or(20))
        done = asyncio.Event()
        speaking = asyncio.create_task(traffic.say_until(done.is_set))
        await asyncio.sleep(2.0)
        since = len(play.courier.report.latencies)
        held = Held(play.deployment.addresses()[0], play.dice)
        async with asyncio.TaskGroup() as group:
            for number in range(slow + idle):
                group.create_task(held.hold(_kind(number, slow), seconds))
                if number % 200 == 199:
                    await asyncio.sleep(0.05)
            opened = number + 1
        done.set()
        await speaking
        await traffic.all_taken()
        report = play.courier.report
        verdict.need(await play.settled(120), "work was left over")
        verdict.say(f"{opened} sockets ({slow} slow), {held.most} at once, for {seconds:.0f} s")
        verdict.say(f"acknowledged within {report.p99(since) * 1000:.0f} ms (p99)")
        verdict.need(held.most > opened * 0.5, f"the sockets were there: {held.most} of {opened}")
        verdict.need(report.p99(since) <= _P99 * options.slack, f"p99 of good traffic <= {_P99:.0f} s")
        verdict.need(not report.broken and not report.not_taken, f"none refused: {report.broken} {report.statuses}")
        await play.hold_to_the_promise(verdict)
    return verdict


def _kind(number: int, slow: int) -> str:
    return ("head", "body", "read")[number % 3] if number < slow else "idle"


class Held:
    """Sockets held open against one address."""

    def __init__(self, address: str, dice: random.Random) -> None:
        parts = urlsplit(address)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._dice = dice
        self._now = 0
        self.most = 0

    async def hold(self, kind: str, seconds: float) -> None:
        """Hold one for so long; opened again whenever the other side closes it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            with suppress(OSError, TimeoutError):
                await self._once(kind, until)
            await asyncio.sleep(self._dice.uniform(0.5, 1.5))

    async def _once(self, kind: str, until: float) -> None:
        loop = asyncio.get_running_loop()
        reader, writer = await asyncio.wait_for(asyncio.open_connection(self._host, self._port), 10)
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            writer.write(_FIRST[kind])
            while loop.time() < until and not reader.at_eof():
                await asyncio.sleep(min(_EVERY * self._dice.uniform(0.5, 1.5), max(0.01, until - loop.time())))
                if kind in ("head", "body"):
                    writer.write(b"X-a: b\r\n" if kind == "head" else b"x")
                    await writer.drain()
                if kind == "read":
                    await asyncio.wait_for(reader.read(1), 5)
        finally:
            self._now -= 1
            writer.transport.abort()


_POST: Final = b"POST /webhooks/telegram/webhook HTTP/1.1\r\nHost: a\r\n"
_FIRST: Final = {
    "head": _POST,
    "body": _POST + b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{",
    "read": b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 5,
    "idle": b"",
}
