"""Repairs: what had to be fetched because no webhook brought it: an event, and a check that is ill for a day."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.storage import checks, events
from gateway.storage.checks import Finding
from gateway.storage.tables import EVENT_TOLD
from gateway.storage.tables import events as events_table

NAME: Final = "catch-up"
_REMEMBERED: Final = timedelta(hours=24)
_KIND: Final = "channel.repaired"
_WELL: Final = Finding(name=NAME, well=True, words="Nothing was missing when the platform was last asked.")


def note(conn: Connection, channel: Channel, account: str, count: int, oldest: datetime, now: datetime) -> None:
    """So many events, the oldest of them from `oldest`, were fetched that a webhook should have brought."""
    data = {"channel": channel, "count": count, "oldest": oldest.isoformat()}
    events.append(conn, _KIND, case_id=None, actor="system", epoch=0, at=now, data=data)
    total = lately(conn, now).get(channel, count)
    finding = Finding(
        name=NAME,
        well=False,
        words=f"No webhook brought {total} event{'' if total == 1 else 's'} of the last 24 hours; they were fetched.",
        advice="What was fetched is answered like everything else. If our own machine was not away meanwhile, the "
        f"platform does not deliver: `aside channels connect {channel}` sets the webhook up again.",
    )
    checks.note(conn, channel, account, [finding], now)


def none(conn: Connection, channel: Channel, account: str, now: datetime) -> None:
    """Nothing had to be fetched this time: all is well again after a day of that."""
    before = checks.of(conn, channel, account).get(NAME)
    if before is None or (before.well is not True and not now - _REMEMBERED < before.at <= now + _REMEMBERED):
        checks.note(conn, channel, account, [_WELL], now)


def lately(conn: Connection, now: datetime) -> dict[Channel, int]:
    """How much was fetched within the last day, by channel."""
    query = sa.select(events_table.c.data).where(
        events_table.c.case_id.is_(None),
        EVENT_TOLD,
        events_table.c.kind == _KIND,
        events_table.c.at > now - _REMEMBERED,
    )
    found: dict[Channel, int] = {}
    for data in conn.execute(query).scalars():
        channel = Channel(data["channel"])
        found[channel] = found.get(channel, 0) + int(data["count"])
    return found
