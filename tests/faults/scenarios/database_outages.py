"""Fault 4: the database goes away under traffic: `pg_ctl stop -m immediate`, or the end of SQLite's process.

Amount: outages, 20. Rate: 200 messages a second. Minutes: of one outage's cycle in all, 30 s; the database is away for
up to a tenth of it. Right after each crash, every tag that was answered 200 must be in what the crash left.
"""

import asyncio
import time
from typing import Final

from tests.faults.options import Options
from tests.faults.scenarios.kills import intake_is_back
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import world

_BACK_WITHIN: Final = 10.0  # seconds


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(4, "the database goes away")
    outages, rate = options.amount_or(20), options.rate_or(200)
    cycle = options.seconds_or(20 * 30) / 20
    async with world(options.seed, options.deployment) as play:
        traffic = Traffic(play, rate)
        done = asyncio.Event()
        speaking = asyncio.create_task(traffic.say_until(done.is_set))
        back, missing = [], []
        for _ in range(outages):
            await asyncio.sleep(play.dice.uniform(0.3, 0.6) * cycle)
            acknowledged = list(play.courier.report.acknowledged)
            away = play.dice.uniform(0.02, 0.1) * cycle
            await play.deployment.crash_database(away)
            back.append(await intake_is_back(play, time.monotonic()))
            entries = await play.ledger.entries()
            missing += [tag for tag in acknowledged if tag not in entries]
        done.set()
        await speaking
        await traffic.all_taken()
        verdict.need(await play.settled(400), "work was left over")
        verdict.say(f"{outages} outages, {sum(play.courier.report.statuses.values())} webhooks answered")
        verdict.say(f"answered {dict(sorted(play.courier.report.statuses.items()))}")
        verdict.say(f"intake back in {max(back):.1f} s (longest)")
        verdict.need(not missing, f"answered 200 and not there after a crash: {missing[:5]}")
        verdict.need(max(back) <= _BACK_WITHIN * options.slack, f"intake back within {_BACK_WITHIN:.0f} s")
        verdict.need(set(play.courier.report.statuses) <= {200, 503}, "200 or 503, nothing else")
        if options.deployment == "sqlite":
            sound = await play.ledger.count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'")
            verdict.need(sound == 1, "the database is whole")
        await play.hold_to_the_promise(verdict)
    return verdict
