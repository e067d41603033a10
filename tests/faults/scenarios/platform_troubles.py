"""Fault 8: platforms turn us away (429), break (5xx), hang, reset after they took a message, or revoke the token.

Amount: sends of each trouble, 10,000 (X as many as its limits would let out). In each, one channel is sick and another
is well: what the well one needs from the customer's message to the answer must not change.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER
from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.trouble import Fate, Trouble
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_OTHER: Final = {TELEGRAM: FACEBOOK, FACEBOOK: TELEGRAM, TWITTER: FACEBOOK}
_RATE: Final = {TELEGRAM: 15.0, FACEBOOK: 40.0, TWITTER: 2.0}
_X_MOST: Final = 60
_ALARM_WITHIN: Final = 60.0  # seconds
REVOKED: Final = "the token is revoked"

TROUBLES: Final[dict[str, dict[Fate, float]]] = {
    "busy": {Fate.BUSY: 0.3},
    "5xx": {Fate.ERROR: 0.5},
    "taken, then reset": {Fate.TAKEN_AND_RESET: 0.2},
    "silence": {Fate.HANG: 0.1, Fate.TAKEN_AND_HANG: 0.1},
}


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(8, "platforms in trouble")
    amount = options.amount_or(10_000)
    for name, shares in TROUBLES.items():
        for channel in (TELEGRAM, FACEBOOK, TWITTER):
            await _sick(options, verdict, name, channel, Trouble(shares, longest=_longest_wait(amount)), amount)
    for channel in (TELEGRAM, FACEBOOK, TWITTER):
        await revoked(options, verdict, channel)
    return verdict


async def one(options: Options, name: str, channel: str) -> Verdict:
    """One trouble of one channel."""
    verdict = Verdict(8, f"{channel} in trouble: {name}")
    if name == REVOKED:
        await revoked(options, verdict, channel)
        return verdict
    amount = options.amount_or(200)
    await _sick(options, verdict, name, channel, Trouble(TROUBLES[name], longest=_longest_wait(amount)), amount)
    return verdict


def _longest_wait(amount: int) -> float:
    """Seconds of a 429: up to a minute in a long run, a few in a short one."""
    return 60.0 if amount >= 5_000 else 3.0


async def _sick(options: Options, verdict: Verdict, name: str, channel: str, trouble: Trouble, amount: int) -> None:
    part = Verdict(8, "")
    amount = min(amount, _X_MOST) if channel == TWITTER else amount
    rate = options.rate or _RATE[channel]
    async with world(options.seed, options.deployment) as play:
        well = _OTHER[channel]
        looks = 40 if amount >= 100 else 8
        before = await _healthy(play, well, looks)
        play.platforms.trouble[channel] = trouble
        sick = Traffic(play, rate, channels=(channel,))
        speaking = asyncio.create_task(sick.say(amount))
        during = await _healthy(play, well, looks)
        await speaking
        await sick.all_taken()
        settled = await play.settled(300)
        play.platforms.trouble.clear()
        part.need(settled or await play.settled(300), "work was left over")
        finding = await play.hold_to_the_promise(part)
        part.say(f"the other channel {before * 1000:.0f} ms before, {during * 1000:.0f} ms meanwhile (p90)")
        part.need(
            during <= max(3 * before, before + 0.75 * options.slack),
            f"{well} is slowed by {channel}: {before:.2f} to {during:.2f} s",
        )
        early = play.platforms.early[channel]
        part.say(f"sent too early {early}")
        part.need(not early, f"{early} sends came before the time that the platform had named")
        may_double = Fate.TAKEN_AND_RESET in trouble.shares or Fate.TAKEN_AND_HANG in trouble.shares
        part.need(may_double or not finding.flagged, f"taken twice: {finding.flagged[:5]}")
    verdict.say(f"[{name}, {channel}: {', '.join(part.figures)}]")
    verdict.failures += [f"{name}, {channel}: {failure}" for failure in part.failures]


async def revoked(options: Options, verdict: Verdict, channel: str) -> None:
    """The token is revoked: an alarm within a minute, and nothing that waits is given up."""
    async with world(options.seed, options.deployment) as play:
        play.platforms.trouble[channel] = Trouble({Fate.REVOKED: 1.0})
        logs_before = _alarms(play)
        traffic = Traffic(play, 5.0, channels=(channel,))
        await traffic.say(20)
        await traffic.all_taken()
        raised = await _soon(lambda: _raised(play, logs_before), _ALARM_WITHIN)
        waiting = await play.ledger.waiting()
        finding = await play.judge()
        gone = sum(count for drawer, count in finding.drawers.items() if drawer not in ("waiting", "answered"))
        verdict.say(
            f"[revoked, {channel}: kept {waiting.get('outbox new', 0)} of 20, alarm {'yes' if raised else 'no'}]"
        )
        verdict.need(not gone, f"revoked, {channel}: the queue is kept: {dict(finding.drawers)}")
        verdict.need(raised, f"revoked, {channel}: an alarm within {_ALARM_WITHIN:.0f} s")


async def _healthy(play: World, channel: str, amount: int) -> float:
    """Seconds from the 200 to the taken answer on a channel that is well: 90 of 100 are faster."""
    first = len(play.expected)
    traffic = Traffic(play, 10.0, channels=(channel,))
    await traffic.say(amount)
    await traffic.all_taken()
    mine = [
        tag
        for tag in play.expected[first:]
        if any(tag in tags for place, tags in play.places.items() if place.startswith(channel))
    ]
    await _soon(_all_answered(play, mine), 20)
    taken = {tag: said.at for said in reversed(play.platforms.taken) for tag in said.tags}
    began = play.courier.report.acknowledged
    times = sorted(taken.get(tag, began[tag] + 20) - began[tag] for tag in mine)
    return times[int(len(times) * 0.9)]


def _all_answered(play: World, tags: list[str]) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        taken = play.platforms.times_taken()
        return all(taken[tag] for tag in tags)

    return look


async def _soon(look: Callable[[], Awaitable[bool]], longest: float) -> bool:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + longest
    while loop.time() < deadline:
        if await look():
            return True
        await asyncio.sleep(0.25)
    return False


def _alarms(play: World) -> int:
    """Lines of the logs at warning or above."""
    said = "".join(process.said() for process in play.deployment.processes.values())
    return sum(
        '"level": "warning"' in line or '"level": "error"' in line or "warning" in line for line in said.splitlines()
    )


async def _raised(play: World, before: int) -> bool:
    return _alarms(play) > before
