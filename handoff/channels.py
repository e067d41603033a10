"""The channels, as the desk shows them: on or off, what comes in and goes out, what is not well, what was set aside.

settings + rows that the gateway keeps (checks, outages, crises, pulse, pace, inbox) -> one `ChannelJson` for each
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec
from sqlalchemy.engine import Connection

from gateway.credentials import Account
from gateway.errors import NotFound
from gateway.messages import Channel, Surface
from gateway.sending import pace
from gateway.sending.limits import Outlet, Rank, Table
from gateway.storage import checks, crises, cursors, outages, pulse, repairs, settled
from gateway.storage.checks import Checked
from gateway.storage.settled import InboxStatus, Settled
from handoff import cursor
from handoff.errors import Invalid
from handoff.outline import outline
from handoff.troubles import FailingJson, failing

_ORDER: Final = "events"
_OUTSIDE: Final = (Surface.PUBLIC, Surface.PRIVATE)


class CheckJson(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is looked at every few minutes."""

    name: str
    well: bool | None
    """None where it could not be told."""
    words: str
    advice: str
    since: datetime
    """Since when it has been like this."""
    at: datetime
    """When it was last looked at."""


class RoomJson(msgspec.Struct, frozen=True, kw_only=True):
    """What a limit of the platform leaves; those of single threads are not here."""

    surface: Surface | None
    """None: of both together."""
    count: int
    """Messages that may go out..."""
    seconds: int
    """...in so many seconds."""
    left: int
    """How many of them the assistant could say now."""
    kept: int
    """How many more are kept back for people."""


class ReasonJson(msgspec.Struct, frozen=True, kw_only=True):
    """Events of which the same was said."""

    reason: str
    events: int


class ChannelJson(msgspec.Struct, frozen=True, kw_only=True):
    """A channel."""

    channel: Channel
    on: bool
    lacking: list[str]
    """The settings without which it is off."""
    receives: Literal["webhook", "polling"]
    """How what happens there comes to us."""
    account: str
    """Our own account: X user id, Page id, bot id."""
    pretend: bool
    """It is not the platform itself, but the playground."""
    last_arrival_at: datetime | None
    """When something last came in by itself."""
    last_sent_at: datetime | None
    """When a message of ours was last let out."""
    asked_at: datetime | None
    """When the platform was last asked for what no webhook had brought."""
    failing: FailingJson | None
    """Nothing can be sent there."""
    crisis: int | None
    """The crisis that it is in (`GET /api/v1/crises`)."""
    repaired: int
    """Events of the last 24 hours that had to be fetched because no webhook brought them."""
    checks: list[CheckJson]
    room: list[RoomJson]
    set_aside: list[ReasonJson]
    """Events that were not understood, by reason."""
    ignored: list[ReasonJson]
    """Events that were not for us, by reason; of the latest 10,000 events of all channels."""


class ChannelList(msgspec.Struct, frozen=True, kw_only=True):
    """All channels."""

    channels: list[ChannelJson]


