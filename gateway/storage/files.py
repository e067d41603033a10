"""Files: what came along with messages, and what goes along with ours; the content lies here, beside the messages.

    a customer's:  expected WAITING --fetched--> KEPT | REFUSED, with the reason
    an agent's:    put here KEPT (`uploads`), nobody's yet --said--> KEPT, a message's own

Platforms' addresses expire within hours or days, so what came along is brought right after it arrived and stays as long
as its message does.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from ulid import ULID

from gateway.files import HAVE_CONTENT, Recognised, tidy_name
from gateway.messages import Attachment, Channel
from gateway.storage import events
from gateway.storage.channel_tables import FILE_WAITING, files
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given
from gateway.storage.tables import messages

_OVERHEARD: Final = timedelta(seconds=30)  # by then it is known whether it is our matter; if not, it is nobody's here


class FileStatus(StrEnum):
    """Where a file stands."""

    WAITING = "waiting"
    """To be fetched from the platform."""
    KEPT = "kept"
    """Here."""
    REFUSED = "refused"
    """Not to be had, or not taken."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A message's file, without its content."""

    id: str
    message_id: int
    position: int
    """Its place among the message's attachments."""
    status: FileStatus
    why: str
    """Why it is not here, in a sentence."""
    kind: str
    name: str
    mime: str
    size: int


class Awaited(msgspec.Struct, frozen=True, kw_only=True):
    """A file that somebody is about to fetch."""

    id: str
    message_id: int
    case_id: str
    channel: Channel
    source: Attachment
    attempts: int
    """Which try this is, from 1."""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is here."""

    case_id: str | None
    """None where nobody has sent it yet."""
    user_id: int | None
    name: str
    mime: str
    content: bytes


def expect(
    conn: Connection,
    message_id: int,
    channel: Channel,
    attachments: Sequence[Attachment],
    now: datetime,
    *,
    overheard: bool = False,
) -> None:
    """Have fetched what came along with a message, or comes along with it now that it was changed.

    What is there already stays; what the message has no longer is forgotten. What is only `overheard` is given time to
    turn out to be nobody's matter.
    """
    known = {
        (row.position, _key(row.source)): row.id
        for row in conn.execute(
            sa.select(files.c.id, files.c.position, files.c.source).where(
                files.c.message_id == message_id, files.c.user_id.is_(None)
            )
        )
    }
    for position, attachment in enumerate(attachments):
        source = msgspec.to_builtins(attachment)
        fetched = attachment.kind in HAVE_CONTENT and (attachment.url or attachment.native_id)
        if not fetched or known.pop((position, _key(source)), None) is not None:
            continue
        conn.execute(
            files.insert().values(
                id=new_id(now),
                message_id=message_id,
                position=position,
                channel=channel.value,
                source=source,
                status=FileStatus.WAITING.value,
                due_at=now + (_OVERHEARD if overheard else timedelta(0)),
                kind=attachment.kind,
                name=attachment.name,
                mime=attachment.mime,
                size=attachment.size,
                created_at=now,
            )
        )
    if known:
        conn.execute(files.delete().where(files.c.id.in_(known.values())))


def forget(conn: Connection, message_id: int) -> None:
    """Let go of a message's files, content and all: it was removed, or was not for us."""
    conn.execute(files.delete().where(files.c.message_id == message_id))


