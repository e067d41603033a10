"""Checks: how each channel is, as rows, so that every process and every page shows what is not well.

checks of an adapter, silence, what catch-up found --note--> rows; what turns ill, or well again, is told as an event
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.storage import events
from gateway.storage.channel_tables import checks
from gateway.storage.rows import as_struct

POLICY: Final = "policy"
"""The check that the platform itself reports: nobody can ask for it."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    well: bool | None
    """None where it could not be told."""
    words: str
    advice: str = ""


class Checked(Finding, frozen=True, kw_only=True):
    """The same, as it is kept."""

    channel: Channel
    account: str
    since: datetime
    """Since when it has been like this."""
    at: datetime
    """When it was last looked at."""


def all_of(conn: Connection) -> list[Checked]:
    """Everything that is known, by channel and name."""
    query = sa.select(checks).order_by(checks.c.channel, checks.c.account, checks.c.name)
    return [as_struct(row, Checked) for row in conn.execute(query)]


def ill(conn: Connection) -> list[Checked]:
    """What is not well, the oldest first."""
    query = sa.select(checks).where(checks.c.well.is_(False)).order_by(checks.c.since, checks.c.channel, checks.c.name)
    return [as_struct(row, Checked) for row in conn.execute(query)]


def of(conn: Connection, channel: Channel, account: str) -> dict[str, Checked]:
    """What is known of an account, by name."""
    query = sa.select(checks).where(*_is(channel, account)).order_by(checks.c.name)
    return {row.name: as_struct(row, Checked) for row in conn.execute(query)}


def note(conn: Connection, channel: Channel, account: str, findings: Sequence[Finding], now: datetime) -> list[Finding]:
    """Keep what was found; what turns ill, or well again, is told as an event. Returns what has turned."""
    known = of(conn, channel, account)
    turned = []
    for finding in findings:
        before = known.get(finding.name)
        values = msgspec.structs.asdict(finding) | {"at": now}
        if before is None:
            conn.execute(checks.insert().values(**values, channel=channel, account=account, since=now))
        else:
            if finding.well is not before.well:
                values["since"] = now
            conn.execute(checks.update().where(*_is(channel, account), checks.c.name == finding.name).values(**values))
        was_ill = before is not None and before.well is False
        if (finding.well is False) is not was_ill:
            _tell(conn, channel, finding, now)
            turned.append(finding)
    return turned


def drop(conn: Connection, channel: Channel, account: str, kept: Sequence[str]) -> None:
    """Forget what is not looked at any more: everything but `kept`."""
    conn.execute(checks.delete().where(*_is(channel, account), checks.c.name.not_in(kept)))


def drop_others(conn: Connection, accounts: Sequence[tuple[Channel, str]]) -> None:
    """Forget accounts that are not ours any more: a channel that is off is not ill."""
    for row in conn.execute(sa.select(checks.c.channel, checks.c.account).distinct()).all():
        if (Channel(row.channel), row.account) not in accounts:
            conn.execute(checks.delete().where(*_is(Channel(row.channel), row.account)))


def _tell(conn: Connection, channel: Channel, finding: Finding, now: datetime) -> None:
    events.append(
        conn,
        "channel.unwell" if finding.well is False else "channel.well",
        case_id=None,
        actor="system",
        epoch=0,
        at=now,
        why=finding.words,
        data={"channel": channel, "check": finding.name},
    )


def _is(channel: Channel, account: str) -> tuple[sa.ColumnElement[bool], ...]:
    return checks.c.channel == channel, checks.c.account == account
