"""Fault 22: steady traffic for a long time, with the faults 1, 4, 6 and 8 at random.

Minutes: 1,440 are the list's; 30 are the usual run. Rate: 5 messages a second. Memory must not grow by more than a
twentieth after the first twelfth of the time (two hours of a day).
"""

import asyncio
import time
from collections import Counter
from typing import Final

from tests.faults.assistant import Mood
from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER
from tests.faults.options import Options
from tests.faults.points import POINTS, kill_at
from tests.faults.traffic import Traffic
from tests.faults.trouble import Fate, Trouble
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_MINUTES: Final = 30
_MOODS: Final = (None, Mood.HANGS, Mood.ERROR, Mood.NOTHING, Mood.SILENT, Mood.WRONG, Mood.HUGE)
_FATES: Final = (Fate.BUSY, Fate.ERROR, Fate.TAKEN_AND_RESET, Fate.TAKEN_AND_HANG, Fate.HANG)


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(22, "soak with faults at random")
    seconds, rate = options.seconds_or(_MINUTES * 60), options.rate_or(5)
    met: Counter[str] = Counter()
    async with world(options.seed, options.deployment) as play:
        play.echo_what_is_taken()
        traffic = Traffic(play, rate)
        done = asyncio.Event()
        speaking = asyncio.create_task(traffic.say_until(done.is_set))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(min(play.dice.uniform(2, 12), max(0.0, until - time.monotonic())))
            fault = play.dice.choice(("kill", "database", "assistant", "platform"))
            met[fault] += 1
            await _meet(play, fault)
        done.set()
        await speaking
        await traffic.all_taken()
        verdict.need(await play.settled(400), "work was left over")
        verdict.say(f"{seconds / 60:.1f} minutes, faults {dict(met)}")
        verdict.say(f"acknowledged within {play.courier.report.p99() * 1000:.0f} ms (p99)")
        await play.hold_to_the_promise(verdict)
    return verdict


async def _meet(play: World, fault: str) -> None:
    """One fault, and its end."""
    dice = play.dice
    if fault == "kill":
        process = dice.choice(list(play.deployment.processes.values()))
        await kill_at(play, process, dice.choice(POINTS))
        await play.deployment.revive(process)
        await process.wait_ready()
    elif fault == "database":
        await play.deployment.crash_database(dice.uniform(0.2, 3.0))
        for process in play.deployment.processes.values():
            await process.wait_ready()
    elif fault == "assistant":
        mood = dice.choice(_MOODS)
        if mood is None:
            await play.assistant.restart(dice.uniform(0.5, 15.0), play.assistant.model_id)
        else:
            play.assistant.mood = mood
            await asyncio.sleep(dice.uniform(0.5, 15.0))
            play.assistant.mood = Mood.WELL
    else:
        channel = dice.choice((TELEGRAM, FACEBOOK, TWITTER))
        play.platforms.trouble[channel] = Trouble({dice.choice(_FATES): dice.uniform(0.1, 0.6)}, longest=5.0)
        await asyncio.sleep(dice.uniform(1.0, 15.0))
        play.platforms.trouble.clear()
