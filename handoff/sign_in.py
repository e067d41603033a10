"""Signing in by name and password, slow for guessers: five failures lock a name for a quarter of an hour.

Every refusal reads the same and takes the same work, so that it does not tell which names exist or are locked.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from gateway.clock import Clock
from gateway.storage import events
from gateway.storage.database import Database
from gateway.storage.desk_tables import users
from handoff import passwords, sessions

FAILURES: Final = 5
LOCKED: Final = timedelta(minutes=15)
_AT_ONCE: Final = 2  # hashes computed side by side: 64 MB and a core each


class SignIn:
    """Checks passwords and opens sessions."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, name: str, password: str, *, instead_of: str | None) -> str | None:
        """The secret of a new session, or None where name and password do not match or the name is locked."""
        row = await self._db.read(lambda conn: _row(conn, name))
        async with self._room:
            fits = await asyncio.to_thread(passwords.matches, password, None if row is None else row.password_hash)
        if row is None:
            return None
        user_id: int = row.id
        now = self._clock()
        return await self._db.write(lambda conn: _settle(conn, user_id, fits, now, instead_of))


def _row(conn: Connection, name: str) -> Row[int, str | None] | None:
    return conn.execute(
        sa.select(users.c.id, users.c.password_hash).where(
            users.c.name == " ".join(name.split()), users.c.disabled_at.is_(None)
        )
    ).one_or_none()


def _settle(conn: Connection, user_id: int, fits: bool, now: datetime, instead_of: str | None) -> str | None:
    """Count the failure or open the session, on what is stored now: guesses made side by side all count."""
    row = conn.execute(
        sa.select(users.c.name, users.c.failed_sign_ins, users.c.locked_until, users.c.disabled_at).where(
            users.c.id == user_id
        )
    ).one()
    if row.disabled_at is not None or (row.locked_until is not None and row.locked_until > now):
        return None
    if fits:
        conn.execute(users.update().where(users.c.id == user_id).values(failed_sign_ins=0, locked_until=None))
        events.append(conn, "desk.signed_in", case_id=None, actor=f"agent:{row.name}", epoch=0, at=now)
        return sessions.open_session(conn, user_id, now, instead_of=instead_of)
    failures = 1 if row.locked_until is not None else row.failed_sign_ins + 1
    locked_until = now + LOCKED if failures >= FAILURES else None
    conn.execute(
        users.update().where(users.c.id == user_id).values(failed_sign_ins=failures, locked_until=locked_until)
    )
    events.append(
        conn, "desk.sign_in_failed", case_id=None, actor=f"agent:{row.name}", epoch=0, at=now,
        data={"locked": locked_until is not None},
    )  # fmt: skip
    return None
