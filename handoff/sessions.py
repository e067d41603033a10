"""Sessions of the desk's pages: a random secret in a cookie, kept as a hash, ended by idleness, age or sign-out."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.desk_tables import sessions, users
from handoff import secret_keys
from handoff.users import User, of_row

IDLE: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=7)
_NOTED_EVERY: Final = timedelta(minutes=1)  # reading a page must not cost a commit each time


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed in, in one browser."""

    token_hash: str
    user: User
    csrf: str
    """What a page of ours repeats with every change, and another site cannot know."""
    seen_at: datetime

    def wants_touch(self, now: datetime) -> bool:
        """Whether it is time to note that the session is in use."""
        return now - self.seen_at >= _NOTED_EVERY


def open_session(conn: Connection, user_id: int, now: datetime, *, instead_of: str | None = None) -> str:
    """Open a session and return its secret; the one that the browser had before ends (no fixation)."""
    if instead_of is not None:
        close(conn, instead_of)
    conn.execute(sessions.delete().where(sessions.c.user_id == user_id, sessions.c.expires_at <= now))
    secret = secret_keys.mint()
    conn.execute(
        sessions.insert().values(
            token_hash=secret_keys.digest(secret),
            user_id=user_id,
            csrf=secret_keys.mint(),
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    return secret


def find(conn: Connection, secret: str, now: datetime) -> Session | None:
    """The session of a cookie, if it still lives."""
    row = conn.execute(
        sa.select(users, sessions.c.token_hash, sessions.c.csrf, sessions.c.seen_at)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(
            sessions.c.token_hash == secret_keys.digest(secret),
            sessions.c.expires_at > now,
            sessions.c.seen_at > now - IDLE,
            users.c.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return Session(token_hash=row.token_hash, user=of_row(row), csrf=row.csrf, seen_at=row.seen_at)


def touch(conn: Connection, session: Session, now: datetime) -> None:
    """Note that the session is in use."""
    conn.execute(sessions.update().where(sessions.c.token_hash == session.token_hash).values(seen_at=now))


def close(conn: Connection, secret: str) -> None:
    """Sign out."""
    conn.execute(sessions.delete().where(sessions.c.token_hash == secret_keys.digest(secret)))
