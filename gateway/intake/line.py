"""The line of a case: its messages that wait for their turn, as they were said, and whether more may come before them.

inbox QUEUED -> in the order in which they were said -> the turn takes the head, once the line has come to rest
inbox NEW, of the same channel -> not understood yet: perhaps of this case, and said before its head
"""

from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel, Said
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given
from gateway.storage.tables import INBOX_NEW, INBOX_QUEUED, inbox

_LOOK_AHEAD: Final = 100  # messages of one line that are looked at to see whether it has come to rest


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's message that waits for its turn."""

    id: int
    message_id: int
    said: Said
    received_at: datetime
    attempts: int
    deaths: int
    failing_since: datetime | None
    due_at: datetime | None
    reason: str = ""
    """Why it is not for the assistant, in one word."""


_LINE: Final = Statement(
    sa.select(*(inbox.c[name] for name in Waiting.__struct_fields__))
    .where(inbox.c.case_id == given(inbox.c.case_id), INBOX_QUEUED)
    .order_by(inbox.c.said_at, inbox.c.said_order, inbox.c.id)
    .limit(_LOOK_AHEAD)
)


def line_of(conn: Connection, case_id: str) -> list[Waiting]:
    """The head of a case's line: waiting messages in the order in which they were said, as far as platforms tell."""
    return [as_struct(row, Waiting) for row in _LINE.all(conn, case_id=case_id)]


_NOT_READ: Final = Statement(
    sa.select(inbox.c.id)
    .where(
        INBOX_NEW,
        inbox.c.channel == given(inbox.c.channel),
        inbox.c.due_at.is_(None),
        inbox.c.received_at <= given(inbox.c.received_at, "until"),
    )
    .limit(1)
)


def may_grow(conn: Connection, channel: Channel, until: datetime) -> bool:
    """Whether something that a channel brought up to `until` has not been understood yet; not what was put off."""
    return _NOT_READ.one(conn, channel=channel.value, until=until) is not None