class HeldJson(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was set aside, or taken for not being for us."""

    id: int
    channel: Channel
    status: InboxStatus
    reason: str
    received_at: datetime
    size: int
    """Bytes of its body."""
    outline: str | None = None
    """Its shape, without what anybody said; only where one event is asked for."""


class HeldPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of events, the newest first. Of ignored ones it may be short, or empty, and have a `next` all the same."""

    events: list[HeldJson]
    next: str | None


class ReplayBody(msgspec.Struct, kw_only=True):
    """Have events understood once more: these, or those of a reason, or all that are set aside."""

    ids: list[int] | None = None
    reason: str | None = None
    ignored: bool = False
    """Those that were ignored, in place of those that were set aside; needs `ids` or a `reason`."""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """How many events will be looked at again."""

    events: int


def listed(conn: Connection, accounts: Sequence[Account], table: Table, now: datetime) -> ChannelList:
    """How all channels are."""
    counted = _Counted(
        arrivals=pulse.last(conn),
        set_aside=settled.set_aside(conn),
        ignored=settled.ignored(conn),
        repaired=repairs.lately(conn, now),
    )
    return ChannelList(channels=[_one(conn, account, counted, table, now) for account in accounts])


class _Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted for all channels at once."""

    arrivals: Mapping[Channel, datetime]
    set_aside: Mapping[Channel, Mapping[str, int]]
    ignored: Mapping[Channel, Mapping[str, int]]
    repaired: Mapping[Channel, int]


def _one(conn: Connection, account: Account, counted: _Counted, table: Table, now: datetime) -> ChannelJson:
    name = account.channel
    place = cursors.of(conn, name, account.native_id)
    outage = outages.of(conn, name, account.native_id)
    crisis = crises.ongoing(conn, name, account.native_id)
    outlets = [Outlet(channel=name, surface=surface, account=account.native_id) for surface in _OUTSIDE]
    return ChannelJson(
        channel=name,
        on=not account.lacking,
        lacking=account.lacking,
        receives=account.receives,
        account=account.native_id,
        pretend=account.pretend,
        last_arrival_at=counted.arrivals.get(name),
        last_sent_at=pace.last_used(conn, table, outlets),
        asked_at=None if place is None else place.asked_at,
        failing=None if outage is None else failing(outage),
        crisis=None if crisis is None else crisis.id,
        repaired=counted.repaired.get(name, 0),
        checks=[
            CheckJson(name=one.name, well=one.well, words=one.words, advice=one.advice, since=one.since, at=one.at)
            for one in sorted(checks.of(conn, name, account.native_id).values(), key=_worst_first)
        ],
        room=_room(conn, outlets, table, now),
        set_aside=_reasons(counted.set_aside.get(name, {})),
        ignored=_reasons(counted.ignored.get(name, {})),
    )


def _worst_first(check: Checked) -> tuple[int, str]:
    return {False: 0, None: 1, True: 2}[check.well], check.name


def _room(conn: Connection, outlets: Sequence[Outlet], table: Table, now: datetime) -> list[RoomJson]:
    found: dict[tuple[str, int], RoomJson] = {}
    for outlet in outlets:
        for room in pace.rooms(conn, table, outlet, now):
            limit = room.limit
            found[room.bucket, limit.seconds] = RoomJson(
                surface=outlet.surface if room.bucket == str(outlet) else None,
                count=limit.count,
                seconds=limit.seconds,
                left=room.free,
                kept=limit.count - limit.share(Rank.CHATTER),
            )
    return list(found.values())


def events(conn: Connection, channel: Channel, status: InboxStatus, after: str | None, limit: int) -> HeldPage:
    """A page of a channel's events that are set aside, or ignored. Raises `Invalid` for a cursor that is none."""
    before = None if after is None else int(cursor.decode(_ORDER, after, (int,))[0])
    found, following = settled.page(conn, channel, status, before, limit)
    return HeldPage(
        events=[_held(event) for event in found],
        next=None if following is None else cursor.encode(_ORDER, (following,)),
    )


def event(conn: Connection, channel: Channel, event_id: int) -> HeldJson:
    """One event, with its outline. Raises `NotFound`."""
    found = settled.one(conn, event_id)
    if found is None or found.channel is not channel:
        raise NotFound
    return msgspec.structs.replace(_held(found), outline=outline(found.body))


def replay(conn: Connection, channel: Channel, body: ReplayBody) -> Replayed:
    """Have events understood once more. Raises `Invalid` where that would be all that was ever ignored."""
    if body.ignored and body.ids is None and body.reason is None:
        raise Invalid("Of what was ignored, name `ids` or a `reason`.")
    status = InboxStatus.IGNORED if body.ignored else InboxStatus.SET_ASIDE
    return Replayed(events=settled.reopen(conn, status, channel, ids=body.ids, reason=body.reason))


def _held(event: Settled) -> HeldJson:
    return HeldJson(
        id=event.id,
        channel=event.channel,
        status=event.status,
        reason=event.reason,
        received_at=event.received_at,
        size=len(event.body),
    )


def _reasons(counted: Mapping[str, int]) -> list[ReasonJson]:
    return [ReasonJson(reason=reason, events=count) for reason, count in counted.items()]
