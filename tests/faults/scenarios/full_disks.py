"""Fault 11: the disk is full, and the disk turns read-only; 503, no corruption, and all is well again afterwards.

Amount: times that the disk is full, 10, once with the processes' output on another disk and once on the same, where it
cannot be written either; it turns read-only once in five of them. Needs root, for disks of its own.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

import httpx

from tests.faults import disks
from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_MEGABYTES: Final = 48
_HEALS_WITHIN: Final = 10.0  # seconds
_LOOKED_AGAIN: Final = 4.0  # seconds after which /readyz has looked at the database once more


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(11, "the disk is full, or read-only")
    if reason := disks.why_not():
        verdict.skipped = reason
        return verdict
    if options.deployment != "sqlite":
        verdict.skipped = "the database's disk is SQLite's; a full disk of PostgreSQL is its operator's"
        return verdict
    times = options.amount_or(10)
    with tempfile.TemporaryDirectory(prefix="aside-disk-") as folder:
        await _full(options, verdict, Path(folder), times, log_too=False)
        await _full(options, verdict, Path(folder), times, log_too=True)
        for _ in range(max(1, times // 5)):
            await _read_only(options, verdict, Path(folder))
    return verdict


async def _full(options: Options, verdict: Verdict, folder: Path, times: int, *, log_too: bool) -> None:
    what = "full, log and all" if log_too else "full"
    with disks.tmpfs(folder / "full", _MEGABYTES) as mount:
        async with world(options.seed, home=mount / "home", logs=None if log_too else folder) as play:
            traffic = Traffic(play, options.rate_or(30))
            done = asyncio.Event()
            speaking = asyncio.create_task(traffic.say_until(done.is_set))
            healed = []
            refused = unready = 0
            for _ in range(times):
                await asyncio.sleep(play.dice.uniform(0.3, 1.0))
                ballast = mount / "ballast"
                await asyncio.to_thread(_fill, ballast)
                before = play.courier.report.statuses[503]
                await asyncio.sleep(play.dice.uniform(0.5, 2.0))
                unready += not await _is_ready(play)
                refused += play.courier.report.statuses[503] > before
                ballast.unlink()
                healed.append(await _taken_again(play))
            await asyncio.sleep(_LOOKED_AGAIN)
            ready = await _is_ready(play)
            done.set()
            await speaking
            await traffic.all_taken()
            verdict.need(await play.settled(120), f"{what}: work was left over")
            statuses = dict(play.courier.report.statuses)
            verdict.say(f"[{what} {times} times, refused with 503 in {refused}, well again after {max(healed):.1f} s]")
            verdict.need(refused > 0, f"{what}: refused with 503")
            verdict.need(unready > 0, f"{what}: not ready meanwhile")
            verdict.need(ready, f"{what}: ready again afterwards")
            verdict.need(set(statuses) <= {200, 503}, f"{what}: 200 or 503, nothing else: {statuses}")
            verdict.need(
                max(healed) <= _HEALS_WITHIN * options.slack, f"{what}: well again within {_HEALS_WITHIN:.0f} s"
            )
            await _whole(play, verdict, what)
            await play.hold_to_the_promise(verdict)


async def _read_only(options: Options, verdict: Verdict, folder: Path) -> None:
    with disks.ext4(folder) as disk:
        async with world(options.seed, home=disk.mount / "home", logs=folder) as play:
            traffic = Traffic(play, options.rate_or(30))
            await traffic.say(30)
            await traffic.all_taken()
            acknowledged = len(play.courier.report.acknowledged)
            disk.abort()
            attempts = [play.voice.delivery(traffic.next()) for _ in range(20)]
            answers = [await play.courier.attempt(each) for each in attempts]
            alive = await _alive(play)
            process = play.deployment.processes["serve"]
            # Only a person can mend a disk: the process is stopped, the disk checked and mounted again.
            await process.terminate(15)
            play.ledger.close()
            disks.mend(disk)
            await process.start()
            await process.wait_ready()
            await asyncio.gather(*(play.courier.deliver(each) for each in attempts))
            verdict.need(await play.settled(60), "read-only: work was left over")
            verdict.say(f"[read-only: {answers.count(503)} of {len(answers)} refused with 503 after {acknowledged}]")
            verdict.need(200 not in answers, f"read-only: no 200 for what cannot be stored: {answers}")
            verdict.need(set(answers) == {503}, f"read-only: 503, nothing else: {sorted(set(answers))}")
            verdict.need(alive, "read-only: the process lives on")
            await _whole(play, verdict, "read-only")
            await play.hold_to_the_promise(verdict)
            play.ledger.close()
            await play.deployment.stop()


async def _whole(play: World, verdict: Verdict, when: str) -> None:
    sound = await play.ledger.count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'")
    verdict.need(sound == 1, f"{when}: the database is whole")


async def _alive(play: World) -> bool:
    try:
        await play.deployment.processes["serve"].wait_ready(3)
    except Exception:  # noqa: BLE001 - whatever it is: it does not answer
        return False
    return True


async def _is_ready(play: World) -> bool:
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(f"{play.deployment.addresses()[0]}/readyz")
    return bool(answer.json()["parts"]["database"] == "ready")


async def _taken_again(play: World) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < 60:
        if play.courier.last_taken > began:
            break
        await asyncio.sleep(0.05)
    return loop.time() - began


def _fill(path: Path) -> None:
    """Take all the room that is left."""
    block = b"\0" * 65_536
    try:
        with path.open("ab", buffering=0) as file:
            while True:
                if file.write(block) < len(block):
                    return
    except OSError:
        return
