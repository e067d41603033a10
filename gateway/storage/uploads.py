"""Uploads: files that somebody at the desk means to send, until they go along with a message.

put here, nobody's yet --said--> a message's own (`attach`) | taken back (`discard`) | forgotten after a while (`prune`)
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import NotFound
from gateway.files import Recognised, tidy_name
from gateway.messages import Channel, File
from gateway.storage.channel_tables import files
from gateway.storage.files import FileStatus, new_id
from gateway.storage.rows import as_struct


def put(conn: Connection, user_id: int, known: Recognised, name: str, content: bytes, now: datetime) -> File:
    """Put here what somebody means to send."""
    file = File(
        id=new_id(now),
        kind=known.kind,
        name=tidy_name(name, known.mime),
        mime=known.mime,
        size=len(content),
    )
    conn.execute(
        files.insert().values(
            **msgspec.structs.asdict(file),
            user_id=user_id,
            status=FileStatus.KEPT.value,
            content=content,
            created_at=now,
        )
    )
    return file


def unsent(conn: Connection, user_id: int, ids: Sequence[str]) -> list[File]:
    """What somebody has put here and not sent yet, in this order. Raises `NotFound`."""
    rows = {
        row.id: row
        for row in conn.execute(
            sa.select(*files.c["id", "kind", "name", "mime", "size"])
            .where(files.c.id.in_(ids), files.c.user_id == user_id, files.c.message_id.is_(None))
            .with_for_update()
        )
    }
    if missing := [one for one in ids if one not in rows]:
        raise NotFound(f"There is no file {missing[0][:40]} of yours that waits to be sent.")
    return [as_struct(rows[one], File) for one in ids]


def unsent_bytes(conn: Connection, user_id: int) -> int:
    """Bytes of what somebody has put here and not sent yet."""
    mine = files.c.user_id == user_id, files.c.message_id.is_(None)
    return int(conn.execute(sa.select(sa.func.coalesce(sa.func.sum(files.c.size), 0)).where(*mine)).scalar_one())


def attach(conn: Connection, file_id: str, message_id: int, channel: Channel) -> None:
    """It goes along with this message."""
    conn.execute(files.update().where(files.c.id == file_id).values(message_id=message_id, channel=channel.value))


def discard(conn: Connection, file_id: str, user_id: int) -> bool:
    """Take back what somebody has put here and not sent. False where there is nothing such."""
    mine = files.c.id == file_id, files.c.user_id == user_id, files.c.message_id.is_(None)
    return conn.execute(files.delete().where(*mine)).rowcount == 1


def prune(conn: Connection, before: datetime) -> int:
    """Let go of what was put here before then and never sent."""
    old = files.c.message_id.is_(None), files.c.created_at < before
    return conn.execute(files.delete().where(*old)).rowcount
