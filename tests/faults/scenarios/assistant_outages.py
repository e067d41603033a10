"""Fault 6: the assistant is dead, hangs, answers 500, nothing, wrong JSON, 50 MB; intake and people do not notice.

Amount: messages, 12,000, at 20 a second. A seventh of the time for each mood, half of it well, half of it not.
"""

import asyncio
from collections import Counter
from typing import Final

from tests.faults.assistant import Mood
from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_MOODS: Final = (None, Mood.HANGS, Mood.ERROR, Mood.NOTHING, Mood.SILENT, Mood.WRONG, Mood.HUGE)
"""None: dead."""
_P99: Final = 0.2  # seconds
_SEEN_WITHIN: Final = 3.0  # seconds from the 200 to the transcript, where people see it


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(6, "the assistant down, hanging, wrong")
    amount, rate = options.amount_or(12_000), options.rate_or(20)
    phase = amount / rate / len(_MOODS) / 2
    async with world(options.seed, options.deployment) as play:
        traffic = Traffic(play, rate)
        speaking = asyncio.create_task(traffic.say(amount))
        unseen: Counter[str] = Counter()
        slow: list[str] = []
        for mood in _MOODS:
            await asyncio.sleep(phase)
            await _turn_to(play, mood)
            since = len(play.courier.report.latencies)
            unseen[mood or "dead"] += await _watch(play, phase, _SEEN_WITHIN * options.slack)
            await _turn_back(play, mood)
            if (p99 := play.courier.report.p99(since)) > _P99 * options.slack:
                slow.append(f"{p99 * 1000:.0f} ms when it {mood or 'is dead'}")
        await speaking
        await traffic.all_taken()
        verdict.need(await play.settled(300), "the backlog was never done")
        report = play.courier.report
        verdict.say(f"{len(_MOODS)} outages of {phase:.0f} s, acknowledged within {report.p99() * 1000:.0f} ms (p99)")
        verdict.need(not slow, f"p99 of the acknowledgement <= {_P99 * 1000:.0f} ms in every mood: {slow}")
        verdict.need(not report.not_taken, f"every webhook is taken: {dict(report.statuses)}")
        verdict.need(not any(unseen.values()), f"people see every message within {_SEEN_WITHIN:.0f} s: {dict(unseen)}")
        wrong = play.answered_out_of_order()
        verdict.need(not wrong, f"the backlog is answered in order: {wrong[:5]}")
        await play.hold_to_the_promise(verdict)
    return verdict


async def _turn_to(play: World, mood: Mood | None) -> None:
    if mood is None:
        await play.assistant.stop()
    else:
        play.assistant.mood = mood


async def _turn_back(play: World, mood: Mood | None) -> None:
    if mood is None:
        await play.assistant.start()
    play.assistant.mood = Mood.WELL


async def _watch(play: World, seconds: float, seen_within: float) -> int:
    """Wait; how many messages that were answered 200 some time ago stood in no transcript meanwhile."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    unseen: set[str] = set()
    while loop.time() < until:
        await asyncio.sleep(min(2.0, max(0.1, until - loop.time())))
        old = [tag for tag, at in play.courier.report.acknowledged.items() if loop.time() - at > seen_within]
        entries = await play.ledger.entries()
        unseen |= {tag for tag in old if tag not in entries or not entries[tag].recorded}
    return len(unseen)
