"""Outages: channels that fail for everybody, as rows, so that every process and every page shows them."""

from datetime import datetime
from enum import StrEnum

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.storage import events
from gateway.storage.rows import as_struct
from gateway.storage.traffic_tables import outages


class OutageKind(StrEnum):
    """What is the matter with a channel."""

    UNREACHABLE = "unreachable"
    """The platform cannot be reached, fails or does not answer."""
    LOCKED_OUT = "locked_out"
    """The platform does not let us in: the operator must renew the token, or pay."""


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that fails. What is to be said there waits in the outbox."""

    channel: Channel
    account: str
    kind: OutageKind
    why: str
    since: datetime


def of(conn: Connection, channel: Channel, account: str) -> Outage | None:
    """The outage of an account, if it has one."""
    row = conn.execute(sa.select(outages).where(*_is(channel, account))).one_or_none()
    return None if row is None else as_struct(row, Outage)


def all_of(conn: Connection) -> list[Outage]:
    """All outages there are."""
    return [as_struct(row, Outage) for row in conn.execute(sa.select(outages).order_by(outages.c.since))]


def note(conn: Connection, channel: Channel, account: str, outage: Outage | None, now: datetime) -> None:
    """Note how an account is now; None: it works. Whether it fails or works again is told as an event, once each."""
    known = of(conn, channel, account)
    if outage is None:
        conn.execute(outages.delete().where(*_is(channel, account)))
    elif known is None:
        conn.execute(outages.insert().values(**msgspec.structs.asdict(outage)))
    else:
        conn.execute(outages.update().where(*_is(channel, account)).values(kind=outage.kind, why=outage.why))
    if (known is None) is (outage is None):
        return
    events.append(
        conn,
        "channel.recovered" if outage is None else "channel.failing",
        case_id=None,
        actor="system",
        epoch=0,
        at=now,
        why="" if outage is None else outage.why,
        data={"channel": channel, "kind": "" if outage is None else outage.kind},
    )


def _is(channel: Channel, account: str) -> tuple[sa.ColumnElement[bool], ...]:
    return outages.c.channel == channel, outages.c.account == account
