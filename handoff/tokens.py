"""Tokens for callers of the API: shown once, stored as a hash, revocable."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.desk_tables import tokens, users
from handoff import secret_keys
from handoff.users import User, of_row

_PREFIX: Final = "aside_"  # so that secret scanners and people know one when they see one


def issue(conn: Connection, user_id: int, now: datetime) -> str:
    """A new token for a user."""
    token = _PREFIX + secret_keys.mint()
    conn.execute(tokens.insert().values(token_hash=secret_keys.digest(token), user_id=user_id, created_at=now))
    return token


def user_of(conn: Connection, token: str) -> User | None:
    """Whose token it is; None where it is unknown, revoked, or its user disabled."""
    if not token.startswith(_PREFIX):
        return None
    row = conn.execute(
        sa.select(users)
        .join(tokens, tokens.c.user_id == users.c.id)
        .where(
            tokens.c.token_hash == secret_keys.digest(token),
            tokens.c.revoked_at.is_(None),
            users.c.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else of_row(row)


def revoke(conn: Connection, token: str, now: datetime) -> bool:
    """Make a token useless. False where it was so already."""
    changed = conn.execute(
        tokens.update()
        .where(tokens.c.token_hash == secret_keys.digest(token), tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return changed.rowcount == 1
