"""Prices: what X charges for what is said and heard, and what a case has cost so far.

Other channels charge nothing. What a case has cost is told from its messages, as an estimate: X's own bill counts what
it delivers twice, or asks for in vain, in its own way.
"""

import re
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import SettingsError
from gateway.messages import Author, Channel, Delivery, Surface
from gateway.storage import threads
from gateway.storage.tables import messages


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """US dollars each. X docs, getting-started/pricing, and changelog of 16 Apr 2026; as of Aug 2026."""

    reply: float = 0.01
    """A post that answers one which names the brand ("summoned"), with a link or without."""
    dm: float = 0.015
    """A direct message sent."""
    dm_received: float = 0.01
    mention: float = 0.001
    """A post that names the brand, read."""


_SETTING: Final = re.compile(r"(reply|dm|dm_received|mention)=([0-9]{1,4}(?:\.[0-9]{1,6})?)")


def prices(setting: str) -> Prices:
    """The prices, with the operator's in place of ours: `reply=0.01 dm=0.015`. Raises `SettingsError`."""
    given: dict[str, float] = {}
    for part in setting.split():
        found = _SETTING.fullmatch(part)
        if found is None:
            raise SettingsError(
                f"ASIDE_X_PRICES: {part!r} is not NAME=DOLLARS, with a NAME of reply, dm, dm_received and mention."
            )
        given[found[1]] = float(found[2])
    return Prices(**given)


def of_message(known: Prices, channel: Channel, surface: Surface) -> float:
    """What one message of ours costs."""
    if channel is not Channel.TWITTER:
        return 0.0
    return known.reply if surface is Surface.PUBLIC else known.dm


def of_case(conn: Connection, known: Prices, case_id: str) -> float:
    """What a case has cost on X so far, as its messages tell."""
    on_x = [thread.id for thread in threads.of_case(conn, case_id) if thread.channel is Channel.TWITTER]
    if not on_x:
        return 0.0  # what is said elsewhere is not even counted
    heard = messages.c.author == Author.CUSTOMER
    taken = messages.c.delivery.in_([Delivery.SENT, Delivery.UNCLEAR])
    rows = conn.execute(
        sa.select(messages.c.surface, heard.label("heard"), sa.func.count().label("number"))
        .where(messages.c.case_id == case_id, messages.c.thread_id.in_(on_x), sa.or_(heard, taken))
        .group_by(messages.c.surface, heard)
    )
    each = {
        (Surface.PUBLIC, True): known.mention,
        (Surface.PUBLIC, False): known.reply,
        (Surface.PRIVATE, True): known.dm_received,
        (Surface.PRIVATE, False): known.dm,
    }
    total: float = sum(each[Surface(row.surface), bool(row.heard)] * int(row.number) for row in rows)
    return round(total, 6)
