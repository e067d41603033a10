"""The people who sign in: agents, supervisors, trainers and admins."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import NotFound
from gateway.storage.desk_tables import sessions, tokens, users
from handoff import passwords
from handoff.errors import Invalid

_LONGEST_NAME: Final = 80


class Role(StrEnum):
    """What somebody is here for."""

    AGENT = "agent"
    """Picks up handoffs."""
    SUPERVISOR = "supervisor"
    """Looks after agents; may do what they may."""
    TRAINER = "trainer"
    """Edits what the assistant learns from; sees no cases."""
    ADMIN = "admin"
    """Looks after users and channels; may do what supervisors may."""


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs in."""

    id: int
    name: str
    role: Role
    disabled_at: datetime | None = None
    created_at: datetime

    @property
    def actor(self) -> str:
        """How the log of events names them."""
        return f"agent:{self.name}"


_COLUMNS: Final = [users.c[name] for name in User.__struct_fields__]


def add(conn: Connection, name: str, role: Role | str, now: datetime, password: str | None = None) -> User:
    """Add somebody. Without a password they can only use a token. Raises `Invalid`."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid(f"A name has 1 to {_LONGEST_NAME} printable characters.")
    if role not in set(Role):
        raise Invalid(f"A role is one of {', '.join(Role)}.")
    # Names stand beside answers and in logs: "Ada" and "ada" would be two people whom nobody tells apart.
    alike = next((user.name for user in list_all(conn) if user.name.casefold() == name.casefold()), None)
    if alike is not None:
        raise Invalid(f"There is somebody called {alike} already.")
    hashed = None if password is None else passwords.hashed(password)
    user_id = conn.execute(
        users.insert().values(name=name, role=Role(role), password_hash=hashed, created_at=now).returning(users.c.id)
    ).scalar_one()
    return get(conn, int(user_id))


def get(conn: Connection, user_id: int) -> User:
    """A user by id. Raises `NotFound`."""
    row = conn.execute(sa.select(*_COLUMNS).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such user.")
    return of_row(row)


def find(conn: Connection, name: str) -> User | None:
    """A user by name, disabled ones included."""
    row = conn.execute(sa.select(*_COLUMNS).where(users.c.name == name)).one_or_none()
    return None if row is None else of_row(row)


def list_all(conn: Connection) -> list[User]:
    """Everybody, by name."""
    return [of_row(row) for row in conn.execute(sa.select(*_COLUMNS).order_by(users.c.name))]


def disable(conn: Connection, name: str, now: datetime) -> User:
    """Shut somebody out, now: sessions end and tokens are revoked. Raises `NotFound`."""
    user = find(conn, name)
    if user is None:
        raise NotFound(f"There is nobody called {name}.")
    conn.execute(users.update().where(users.c.id == user.id, users.c.disabled_at.is_(None)).values(disabled_at=now))
    conn.execute(sessions.delete().where(sessions.c.user_id == user.id))
    conn.execute(
        tokens.update().where(tokens.c.user_id == user.id, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    return get(conn, user.id)


def set_password(conn: Connection, user_id: int, password: str) -> None:
    """Set a new password; whoever was signed in with the old one is signed out. Raises `Invalid`."""
    conn.execute(
        users.update()
        .where(users.c.id == user_id)
        .values(password_hash=passwords.hashed(password), failed_sign_ins=0, locked_until=None)
    )
    conn.execute(sessions.delete().where(sessions.c.user_id == user_id))


def of_row(row: Any) -> User:
    """A user from a row that holds (at least) the columns of `User`."""
    return msgspec.convert({name: row._mapping[name] for name in User.__struct_fields__}, User, strict=False)
