"""What the desk's page of channels shows, read on one snapshot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from gateway.credentials import Account
from gateway.sending.limits import Table
from gateway.storage.settled import InboxStatus
from handoff import aside, channels
from handoff.aside import Period
from handoff.channels import ChannelJson

_EVENTS: Final = 20  # that were set aside, of one channel


def read(
    conn: Connection, accounts: Sequence[Account], table: Table, now: datetime, period: Period, *, mind: bool
) -> dict[str, object]:
    """The values for the templates. `mind`: for somebody who looks after channels, with what was set aside.

    `period`: of the way aside.
    """
    listed = channels.listed(conn, accounts, table, now).channels
    held = {
        one.channel: channels.events(conn, one.channel, InboxStatus.SET_ASIDE, None, _EVENTS).events
        for one in listed
        if mind and one.set_aside
    }
    return {
        "channels": listed,
        "held": held,
        "mind": mind,
        "states": {one.channel: _state(one) for one in listed},
        "funnels": {one.channel: one for one in aside.read(conn, period, now).channels},
        "stages": aside.STAGES,
        "period": period,
        "periods": list(Period),
    }


def _state(one: ChannelJson) -> str:
    """The worst that is to be said of a channel."""
    if not one.on:
        return "off"
    if one.failing is not None:
        return "failing"
    return "unwell" if any(check.well is False for check in one.checks) else "well"
