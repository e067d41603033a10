"""Lanes: one line of work in which things happen one after another, and the port that has somebody see to it.

    whoever leaves work behind --call, in the same transaction--> carrier --> drain, one at a time per lane

A carrier keeps no truth: what waits is in the inbox and the outbox. A call may come twice, and a drain finds nothing.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec
from sqlalchemy.engine import Connection

from gateway.messages import Channel


class LaneKind(StrEnum):
    """What goes on in a lane."""

    ARRIVALS = "arrivals"
    """A channel's new events are understood; the key is the channel."""
    CASE = "case"
    """A case's turns are taken; the key is the case's id."""
    THREAD = "thread"
    """What a thread is told is sent; the key is the outbox's thread key, which begins with the channel."""


class Lane(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One line of work."""

    kind: LaneKind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"

    @classmethod
    def named(cls, name: str) -> "Lane":
        """The lane of such a name. Raises `ValueError` for what is none."""
        kind, _, key = name.partition("/")
        return cls(kind=LaneKind(kind), key=key)

    @classmethod
    def arrivals(cls, channel: Channel) -> "Lane":
        """Where a channel's events are understood."""
        return cls(kind=LaneKind.ARRIVALS, key=channel.value)

    @classmethod
    def case(cls, case_id: str) -> "Lane":
        """Where a case's turns are taken."""
        return cls(kind=LaneKind.CASE, key=case_id)

    @classmethod
    def thread(cls, thread_key: str) -> "Lane":
        """Where a thread's messages are sent."""
        return cls(kind=LaneKind.THREAD, key=thread_key)


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """The right to drain a lane, for as long as its holder lives."""

    lane: Lane
    holder: str
    """Unique to this drain. Rows that are being sent carry it, so that the next holder knows whose they were."""
    shared: bool = False
    """Whether other processes drain lanes as well, so that this one may be presumed dead and lose it."""
    goes_on: Callable[[], bool] = lambda: True
    """Whether to begin anything more: a drain whose job is gone brings to its end what it has begun, and gives back."""
    orphaned: bool = False
    """Whether whoever had the lane before may have died over it: what killed them may still stand first in it."""


def new_holder(job: int | None = None) -> str:
    """A name that no other holder has. It begins with the number of the job, where a job has the lane drained."""
    name = f"{random.getrandbits(80):020x}"
    return name if job is None else f"{job}:{name}"


Drain = Callable[[Hold], Awaitable[datetime | None]]
"""Works until nothing waits now. Returns when to come back, or None where nothing is left to wait for."""

Carry = Callable[[Connection, Lane], None]
"""Notes, in a transaction, that a lane is to be seen to once the transaction is committed."""


class Carrier(Protocol):
    """Has lanes drained: each by one holder at a time, and again when called meanwhile."""

    async def start(self, drains: Mapping[LaneKind, Drain]) -> None:
        """Begin to drain lanes. What an earlier run left is found by the tables' rows, not remembered here."""

    async def stop(self, grace: float) -> None:
        """Take up nothing more; give what is under way `grace` seconds to come to its end."""

    async def call(self, lane: Lane) -> None:
        """Have a lane seen to soon, outside of any transaction."""
