"""Fault 19: every process is asked to stop (SIGTERM) and started again, one after another, under traffic.

Amount: restarts, 50. Rate: 100 messages a second. A process ends within 15 s and with status 0. With several intakes,
behind a balancer that goes to the next one where a connection is refused, every answer is a 200; with one, what was
refused meanwhile is delivered again. Nothing is lost, and nothing becomes unclear.
"""

import asyncio
from typing import Final

from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import world

_WITHIN: Final = 15.0  # seconds


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(19, "SIGTERM and start, one after another")
    restarts, rate = options.amount_or(50), options.rate_or(100)
    async with world(options.seed, options.deployment) as play:
        traffic = Traffic(play, rate)
        done = asyncio.Event()
        speaking = asyncio.create_task(traffic.say_until(done.is_set))
        processes = list(play.deployment.processes.values())
        took, ended = [], set()
        for number in range(restarts):
            await asyncio.sleep(play.dice.uniform(0.3, 1.0))
            process = processes[number % len(processes)]
            seconds, status = await process.terminate()
            took.append(seconds)
            ended.add(status)
            await process.start()
            await process.wait_ready()
        done.set()
        await speaking
        await traffic.all_taken()
        verdict.need(await play.settled(240), "work was left over")
        report = play.courier.report
        verdict.say(f"{restarts} restarts, ended within {max(took):.1f} s with status {sorted(ended)}")
        verdict.say(f"answered {dict(report.statuses)}, connections broken {dict(report.broken)}")
        verdict.need(max(took) <= _WITHIN, f"ends within {_WITHIN:.0f} s of SIGTERM")
        verdict.need(ended == {0}, f"ends with status 0: {sorted(ended)}")
        if len(play.deployment.intakes) > 1:
            verdict.need(not report.not_taken, "every answer is a 200")
        else:
            verdict.need(set(report.statuses) <= {200, 503}, f"200 or 503, nothing else: {dict(report.statuses)}")
        finding = await play.hold_to_the_promise(verdict)
        verdict.need(not finding.unclear, f"a graceful end leaves nothing unclear: {finding.unclear}")
    return verdict