_DUE: Final = Statement(
    sa.select(*files.c["id", "message_id", "channel", "source", "attempts", "due_at"])
    .where(FILE_WAITING, files.c.due_at <= given(files.c.due_at, "now"))
    .order_by(files.c.due_at, files.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def due(conn: Connection, now: datetime) -> bool:
    """Whether anything waits to be fetched now."""
    return _DUE.one(conn, now=now, most=1) is not None


def claim(conn: Connection, channels: Collection[Channel], now: datetime, until: datetime, most: int) -> list[Awaited]:
    """Take files that are due, at the most so many. Nobody else gets them before `until`."""
    claimed = []
    for row in _DUE.all(conn, now=now, most=most):
        if row.channel not in set(channels):
            # The channel is off: not lost, and not in the way of the others.
            conn.execute(files.update().where(files.c.id == row.id).values(due_at=until))
            continue
        mine = files.c.id == row.id, files.c.due_at == row.due_at, FILE_WAITING
        taken = conn.execute(files.update().where(*mine).values(due_at=until, attempts=row.attempts + 1))
        if taken.rowcount == 1:
            case_id = conn.execute(sa.select(messages.c.case_id).where(messages.c.id == row.message_id)).scalar_one()
            source = msgspec.convert(row.source, Attachment)
            claimed.append(as_struct(row, Awaited, case_id=case_id, source=source, attempts=row.attempts + 1))
    return claimed


def keep(conn: Connection, awaited: Awaited, known: Recognised, name: str, content: bytes, now: datetime) -> None:
    """Keep what was fetched."""
    _settle(
        conn,
        awaited,
        now,
        status=FileStatus.KEPT.value,
        why="",
        kind=known.kind,
        mime=known.mime,
        name=tidy_name(name, known.mime) if name else "",
        size=len(content),
        content=content,
    )


def refuse(conn: Connection, awaited: Awaited, why: str, now: datetime) -> None:
    """It will not be had."""
    _settle(conn, awaited, now, status=FileStatus.REFUSED.value, why=why)


def put_off(conn: Connection, awaited: Awaited, until: datetime, why: str) -> None:
    """Try again at `until`."""
    conn.execute(files.update().where(files.c.id == awaited.id, FILE_WAITING).values(due_at=until, why=why))


def kept_of_case(conn: Connection, case_id: str) -> int:
    """Bytes that a case's files take up here."""
    total = conn.execute(
        sa.select(sa.func.coalesce(sa.func.sum(files.c.size), 0))
        .join_from(messages, files, files.c.message_id == messages.c.id)
        .where(messages.c.case_id == case_id, files.c.status == FileStatus.KEPT.value)
    ).scalar_one()
    return int(total)


def of_messages(conn: Connection, message_ids: Iterable[int]) -> dict[int, dict[int, Shown]]:
    """The files of some messages, by message and by their place among its attachments."""
    found: dict[int, dict[int, Shown]] = {}
    ids = list(message_ids)
    if ids:
        for row in conn.execute(sa.select(*_shown()).where(files.c.message_id.in_(ids))):
            found.setdefault(row.message_id, {})[row.position] = as_struct(row, Shown)
    return found


def content_of(conn: Connection, file_id: str) -> Content | None:
    """A file that is here; None where there is none such."""
    row = conn.execute(
        sa.select(*files.c["user_id", "name", "mime", "content"], messages.c.case_id)
        .join_from(files, messages, messages.c.id == files.c.message_id, isouter=True)
        .where(files.c.id == file_id, files.c.status == FileStatus.KEPT.value)
    ).one_or_none()
    return None if row is None else as_struct(row, Content, content=bytes(row.content))


def _shown() -> list[sa.Column[Any]]:
    return [files.c[name] for name in Shown.__struct_fields__]


def _settle(conn: Connection, awaited: Awaited, now: datetime, **values: object) -> None:
    waiting = files.c.id == awaited.id, FILE_WAITING
    if conn.execute(files.update().where(*waiting).values(due_at=None, **values)).rowcount != 1:
        return
    events.append(
        conn,
        "message.file",
        case_id=awaited.case_id,
        actor="system",
        epoch=0,
        at=now,
        data={"message_id": awaited.message_id, "file_id": awaited.id, "status": values["status"]},
    )


def _key(source: Any) -> tuple[object, ...]:
    """What makes two attachments the same one; an address may carry a new signature each time."""
    fields = source or {}
    return fields.get("kind"), fields.get("native_id") or str(fields.get("url", "")).partition("?")[0]


def new_id(now: datetime) -> str:
    """Of a file that is about to be here."""
    return str(ULID.from_datetime(now)).lower()
