"""Fault 2: each update is delivered one to five times, at once and again when all is over; one effect each.

Amount: updates, 10,000. With several intakes, the repeats of one update go to all of them at the same time.
"""

import asyncio
from typing import Final

from tests.faults.events import Delivery
from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_SIDE_BY_SIDE: Final = 40


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(2, "each update delivered 1 to 5 times")
    amount, rate = options.amount_or(10_000), options.rate_or(100)
    async with world(options.seed, options.deployment) as play:
        traffic = Traffic(play, rate)
        deliveries = [play.voice.delivery(traffic.next()) for _ in range(amount)]
        slots = asyncio.Semaphore(_SIDE_BY_SIDE)
        began = asyncio.get_running_loop().time()

        async def bring(number: int, delivery: Delivery) -> int:
            late = began + number / rate - asyncio.get_running_loop().time()
            if late > 0:
                await asyncio.sleep(late)
            async with slots:
                return await _repeatedly(play, delivery, play.dice.randint(1, 5))

        times = sum(await asyncio.gather(*(bring(number, each) for number, each in enumerate(deliveries))))
        verdict.need(await play.settled(300), "work was left over")
        answered = len(play.platforms.taken)
        # The platform comes again, long after.
        again = play.dice.sample(deliveries, min(len(deliveries), 1_000))
        for start in range(0, len(again), _SIDE_BY_SIDE):
            await asyncio.gather(*(play.courier.deliver(each) for each in again[start : start + _SIDE_BY_SIDE]))
        await asyncio.sleep(1.0)
        verdict.need(await play.settled(120), "work was left over after the late repeats")
        verdict.say(f"{times + len(again)} deliveries")
        verdict.need(len(play.platforms.taken) == answered, "a late repeat had an effect")
        finding = await play.hold_to_the_promise(verdict)
        verdict.need(not finding.flagged, "a message was taken twice")
    return verdict


async def _repeatedly(play: World, delivery: Delivery, times: int) -> int:
    addresses = play.deployment.addresses()
    attempts = [play.courier.attempt(delivery, addresses[number % len(addresses)]) for number in range(times)]
    answers = await asyncio.gather(*attempts)
    if 200 not in answers:
        await play.courier.deliver(delivery)
    return times
