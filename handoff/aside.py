"""The way aside, as the desk shows it: for each channel, of how many public threads the customers came into private.

period -> counted on one snapshot (`gateway.storage.funnel`) -> one `FunnelJson` for each channel
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.storage import funnel
from gateway.storage.funnel import Funnel
from handoff import bodies
from handoff.auth import caller_of
from handoff.rights import Right, require
from handoff.tools import Tools


class Period(StrEnum):
    """How far back."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


LENGTHS: Final = {Period.DAY: timedelta(days=1), Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30)}
STAGES: Final = tuple(Funnel.__struct_fields__)


class FunnelJson(msgspec.Struct, frozen=True, kw_only=True):
    """How many public threads of a channel came how far."""

    channel: Channel
    seen: int
    acknowledged: int
    invited: int
    arrived: int
    resolved: int
    closed: int
    no_show: int


class FunnelList(msgspec.Struct, frozen=True, kw_only=True):
    """All channels, of the public threads in which customers first spoke since a moment."""

    period: Period
    since: datetime
    channels: list[FunnelJson]


def add_to(api: Blueprint, tools: Tools) -> None:
    """Give the API its route."""

    async def counted(request: Request) -> HTTPResponse:
        require(caller_of(request).user, Right.SEE_CASES)
        period = bodies.choice_of(request, "period", Period) or Period.WEEK
        now = tools.clock()
        found = await tools.db.read(lambda conn: read(conn, period, now))
        return HTTPResponse(msgspec.json.encode(found), content_type="application/json")

    api.add_route(counted, "/aside", methods=["GET"], name="aside")


def read(conn: Connection, period: Period, now: datetime) -> FunnelList:
    """The funnel of each channel."""
    since = now - LENGTHS[period]
    found = funnel.of_channels(conn, since)
    channels = [
        FunnelJson(channel=channel, **msgspec.structs.asdict(found.get(channel, Funnel()))) for channel in Channel
    ]
    return FunnelList(period=period, since=since, channels=channels)
