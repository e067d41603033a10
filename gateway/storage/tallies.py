"""Tallies: how many messages were heard and said in each thread of a case, where each of them is charged for.

append_said -> heard + 1    settled as sent, or as perhaps sent -> said + 1    a case's page -> a few rows

Elsewhere nothing is counted: it would cost a write for each message, and nobody asks.
"""

from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel, Delivery, Surface
from gateway.storage.columns import spelt_out
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given
from gateway.storage.tables import case_threads, messages, threads

CHARGED: Final = frozenset({Channel.TWITTER})
"""Channels on which messages are charged for."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What was said in one thread of a case."""

    surface: Surface
    heard: int
    """Messages of the customer."""
    said: int
    """Messages of ours that were taken, or may have been."""


_IN_CASE: Final = case_threads.c.case_id == given(case_threads.c.case_id)
_HEAR: Final = Statement(
    case_threads.update()
    .where(_IN_CASE, case_threads.c.thread_id == given(case_threads.c.thread_id))
    .values(heard=case_threads.c.heard + 1)
)
_SAY: Final = Statement(
    case_threads.update()
    .where(
        _IN_CASE,
        case_threads.c.thread_id
        == sa.select(messages.c.thread_id)
        .where(messages.c.id == given(messages.c.id, "message_id"), messages.c.delivery == Delivery.QUEUED.value)
        .scalar_subquery(),
    )
    .values(said=case_threads.c.said + 1)
)
_OF_CASE: Final = Statement(
    sa.select(threads.c.surface, case_threads.c.heard, case_threads.c.said)
    .join_from(case_threads, threads, threads.c.id == case_threads.c.thread_id)
    .where(_IN_CASE, spelt_out(threads.c.channel, *sorted(CHARGED)))
)


def hear(conn: Connection, channel: Channel, case_id: str, thread_id: int) -> None:
    """Count a customer's message."""
    if channel in CHARGED:
        _HEAR.run(conn, case_id=case_id, thread_id=thread_id)


def say(conn: Connection, channel: Channel, case_id: str, message_id: int) -> None:
    """Count a message of ours that the platform has taken, or may have; once, before that is written down."""
    if channel in CHARGED:
        _SAY.run(conn, case_id=case_id, message_id=message_id)


def of_case(conn: Connection, case_id: str) -> list[Tally]:
    """A case's tallies; none where nothing is charged for."""
    return [as_struct(row, Tally) for row in _OF_CASE.all(conn, case_id=case_id)]
