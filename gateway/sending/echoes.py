"""Echoes: what a platform shows us as said in our name may be a message of ours whose answer has not come, or got lost.

known by its id ---------------------------------------------> KNOWN
one with its words is being sent right now ------------------> MAYBE: come again
a message of ours in doubt has its words ---> kept as sent --> KNOWN
one is on its way there, and was not for long ---------------> MAYBE: come again
else --------------------------------------------------------> ANOTHERS: somebody spoke past us
"""

import re
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.happenings import SaidForUs
from gateway.messages import Channel, Outbound, Sent, Surface
from gateway.sending import arrived, outbox, parcels
from gateway.sending.parcels import OutboxStatus, Parcel
from gateway.storage import afterwards
from gateway.storage.tables import OUTBOX_UNDECIDED, case_threads
from gateway.storage.tables import outbox as table

# What platforms change in a text: links are shortened, names of who is answered are put before it or taken away.
_DECORATION: Final = re.compile(r"https?://\S+|(?<!\w)@\w+")
_SKEW: Final = timedelta(seconds=5)  # between a platform's clock and ours
_WORD: Final = re.compile(r"\w+")


class Whose(Enum):
    """Whose words they are."""

    KNOWN = "known"
    MAYBE = "maybe"
    ANOTHERS = "anothers"


def whose(
    conn: Connection,
    said: SaidForUs,
    case_id: str,
    thread_id: int | None,
    now: datetime,
    *,
    heard_at: datetime,
    patient: bool,
) -> Whose:
    """Whose words something is that was said in our name in a case, which is locked.

    `heard_at`: when the platform told us of it. `patient`: what is on its way may still get its answer.
    """
    if afterwards.find(conn, said.channel, said.account, said.native_id) is not None:
        return Whose.KNOWN
    waits = False
    likely: list[Parcel] = []
    for row in _undecided(conn, case_id, thread_id):
        parcel = parcels.of_row(row)
        if not _goes_there(parcel.out, said):
            continue
        before = parcel.tried_at is not None and parcel.tried_at <= heard_at
        if parcel.attempts > 0 and same_words(parcel.out.text, said.text):
            if patient and row.status == OutboxStatus.SENDING:
                return Whose.MAYBE  # its answer tells whether this is it, or an earlier message of the same words
            likely.append(parcel)
        elif patient and before and row.status in (OutboxStatus.SENDING, OutboxStatus.LOOKING):
            # Its answer tells its id: then we know, whatever the platform has made of the words. What we began to send
            # after we had heard of this is not this.
            waits = True
    if likely:
        # The same words may be said twice in one place: it is the one that we had tried last when they appeared there.
        tried = [parcel for parcel in likely if parcel.tried_at is not None and parcel.tried_at <= said.at + _SKEW]
        mine = max(tried, key=lambda parcel: parcel.tried_at or now) if tried else likely[0]
        arrived.keep(conn, mine, _as_sent(mine, said), said.account, now)
        return Whose.KNOWN
    return Whose.MAYBE if waits else Whose.ANOTHERS


def same_words(ours: str, shown: str) -> bool:
    """Whether a platform shows the words of a message of ours: all of them, perhaps with something added."""
    mine, there = _words(ours), _words(shown)
    return mine == there or (bool(mine) and f" {mine} " in f" {there} ")


def _words(text: str) -> str:
    return " ".join(_WORD.findall(_DECORATION.sub(" ", text).casefold()))


def _goes_there(out: Outbound, said: SaidForUs) -> bool:
    if out.channel is not said.channel:
        return False
    if out.opens_private:  # where that is, only its answer tells
        return said.place.surface is Surface.PRIVATE
    return out.place == said.place.native_id


def _as_sent(parcel: Parcel, said: SaidForUs) -> Sent:
    if parcel.out.opens_private and said.correspondent is not None:
        return Sent(native_id=said.native_id, opened=said.place, opened_by=said.correspondent)
    return Sent(native_id=said.native_id)


def _undecided(conn: Connection, case_id: str, thread_id: int | None) -> list[sa.Row[tuple[object, ...]]]:
    """Messages of ours of unknown outcome, of the case and of others that go on in the same thread, oldest first."""
    here = table.c.case_id == case_id
    if thread_id is not None:
        others = sa.select(case_threads.c.case_id).where(case_threads.c.thread_id == thread_id)
        here = sa.or_(here, table.c.case_id.in_(others))
    return list(conn.execute(sa.select(table).where(OUTBOX_UNDECIDED, here).order_by(table.c.id)))


def opening(conn: Connection, channel: Channel, surface: Surface) -> bool:
    """Whether a message that opens a private thread is on its way, so that it may be what is shown to us."""
    return channel is Channel.FACEBOOK and surface is Surface.PRIVATE and outbox.opening_in_flight(conn)
