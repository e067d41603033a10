"""Fault 1: `kill -9` of each component, at random and at named points, under traffic.

Amount: kills, 200; at the points in turn, of a component drawn at random. Rate: 100 messages a second.
"""

import asyncio
import time
from typing import Final

from tests.faults.options import Options
from tests.faults.points import POINTS, kill_at
from tests.faults.process import NotStarted
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_BACK_WITHIN: Final = 5.0  # seconds
_AFTER_ALL: Final = 240.0  # seconds for what is left to be done


async def run(options: Options, *, points: tuple[str, ...] = POINTS) -> Verdict:
    """See the module."""
    verdict = Verdict(1, "kill -9 at random and at named points")
    kills, rate = options.amount_or(200), options.rate_or(100)
    async with world(options.seed, options.deployment) as play:
        play.echo_what_is_taken()
        traffic = Traffic(play, rate)
        done = asyncio.Event()
        speaking = asyncio.create_task(traffic.say_until(done.is_set))
        await asyncio.sleep(1.0)
        back: list[float] = []
        for kill in range(kills):
            process = play.dice.choice(list(play.deployment.processes.values()))
            struck = await kill_at(play, process, points[kill % len(points)])
            await play.deployment.revive(process)
            if process in play.deployment.intakes:
                back.append(await intake_is_back(play, struck))
                await process.wait_ready()
            await asyncio.sleep(play.dice.uniform(0.2, 1.0))
        done.set()
        await speaking
        await traffic.all_taken()
        settled = await play.settled(_AFTER_ALL)
        verdict.say(f"{kills} kills")
        if back:
            verdict.say(f"intake back in {sorted(back)[len(back) // 2]:.1f} s (median), {max(back):.1f} s (longest)")
        verdict.need(settled, "work was left over")
        verdict.need(not back or max(back) <= _BACK_WITHIN * options.slack, f"intake back within {_BACK_WITHIN:.0f} s")
        await play.hold_to_the_promise(verdict)
    return verdict


async def intake_is_back(play: World, struck: float, longest: float = 60.0) -> float:
    """Seconds from a kill until a webhook is answered 200 again. Raises `NotStarted`."""
    while time.monotonic() - struck < longest:
        if play.courier.last_taken > struck:
            return play.courier.last_taken - struck
        await asyncio.sleep(0.02)
    raise NotStarted(
        "no webhook was taken for a minute after a kill: "
        + "".join(process.tail() for process in play.deployment.intakes)
    )
