"""Fault 10: the clock is put 10 minutes forward, 10 minutes back, an hour back, and right again, under traffic.

Amount: jumps of each kind, 20. Nothing may be lost, every message is answered in time, and what is due fires once:
among the messages are some that a platform takes and then hangs up, so that a person looks five minutes later.

The clock of the product alone is moved, with Debian's `libfaketime`; time that only passes (monotonic) is left alone.
How busy the processors are meanwhile says nothing: under libfaketime 0.9.10 each wait of a thread for another ends at
once and begins anew (wolfcw/libfaketime#503), whatever the clock. That no loop of ours spins when a clock jumps
is held by `tests/integration/test_clock_jumps.py`.
"""

import asyncio
import time
from pathlib import Path
from typing import Final

from tests.faults.events import FACEBOOK, TELEGRAM
from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.trouble import Fate, Trouble
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_LIBRARIES: Final = ("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime")
_JUMPS: Final = (600, -600, -3600, 0)
"""Seconds off the real time, one after another: 0 puts it right."""
_SOON: Final = 15.0  # seconds that an answer may take, whatever the clock does


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(10, "the clock jumps")
    library = next((path for folder in _LIBRARIES if (path := Path(folder) / "libfaketimeMT.so.1").exists()), None)
    if library is None:
        verdict.skipped = "libfaketime is not installed (apt-get install libfaketime)"
        return verdict
    rounds, rate = options.amount_or(20), options.rate_or(10)
    soon = _SOON * max(1.0, options.slack / 2)
    async with world(options.seed, options.deployment, start=False) as play:
        offset = play.home / "clock"
        _set(offset, 0)
        for process in play.deployment.processes.values():
            process.environment |= {
                "LD_PRELOAD": str(library),
                "FAKETIME_TIMESTAMP_FILE": str(offset),
                "FAKETIME_CACHE_DURATION": "1",  # seconds; without, the file is read at every look at the clock
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "DONT_FAKE_MONOTONIC": "1",
            }
        await play.deployment.start()
        # Telegram alone: it shows nothing afterwards, so what it may have taken stays unclear and is due later.
        play.platforms.trouble[TELEGRAM] = Trouble({Fate.TAKEN_AND_RESET: 0.5})
        late: list[str] = []
        for _ in range(rounds):
            for jump in _JUMPS:
                for channel, amount in ((TELEGRAM, 4), (FACEBOOK, 20)):
                    first = len(play.expected)
                    await _some_traffic(play, channel, amount, rate)
                    if channel == TELEGRAM:
                        await _not_answered(play, play.expected[first:], soon)
                    else:
                        await _jump(offset, jump)
                    late += await _not_answered(play, play.expected[first:], soon)
        # Whatever is due by now, and whatever an hour's jump may fire again.
        for jump in (600, 4200, 0, 4200):
            await _jump(offset, jump)
            await asyncio.sleep(1.5)
        verdict.need(await play.settled(120), "work was left over")
        verdict.say(f"{rounds * len(_JUMPS)} jumps, late answers {len(late)}")
        verdict.need(not late, f"answered within {soon:.0f} s whatever the clock does: {late[:5]}")
        again = {case: count for case, count in (await play.ledger.handovers()).items() if count > 1}
        handed = await play.ledger.count("SELECT count(*) FROM episodes")
        pending = await play.ledger.count("SELECT count(*) FROM timers WHERE status = 'pending'")
        verdict.say(f"cases handed to people {handed}, of these more than once {len(again)}, timers left {pending}")
        verdict.need(handed > 0, "some of it was due for people")
        verdict.need(not again, f"what is due fires once: {again}")
        verdict.need(not pending, "what is due fires")
        await play.hold_to_the_promise(verdict)
    return verdict


async def _some_traffic(play: World, channel: str, amount: int, rate: float) -> None:
    # Customers of their own each time: nobody who waits for an answer goes on speaking.
    traffic = Traffic(play, rate, channels=(channel,), first=len(play.expected))
    await traffic.say(amount)
    await traffic.all_taken()


async def _not_answered(play: World, tags: list[str], within: float) -> list[str]:
    deadline = time.monotonic() + within
    while True:
        taken = play.platforms.times_taken()
        open_ = [tag for tag in tags if not taken[tag]]
        if not open_ or time.monotonic() > deadline:
            return open_
        await asyncio.sleep(0.2)


async def _jump(file: Path, seconds: int) -> None:
    _set(file, seconds)
    await asyncio.sleep(1.1)  # until the product has seen it


def _set(file: Path, seconds: int) -> None:
    """Put the product's clock so far from the real one."""
    file.write_text(f"{seconds:+d}\n")
