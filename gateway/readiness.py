"""Whether the database takes what is written to it: a small commit, at most one every few seconds, whoever asks.

/readyz -> looked lately? what was found then | put a row in, take it out again, commit -> "" | why not
"""

import asyncio
import secrets
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from gateway import log
from gateway.clock import Clock
from gateway.errors import Overloaded
from gateway.storage.database import Database, TransactionLost
from gateway.storage.traffic_tables import pace

_log = log.get(__name__)

_HOLDS: Final = 3.0  # seconds for which what was found is told again
_PATIENCE: Final = 5.0  # seconds for the commit: beyond, webhooks are not answered in time either


class Readiness:
    """Of one process's database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._looking = asyncio.Lock()
        self._looked_at: float | None = None
        self._why_not = ""

    async def why_not(self) -> str:
        """Why nothing can be stored now, in a sentence; empty where it can."""
        async with self._looking:
            time = asyncio.get_running_loop().time
            if self._looked_at is None or time() - self._looked_at >= _HOLDS:
                why_not = await self._look()
                if why_not and not self._why_not:
                    _log.error("database_not_written", why=why_not)
                elif self._why_not and not why_not:
                    _log.info("database_written_again")
                self._looked_at, self._why_not = time(), why_not
            return self._why_not

    async def _look(self) -> str:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._database.write(self._touch, urgent=True)
        except TimeoutError:
            return f"The database has not committed anything for {_PATIENCE:.0f} seconds."
        except Overloaded:
            return "More is waiting to be written than there is room for."
        except (TransactionLost, DBAPIError) as error:
            return f"The database cannot be written: {_in_words(error)}"
        return ""

    def _touch(self, conn: Connection) -> None:
        """Write something that nobody sees: it is gone again before the commit, which lies on disk all the same."""
        mine = f"readiness {secrets.token_hex(8)}"
        conn.execute(pace.insert().values(bucket=mine, cells={}, used_at=self._clock()))
        conn.execute(sa.delete(pace).where(pace.c.bucket == mine))


_WORDS: Final = {
    "SQLITE_FULL": "the disk is full.",
    "SQLITE_READONLY": "it is read-only.",
    "SQLITE_IOERR": "the disk fails.",
    "SQLITE_CORRUPT": "it is damaged.",
    "SQLITE_BUSY": "another process holds it.",
    "DiskFull": "the disk is full.",
    "ReadOnlySqlTransaction": "it is read-only.",
}
"""By names of SQLite's result codes (https://sqlite.org/rescode.html), which may go on, and of psycopg's errors."""


def _in_words(error: Exception) -> str:
    """What an operator can act on; the type of the error where we know no better. Never its text."""
    cause: BaseException | None = error.__cause__ if isinstance(error, TransactionLost) else error
    cause = cause.orig if isinstance(cause, DBAPIError) else cause
    code = str(getattr(cause, "sqlite_errorname", type(cause or error).__name__))
    return next((words for name, words in _WORDS.items() if code.startswith(name)), f"{code}.")
