"""The way aside, counted: how many public threads of each channel came how far.

threads in which customers first spoke within a period -> how many were seen, invited ... closed, or nobody came
"""

from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.public_thread import MoveState
from gateway.storage.columns import spelt_out
from gateway.storage.tables import moves, threads


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """How many public threads came how far."""

    seen: int = 0
    """In which a customer spoke to us."""
    acknowledged: int = 0
    """In which we said something."""
    invited: int = 0
    """In which a way into private was shown."""
    arrived: int = 0
    """Whose customer came."""
    resolved: int = 0
    """Whose matter was answered in private."""
    closed: int = 0
    """Of those that came, which are closed, with a word or without."""
    no_show: int = 0
    """Given up: their customer never came."""


# The version before noted no times: what it has left tells by its state how far it came.
_AWAITED: Final = spelt_out(moves.c.state, MoveState.INVITED, MoveState.REMINDED, MoveState.WATCHED)
_CAME: Final = spelt_out(moves.c.state, MoveState.ARRIVED, MoveState.PRIVATE_RESOLVED, MoveState.PUBLIC_CLOSED)
_NO_SHOW: Final = spelt_out(moves.c.state, MoveState.CLOSED_NO_SHOW)
_ARRIVED: Final = sa.or_(moves.c.arrived_at.is_not(None), _CAME)
_INVITED: Final = sa.or_(moves.c.invited_at.is_not(None), _AWAITED, _ARRIVED)
_STAGES: Final[dict[str, sa.ColumnElement[bool]]] = {
    "seen": sa.true(),
    "acknowledged": sa.or_(moves.c.acked_at.is_not(None), _INVITED),
    "invited": _INVITED,
    "arrived": _ARRIVED,
    "resolved": sa.or_(moves.c.resolved_at.is_not(None), spelt_out(moves.c.state, MoveState.PRIVATE_RESOLVED)),
    "closed": spelt_out(moves.c.state, MoveState.PUBLIC_CLOSED),
    "no_show": _NO_SHOW,
}


def of_channels(conn: Connection, since: datetime) -> dict[Channel, Funnel]:
    """The threads in which customers first spoke since a moment, by channel; a channel without any is left out."""
    counts = [sa.func.count(sa.case((stage, 1))).label(name) for name, stage in _STAGES.items()]
    rows = conn.execute(
        sa.select(threads.c.channel, *counts)
        .join_from(moves, threads, threads.c.id == moves.c.thread_id)
        .where(moves.c.created_at >= since)
        .group_by(threads.c.channel)
    )
    return {Channel(row.channel): Funnel(**{name: int(getattr(row, name)) for name in _STAGES}) for row in rows}
