"""Fault 7: the assistant is started again with another model under load; no message notices.

Amount: swaps, 50. Each is dead for a moment, then loads (503), then answers as another model; each tenth model is bad:
it answers 500 until it is rolled back. Every message must be answered by the assistant, none by people.
"""

import asyncio

from tests.faults.assistant import Mood
from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import world


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(7, "models swapped under load")
    swaps, rate = options.amount_or(50), options.rate_or(20)
    async with world(options.seed, options.deployment) as play:
        traffic = Traffic(play, rate)
        done = asyncio.Event()
        speaking = asyncio.create_task(traffic.say_until(done.is_set))
        bad = 0
        for swap in range(1, swaps + 1):
            await asyncio.sleep(play.dice.uniform(0.3, 1.5))
            play.assistant.mood = Mood.LOADING
            await play.assistant.restart(play.dice.uniform(0.2, 1.0), f"stub-{swap + 1}")
            await asyncio.sleep(play.dice.uniform(0.2, 1.0))
            if swap % 10 == 0 or swap == swaps:
                bad += 1
                play.assistant.mood = Mood.ERROR
                await asyncio.sleep(play.dice.uniform(0.5, 2.0))
            play.assistant.mood = Mood.WELL
        done.set()
        await speaking
        await traffic.all_taken()
        verdict.need(await play.settled(120), "work was left over")
        finding = await play.hold_to_the_promise(verdict)
        verdict.say(f"{swaps} swaps, {bad} of them to a bad model")
        failed = len(play.expected) - finding.drawers["answered"]
        verdict.need(failed == 0, f"{failed} messages were not answered by the assistant")
        wrong = play.answered_out_of_order()
        verdict.need(not wrong, f"answered in order: {wrong[:5]}")
    return verdict
