"""The pulse of a channel: in which slots of ten minutes anything came in, for three weeks.

arrivals, counted in memory --now and then--> slots -> gaps between them -> how long a silence is usual
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.storage.channel_tables import pulse
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given

KEPT: Final = timedelta(days=21)
_SLOT: Final = 600  # seconds


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """Ten minutes in which something came in."""

    count: int
    """0: only a mark that we began to listen again."""
    first_at: datetime
    last_at: datetime


def _adding(insert: Any) -> sa.Executable:
    new = insert(pulse).values({name: given(pulse.c[name]) for name in _COLUMNS})
    return new.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=[pulse.c.channel, pulse.c.account, pulse.c.slot],
        set_={"count": pulse.c["count"] + new.excluded["count"], "last_at": new.excluded.last_at},
    )


_COLUMNS: Final = ("channel", "account", "slot", "count", "first_at", "last_at")
_ADD: Final = Statement(_adding)


def add(conn: Connection, channel: Channel, account: str, slot: Slot) -> None:
    """Count what came in between `first_at` and `last_at`."""
    _ADD.run(conn, channel=channel, account=account, slot=_slot(slot.first_at), **msgspec.structs.asdict(slot))


_MARK: Final = Statement(
    lambda insert: insert(pulse).values({name: given(pulse.c[name]) for name in _COLUMNS}).on_conflict_do_nothing()
)


def mark(conn: Connection, channel: Channel, account: str, now: datetime) -> None:
    """We listen again after we had been away: the time before says nothing about the channel."""
    _MARK.run(conn, channel=channel, account=account, slot=_slot(now), count=0, first_at=now, last_at=now)


def _slot(at: datetime) -> datetime:
    return datetime.fromtimestamp(int(at.timestamp()) // _SLOT * _SLOT, UTC)


def slots(conn: Connection, channel: Channel, account: str, now: datetime) -> list[Slot]:
    """The slots of the last three weeks, oldest first."""
    mine = pulse.c.channel == channel, pulse.c.account == account
    query = sa.select(pulse).where(*mine, pulse.c.slot >= now - KEPT, pulse.c.slot <= now).order_by(pulse.c.slot)
    return [as_struct(row, Slot) for row in conn.execute(query)]


def last(conn: Connection) -> dict[Channel, datetime]:
    """When something last came in, by channel."""
    query = (
        sa.select(pulse.c.channel, sa.func.max(pulse.c.last_at)).where(pulse.c["count"] > 0).group_by(pulse.c.channel)
    )
    return {Channel(row[0]): row[1] for row in conn.execute(query)}


def trim(conn: Connection, now: datetime) -> None:
    """Forget what is older than three weeks."""
    conn.execute(pulse.delete().where(pulse.c.slot < now - KEPT))
