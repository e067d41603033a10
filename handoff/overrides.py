"""Overrides: what the wall refuses for its wording, a supervisor may say all the same, with a reason that is kept.

refusal -> nothing in it that shows or repeats somebody's data, the right, a reason -> the kinds that are waived
"""

import asyncio
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from gateway import metrics
from gateway.errors import WallRefusal
from gateway.messages import Author, Channel
from gateway.privacy.findings import WAIVABLE, WallFinding, WallKind
from gateway.privacy.wall import PublicText, Told, Wall
from gateway.sending import split
from gateway.storage import private_words
from handoff.bodies import WallBody
from handoff.errors import Invalid
from handoff.rights import Right, access_case, may, require
from handoff.tools import Tools
from handoff.users import User

_SHORTEST_REASON: Final = 5


class FindingList(msgspec.Struct, kw_only=True):
    """What the wall has against a text; empty where it may be said."""

    findings: list[WallFinding]
    overridable: bool = False
    """Whether you may say it all the same, with a reason (`override` of a message)."""


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A text that the wall let through, for one channel."""

    text: list[PublicText]
    """In the pieces in which it goes out."""
    channel: Channel
    waived: frozenset[WallKind] = frozenset()
    """What a supervisor let pass."""


def passed(wall: Wall, user: User, text: str, channel: Channel, told: Told, reason: str | None) -> Passed:
    """The text as it may be said in public. Raises `WallRefusal`; with a reason also `Forbidden` or `Invalid`."""
    try:
        return Passed(text=split.in_public(wall, text, channel, Author.AGENT, told), channel=channel)
    except WallRefusal as refusal:
        metrics.wall_refusals.labels(Author.AGENT).inc()
        if reason is None:
            raise
        require(user, Right.OVERRIDE_WALL)
        if len(reason.strip()) < _SHORTEST_REASON:
            raise Invalid("Say why it may be said all the same, in a few words.") from None
        kinds = frozenset(finding.kind for finding in refusal.findings)
        if not kinds <= WAIVABLE:
            raise
    pieces = split.in_public(wall, text, channel, Author.AGENT, told, waived=kinds)
    return Passed(text=pieces, channel=channel, waived=kinds)


async def ask(tools: Tools, user: User, body: WallBody) -> FindingList:
    """What the wall has against a text; with a case, in that case. Raises `Forbidden` or `NotFound`."""
    case_id, now = body.case, tools.clock()

    def read(conn: Connection) -> Told:
        return Told() if case_id is None else private_words.told(conn, access_case(conn, user, case_id).id, now)

    told = await tools.db.read(read)
    # Beside the loop: a long text takes a second, in which customers are to be heard.
    found = await asyncio.to_thread(split.findings, tools.wall, body.text, body.channel, Author.AGENT, told)
    may_pass = bool(found) and {finding.kind for finding in found} <= WAIVABLE and may(user, Right.OVERRIDE_WALL)
    return FindingList(findings=found, overridable=may_pass)
