"""What everybody at the desk should know: channels that fail, and channels on which more comes in than goes out."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from gateway.messages import Channel
from gateway.storage import checks, crises, outages
from gateway.storage.crises import Crisis
from gateway.storage.outages import Outage, OutageKind

_REMEMBERED: Final = timedelta(days=3)  # crises that are over, while cases of theirs are open


class TopicJson(msgspec.Struct, frozen=True, kw_only=True):
    """Cases that are about one thing."""

    topic: str
    """The topic that the assistant named; empty where it named none."""
    cases: int


class CrisisJson(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which more came in on a channel than it lets out: what would have come too late went to people."""

    id: int
    channel: Channel
    opened_at: datetime
    closed_at: datetime | None
    calm_since: datetime | None
    """Since when nothing has had to wait for long; it closes when that has been so for some minutes."""
    why: str
    """The limit that was too tight."""
    waiting: int
    """Messages of ours that waited on the channel when last looked."""
    minutes: int
    """After which the last of them would have gone out."""
    cases: int
    """Cases that people got because of it, and that are still open."""
    topics: list[TopicJson]
    """What these are about, the most frequent first."""


class FailingJson(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that fails. What is to be said there waits."""

    channel: Channel
    kind: OutageKind
    why: str
    since: datetime


class UnwellJson(msgspec.Struct, frozen=True, kw_only=True):
    """A channel with which something is the matter: its token, its webhook, a silence, events that went missing."""

    channel: Channel
    check: str
    """What was looked at: `token`, `webhook`, `arrivals` (a silence), `asking`, `catch-up` (something was missing)."""
    words: str
    advice: str
    """What to do about it."""
    since: datetime


class TroubleList(msgspec.Struct, frozen=True, kw_only=True):
    """All that is the matter with channels."""

    crises: list[CrisisJson]
    failing: list[FailingJson]
    unwell: list[UnwellJson]


def listed(conn: Connection, now: datetime) -> TroubleList:
    """What is the matter with channels now. Crises that are over stand last, for as long as their cases are open."""
    return TroubleList(
        crises=[_crisis(conn, crisis) for crisis in crises.shown(conn, now - _REMEMBERED)],
        failing=[failing(outage) for outage in outages.all_of(conn)],
        unwell=[
            UnwellJson(channel=one.channel, check=one.name, words=one.words, advice=one.advice, since=one.since)
            for one in checks.ill(conn)
        ],
    )


def failing(outage: Outage) -> FailingJson:
    """A channel that fails."""
    return FailingJson(channel=outage.channel, kind=outage.kind, why=outage.why, since=outage.since)


def _crisis(conn: Connection, crisis: Crisis) -> CrisisJson:
    topics = crises.topics(conn, crisis.id)
    return CrisisJson(
        id=crisis.id,
        channel=crisis.channel,
        opened_at=crisis.opened_at,
        closed_at=crisis.closed_at,
        calm_since=crisis.calm_since,
        why=crisis.why,
        waiting=crisis.waiting,
        minutes=crisis.minutes,
        cases=sum(topics.values()),
        topics=[TopicJson(topic=topic, cases=count) for topic, count in topics.items()],
    )
