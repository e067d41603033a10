"""Limits: what an agent can still say in each place of a case, as the API tells it.

`gateway.sending.planner` -> plan -> JSON
"""

from datetime import datetime

import msgspec

from gateway.files import Takes
from gateway.messages import Channel, Surface
from gateway.sending.planner import Plan


class LimitJson(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent of a case can still say in one place."""

    channel: Channel
    thread: str
    """The thread's id; the public one that a first private message answers, where there is no private one yet."""
    surface: Surface
    can_send: bool
    why: str
    """Why not; or what to mind."""
    until: datetime | None
    """When this ends; None where it does not by time."""
    left: int | None
    """Messages that the platform lets out now, with what is kept back for people; None where it has no such limit."""
    window_seconds: int | None
    """The time in which that many go out."""
    cost_usd: float
    """Of one message."""
    takes: Takes | None
    """What can be sent along; None where nothing can."""


def of_plan(plan: Plan) -> LimitJson:
    """What a plan says of its place."""
    way = plan.way
    return LimitJson(
        channel=way.thread.channel,
        thread=way.thread.native_id,
        surface=way.surface,
        can_send=way.window.can_send,
        why=way.window.why,
        until=way.window.until,
        left=plan.left,
        window_seconds=plan.window_seconds,
        cost_usd=plan.cost_usd,
        takes=plan.takes,
    )
