"""Prices: what X charges for what is said and heard, and what a case has cost so far.

Other channels charge nothing. What a case has cost is told from the tallies of its messages, as an estimate: X's own
bill counts what it delivers twice, or asks for in vain, in its own way.
"""

import re
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from gateway.errors import SettingsError
from gateway.messages import Channel, Surface
from gateway.storage import tallies


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
    """What a case has cost on X so far, as its tallies tell."""
    total = 0.0
    for tally in tallies.of_case(conn, case_id):
        public = tally.surface is Surface.PUBLIC
        total += tally.heard * (known.mention if public else known.dm_received)
        total += tally.said * (known.reply if public else known.dm)
    return round(total, 6)
