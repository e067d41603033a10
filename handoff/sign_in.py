"""Signing in by name and password, slow for guessers and open for whoever belongs here.

known browser (`devices`) -> its own count                  |-> too many: `TooManySignIns`, at once
stranger -> counts of name and address, and of the address -|-> hashing, one at a time -> session | one more failure
                                                                so many from everywhere: the name is locked to strangers

What a stranger does under a name closes it to them, where they are, and to nobody who has signed in before. A refusal
tells neither which names exist nor which are locked.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from gateway.clock import Clock
from gateway.storage import events
from gateway.storage.database import Database
from gateway.storage.desk_tables import users
from handoff import devices, sessions
from handoff.attempts import Attempts, network_of
from handoff.errors import TooManySignIns
from handoff.hashing import Hashing

WITHIN: Final = timedelta(minutes=15)
FAILURES: Final = 5  # of one name from one address, or in one known browser
OF_ADDRESS: Final = 20  # of one address, whatever the name
FROM_EVERYWHERE: Final = 50  # of one name, by strangers from many addresses
_LONGEST: Final = 80  # characters of a name


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is in."""

    user_id: int
    session: str
    """Its secret."""
    device: str
    """By which the browser is known from now on."""


class SignIn:
    """Checks passwords and opens sessions."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._of_name_there = Attempts(FAILURES, WITHIN)
        self._of_address = Attempts(OF_ADDRESS, WITHIN)
        self._of_device = Attempts(FAILURES, WITHIN)
        self._for_strangers = Hashing()
        self._for_known = Hashing()

    async def __call__(
        self, name: str, password: str, *, address: str, cookie: Callable[[str], str | None], instead_of: str | None
    ) -> Entered | None:
        """Whoever is in now; None where name and password do not match, or the name is locked.

        `cookie` gives the browser's cookie of a name. Raises `TooManySignIns` and `SignInBusy`.
        """
        name = " ".join(name.split())[:_LONGEST]
        row = await self._db.read(lambda conn: _row(conn, name))
        device = None
        if row is not None and row.password_hash is not None:
            device = devices.number_of(cookie(devices.cookie_of(row.id)), row.id, row.password_hash)
        where = network_of(address)
        counts = [(self._of_name_there, f"{name} {where}"), (self._of_address, where)]
        if device is not None:
            counts = [(self._of_device, device)]
        self._refuse_too_many(counts)
        hashing = self._for_strangers if device is None else self._for_known
        async with hashing.place():
            self._refuse_too_many(counts)  # guesses made side by side all count
            fits = await hashing.matches(password, None if row is None else row.password_hash)
            now = self._clock()
            for attempts, key in counts:
                attempts.fail(key, now)
        if row is None:
            return None
        user_id, known = int(row.id), device is not None
        session = await self._db.write(
            lambda conn: _settle(conn, user_id, fits=fits, known=known, now=now, instead_of=instead_of)
        )
        if session is None:
            return None
        for attempts, key in counts:
            attempts.forget(key)
        return Entered(user_id=user_id, session=session, device=devices.mint(user_id, str(row.password_hash)))

    def _refuse_too_many(self, counts: list[tuple[Attempts, str]]) -> None:
        now = self._clock()
        if any(attempts.are_used_up(key, now) for attempts, key in counts):
            raise TooManySignIns


def _row(conn: Connection, name: str) -> Row[int, str | None] | None:
    return conn.execute(
        sa.select(users.c.id, users.c.password_hash).where(users.c.name == name, users.c.disabled_at.is_(None))
    ).one_or_none()


def _settle(
    conn: Connection, user_id: int, *, fits: bool, known: bool, now: datetime, instead_of: str | None
) -> str | None:
    """Count the failure or open the session, on what is stored now. A `known` browser is neither locked nor counted."""
    row = conn.execute(
        sa.select(users.c.name, users.c.failed_sign_ins, users.c.locked_until, users.c.disabled_at).where(
            users.c.id == user_id
        )
    ).one()
    is_locked = row.locked_until is not None and row.locked_until > now
    if row.disabled_at is not None or (is_locked and not known):
        return None
    if fits:
        if not known:
            conn.execute(users.update().where(users.c.id == user_id).values(failed_sign_ins=0, locked_until=None))
        events.append(conn, "desk.signed_in", case_id=None, actor=f"agent:{row.name}", epoch=0, at=now)
        return sessions.open_session(conn, user_id, now, instead_of=instead_of)
    locked_until = None
    if not known:
        failures = 1 if row.locked_until is not None else row.failed_sign_ins + 1
        locked_until = now + WITHIN if failures >= FROM_EVERYWHERE else None
        conn.execute(
            users.update().where(users.c.id == user_id).values(failed_sign_ins=failures, locked_until=locked_until)
        )
    events.append(
        conn, "desk.sign_in_failed", case_id=None, actor=f"agent:{row.name}", epoch=0, at=now,
        data={"locked": locked_until is not None},
    )  # fmt: skip
    return None
