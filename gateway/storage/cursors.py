"""Cursors: where we go on asking a platform, and which process keeps a channel at the moment.

take (nobody's, mine, or whose holder has not renewed it) -> renew, keep -> let go

Two who keep a channel at once, because their clocks differ, do no harm: what both bring is recorded once, and only the
holder's cursors are kept.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import LaneLost
from gateway.messages import Channel
from gateway.storage.channel_tables import cursors
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given

HELD: Final = timedelta(seconds=8)
"""For how long a channel is held unless its holder renews that."""
_CLOCKS_DIFFER: Final = timedelta(seconds=60)  # of two hosts; by more, and a clock was put back


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where we stand with one of our accounts."""

    values: dict[str, str]
    """As the channel's adapter gave them; empty before the first answer."""
    asked_at: datetime | None
    """When the platform last answered."""
    holder: str
    """Who keeps the channel; empty where nobody does."""
    held_until: datetime | None


def of(conn: Connection, channel: Channel, account: str) -> Place | None:
    """Where we stand with an account; None before anybody has kept it."""
    row = conn.execute(sa.select(cursors).where(*_is(channel, account))).one_or_none()
    return None if row is None else as_struct(row, Place)


def is_free(place: Place | None, mine: str, now: datetime) -> bool:
    """Whether `mine` may keep the channel. Who holds it for longer than anybody can has had the clock put back."""
    if place is None or place.holder in ("", mine) or place.held_until is None:
        return True
    return not now < place.held_until <= now + HELD + _CLOCKS_DIFFER


_BEGIN: Final = Statement(
    lambda insert: (
        insert(cursors)
        .values(channel=given(cursors.c.channel), account=given(cursors.c.account), values={}, holder="")
        .on_conflict_do_nothing()
    )
)


def take(conn: Connection, channel: Channel, account: str, mine: str, now: datetime, *, alone: bool) -> bool:
    """Keep a channel from now on. False where somebody else does; `alone`: nobody else can, whoever is noted."""
    query = sa.select(cursors).where(*_is(channel, account)).with_for_update()
    row = conn.execute(query).one_or_none()
    if row is None:
        _BEGIN.run(conn, channel=channel, account=account)
        row = conn.execute(query).one()
    if not alone and not is_free(as_struct(row, Place), mine, now):
        return False
    conn.execute(cursors.update().where(*_is(channel, account)).values(holder=mine, held_until=now + HELD))
    return True


def renew(conn: Connection, channel: Channel, account: str, mine: str, now: datetime) -> bool:
    """Hold a channel for longer. False where somebody else has taken it."""
    renewed = conn.execute(
        cursors.update().where(*_is(channel, account), cursors.c.holder == mine).values(held_until=now + HELD)
    )
    return renewed.rowcount == 1


def keep(conn: Connection, channel: Channel, account: str, mine: str, values: Mapping[str, str], now: datetime) -> None:
    """Go on from here next time; in the transaction that records the events. Raises `LaneLost` for who holds it not."""
    kept = conn.execute(
        cursors.update()
        .where(*_is(channel, account), cursors.c.holder == mine)
        .values({cursors.c["values"]: dict(values), cursors.c.asked_at: now})
    )
    if kept.rowcount != 1:
        raise LaneLost


def let_go(conn: Connection, channel: Channel, account: str, mine: str) -> None:
    """Keep a channel no longer, so that another process may at once."""
    conn.execute(
        cursors.update().where(*_is(channel, account), cursors.c.holder == mine).values(holder="", held_until=None)
    )


def forget(conn: Connection, channel: Channel, account: str) -> None:
    """Ask from now on as if it were the first time: what is old is left alone."""
    conn.execute(cursors.update().where(*_is(channel, account)).values({cursors.c["values"]: {}}))


def _is(channel: Channel, account: str) -> tuple[sa.ColumnElement[bool], ...]:
    return cursors.c.channel == channel, cursors.c.account == account
