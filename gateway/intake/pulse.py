"""The pulse, in memory: what comes in is counted, and written down now and then, so that a webhook costs nothing more.

webhook, poll --note--> counts --every few seconds--> slots of `gateway.storage.pulse`
"""

from collections.abc import Mapping
from functools import partial
from operator import itemgetter

from sqlalchemy.engine import Connection

from gateway.clock import Clock
from gateway.messages import Channel
from gateway.storage import pulse
from gateway.storage.database import Database
from gateway.storage.pulse import Slot

Account = tuple[Channel, str]


class Pulse:
    """Counts what comes in. What is not written yet when a process dies is missed by nobody."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._counts: dict[Account, Slot] = {}

    def note(self, channel: Channel, account: str, count: int) -> None:
        """So many events have come in."""
        now = self._clock()
        self._put((channel, account), Slot(count=count, first_at=now, last_at=now))

    async def write_down(self) -> bool:
        """Keep what was counted. Returns False: nothing is left to do."""
        counts, self._counts = self._counts, {}
        if counts:
            try:
                await self._database.write(partial(_add_all, counts))
            except BaseException:
                for account, slot in counts.items():
                    self._put(account, slot)
                raise
        return False

    def _put(self, account: Account, slot: Slot) -> None:
        before = self._counts.get(account)
        if before is not None:
            slot = Slot(
                count=slot.count + before.count,
                first_at=min(slot.first_at, before.first_at),
                last_at=max(slot.last_at, before.last_at),
            )
        self._counts[account] = slot


def _add_all(counts: Mapping[Account, Slot], conn: Connection) -> None:
    for account, slot in sorted(counts.items(), key=itemgetter(0)):
        pulse.add(conn, *account, slot)
