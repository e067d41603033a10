"""Fault 5: the power is cut while webhooks are acknowledged; every acknowledged row must be on what the disk held.

Amount: cuts, 200. The model: the database lies on an ext4 of its own (`disks.py`). At a random moment the process
stands still, the tags that were answered 200 are noted, and the file behind the disk is copied: what was written and
not flushed is not in it. The copy is mounted, its journal replayed, and the database opened as at the next start.
(`synchronous=NORMAL` loses every acknowledged row of the last seconds in this model.)

Without root, a weaker model: database and log are copied, in this order, and the log is torn at a random point after
what was there when the tags were noted. It shows that a torn log is survived, not that `fsync` was called.
"""

import asyncio
import shutil
import sqlite3
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.faults import disks
from tests.faults.options import Options
from tests.faults.tags import tags_in
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_RATE: Final = 100.0


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(5, "power cut while acknowledging")
    if options.deployment != "sqlite":
        verdict.skipped = "the model copies SQLite's files; PostgreSQL's own crash recovery is fault 4"
        return verdict
    cuts = options.amount_or(200)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aside-power-")))
        disk = None if disks.why_not() else stack.enter_context(disks.ext4(folder))
        home = disk.mount / "home" if disk else folder / "home"
        async with world(options.seed, home=home) as play:
            traffic = Traffic(play, options.rate_or(_RATE))
            done = asyncio.Event()
            speaking = asyncio.create_task(traffic.say_until(done.is_set))
            await asyncio.sleep(1.0)
            acknowledged, missing, broken, newest = 0, [], 0, []
            for _ in range(cuts):
                await asyncio.sleep(play.dice.uniform(0.05, 0.4))
                noted, found, sound = await (_cut(play, disk, folder) if disk else _tear(play, home, folder))
                acknowledged += len(noted)
                missing += [tag for tag in noted if tag not in found]
                broken += not sound
                newest.append(len(noted))
            done.set()
            await speaking
            await traffic.all_taken()
            verdict.need(await play.settled(120), "work was left over")
            verdict.say(f"{cuts} cuts ({'un-fsynced writes dropped' if disk else 'copied and torn files'})")
            verdict.say(f"acknowledged rows looked for {acknowledged}, missing {len(missing)}")
            verdict.need(not missing, f"every acknowledged row survives: {len(missing)} missing, as {missing[:5]}")
            verdict.need(not broken, f"the database is whole after a cut: {broken} were not")
            verdict.need(newest[-1] > 0, "webhooks were acknowledged at all")
            await play.hold_to_the_promise(verdict)
    return verdict


async def _cut(play: World, disk: disks.Ext4, folder: Path) -> tuple[set[str], set[str], bool]:
    """Cut the power: the tags acknowledged until then, those found afterwards, and whether the database is whole."""
    process = play.deployment.processes["serve"]
    image = folder / "after.img"
    process.pause()
    try:
        noted = set(play.courier.report.acknowledged)
        await asyncio.to_thread(disk.copy, image)
    finally:
        process.resume()

    def look() -> tuple[set[str], bool]:
        with disks.mounted(image, folder / "after") as mount:
            return _read(mount / "home" / "aside.db")

    found, sound = await asyncio.to_thread(look)
    return noted, found, sound


async def _tear(play: World, home: Path, folder: Path) -> tuple[set[str], set[str], bool]:
    """As `_cut`, by copies of the files; the log's copy ends somewhere after what was there with the noted tags."""
    process = play.deployment.processes["serve"]
    log = home / "aside.db-wal"
    noted = set(play.courier.report.acknowledged)
    surely = log.stat().st_size
    await asyncio.sleep(play.dice.uniform(0, 0.1))
    process.pause()
    try:
        shutil.copyfile(home / "aside.db", folder / "torn.db")
        shutil.copyfile(log, folder / "torn.db-wal")
    finally:
        process.resume()
    with (folder / "torn.db-wal").open("r+b") as file:
        file.truncate(play.dice.randint(surely, max(surely, (folder / "torn.db-wal").stat().st_size)))
    found, sound = await asyncio.to_thread(_read, folder / "torn.db")
    return noted, found, sound


def _read(path: Path) -> tuple[set[str], bool]:
    with sqlite3.connect(path) as connection:
        bodies = connection.execute("SELECT body FROM inbox").fetchall()  # of what is done nothing is left there
        bodies += connection.execute("SELECT CAST(text AS BLOB) FROM messages").fetchall()
        (check,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return {tag for (body,) in bodies for tag in tags_in(bytes(body).decode(errors="replace"))}, check == "ok"
