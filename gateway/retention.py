"""What lets go, hour by hour, of what was kept for long enough (`gateway.storage.retention`)."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from gateway.clock import Clock
from gateway.storage import retention
from gateway.storage.database import Database

_EVERY: Final = timedelta(hours=1)


class Retention:
    """Sweeps."""

    def __init__(self, database: Database, clock: Clock, keeps: timedelta) -> None:
        """`keeps`: for how long personal data is kept as it was said."""
        self._database = database
        self._clock = clock
        self._keeps = keeps
        self._swept_at: datetime | None = None

    async def look(self) -> bool:
        """Sweep once an hour, and again at once where there is more than one sweep takes."""
        now = self._clock()
        if self._swept_at is not None and abs(now - self._swept_at) < _EVERY:
            return False
        more = await self._database.write(partial(retention.sweep, before=now - self._keeps))
        if not more:
            self._swept_at = now
        return more
