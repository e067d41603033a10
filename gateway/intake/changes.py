"""What an event does to another event of the inbox: it waits for the message that it tells of, and changes its turn.

told of a message that has not come -> waits, by the message's id -> settled with the message, however late that comes
edited before its turn -> answered as it reads now | removed before its turn -> DONE, not answered
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.intake import inbox, line
from gateway.intake.inbox import RECORDED, InboxStatus, Recorded, recorded
from gateway.messages import Attachment, Said
from gateway.storage.statements import Statement, given
from gateway.storage.tables import INBOX_EARLY, INBOX_QUEUED, INBOX_UNDERSTOOD
from gateway.storage.tables import inbox as table


def wait_for(conn: Connection, inbox_id: int, native_id: str, until: datetime) -> None:
    """Look at an event again at `until`, or as soon as the message comes that it tells of."""
    conn.execute(table.update().where(table.c.id == inbox_id).values(due_at=until, about=native_id))


_EARLY: Final = Statement(
    RECORDED.add_columns(table.c.status)
    .where(
        INBOX_EARLY,
        table.c.about == given(table.c.about),
        table.c.channel == given(table.c.channel),
        table.c.account == given(table.c.account),
    )
    .order_by(table.c.id)
)


_TAKEN: Final = (InboxStatus.QUEUED, InboxStatus.DONE, InboxStatus.PARKED)


class Early(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of a message before the message itself came."""

    changes: list[Recorded]
    """To be settled with the message; NEW again, whatever they were."""
    stands_already: bool
    """Whether one of them told all of the message, and was taken for it."""


def take_early(conn: Connection, come: Recorded, said: Said) -> Early:
    """What was told of a message before `come`, which tells all of it."""
    rows = _EARLY.all(conn, about=said.native_id, channel=said.channel.value, account=said.account)
    rows = [row for row in rows if row.id != come.id]
    early = [recorded(row) for row in rows if row.status in (InboxStatus.NEW, InboxStatus.IGNORED)]
    for one in early:
        again = {"status": InboxStatus.NEW, "reason": "", "about": None, "due_at": None}
        conn.execute(table.update().where(table.c.id == one.id).values(again))
    return Early(changes=early, stands_already=any(row.status in _TAKEN for row in rows))


def found(conn: Connection, come: Recorded) -> None:
    """The message that an event waited for is there."""
    if come.about is not None:
        conn.execute(table.update().where(table.c.id == come.id).values(about=None))


def reword(
    conn: Connection,
    case_id: str,
    message_id: int,
    text: str,
    attachments: Sequence[Attachment] | None,
    target: str,
    why_not: Callable[[Said], str],
) -> bool:
    """Have a message that waits for its turn be answered as it reads now. False where it does not wait.

    `target`: what its answer is addressed to from now on, where that is another one. `why_not`: why it is none for the
    assistant as it reads now, in one word; empty where it is one.
    """
    row = conn.execute(_in_line(case_id, message_id).with_for_update()).one_or_none()
    if row is None:
        return False
    said = msgspec.convert(row.said, Said)
    said = msgspec.structs.replace(
        said,
        text=text,
        attachments=said.attachments if attachments is None else tuple(attachments),
        target=target or said.target,
    )
    new = {"said": msgspec.to_builtins(said), "reason": why_not(said)}
    conn.execute(table.update().where(table.c.id == row.id).values(new))
    return True


def leave_to_people(conn: Connection, case_id: str, said: Said, reason: str) -> None:
    """Have what the sender of `said` has told us in a case, and waits for the assistant, wait for people instead."""
    for other in line.line_of(conn, case_id):
        told_us = not (other.reason or other.said.overheard)
        if told_us and (other.said.channel, other.said.sender.native_id) == (said.channel, said.sender.native_id):
            conn.execute(table.update().where(table.c.id == other.id, INBOX_QUEUED).values(reason=reason))


def drop(conn: Connection, case_id: str, message_id: int, reason: str) -> bool:
    """Have a message that waits for its turn not be answered at all. False where it does not wait."""
    row = conn.execute(_in_line(case_id, message_id).with_for_update()).one_or_none()
    if row is None:
        return False
    return inbox.settle(conn, row.id, InboxStatus.DONE, reason)


def forget_words(conn: Connection, message_id: int) -> None:
    """Let go of what the events of a message say, but for what waits for its turn; their keys and fates stay."""
    of_message = INBOX_UNDERSTOOD, table.c.message_id == message_id
    rows = conn.execute(sa.select(table.c.id, table.c.status, table.c.said).where(*of_message))
    for row in rows.all():
        said = row.said if row.status == InboxStatus.QUEUED else {**(row.said or {}), "text": "", "attachments": []}
        conn.execute(table.update().where(table.c.id == row.id).values(body=b"", said=said))


def forget_body(conn: Connection, inbox_id: int) -> None:
    """Let go of what an event says that has had its effect: its words stand with the message that it tells of."""
    conn.execute(table.update().where(table.c.id == inbox_id).values(body=b""))


def _in_line(case_id: str, message_id: int) -> sa.Select[tuple[int, dict[str, Any]]]:
    waiting = table.c.case_id == case_id, INBOX_QUEUED, table.c.message_id == message_id
    return sa.select(table.c.id, table.c.said).where(*waiting)
