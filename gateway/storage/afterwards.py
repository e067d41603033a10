"""What became of a message after it was said: edited, removed, hidden, reacted to. All of it under its case's lock.

found by the platform's id -> case locked -> read again -> text, attachments and extras written
"""

from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Author, Channel, Surface
from gateway.storage import vault
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given
from gateway.storage.tables import messages, threads


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it stands."""

    id: int
    case_id: str
    thread_id: int
    place: str
    """`Place.native_id` of its thread."""
    surface: Surface
    author: Author
    native_id: str
    text: str
    attachments: list[dict[str, Any]]
    extras: dict[str, Any]


_COLUMNS: Final = (
    *messages.c["id", "case_id", "thread_id", "surface", "author", "native_id", "text", "attachments", "extras"],
    threads.c.native_id.label("place"),
)
_JOINED: Final = sa.select(*_COLUMNS).join_from(messages, threads, threads.c.id == messages.c.thread_id)
_BY_NATIVE_ID: Final = Statement(
    _JOINED.where(
        messages.c.native_id == given(messages.c.native_id, "said"),
        threads.c.channel == given(threads.c.channel),
        threads.c.account == given(threads.c.account),
    )
    .order_by(messages.c.id)
    .limit(1)
)
_BY_ID: Final = Statement(_JOINED.where(messages.c.id == given(messages.c.id, "message_id")))


def find(conn: Connection, channel: Channel, account: str, native_id: str) -> Standing | None:
    """The message of this id on a channel, whoever said it."""
    row = _BY_NATIVE_ID.one(conn, said=native_id, channel=channel.value, account=account)
    return None if row is None else _standing(row)


def get(conn: Connection, message_id: int) -> Standing | None:
    """A message that stands in a thread."""
    row = _BY_ID.one(conn, message_id=message_id)
    return None if row is None else _standing(row)


_WRITE: Final = Statement(
    messages.update()
    .where(messages.c.id == given(messages.c.id, "message_id"))
    .values(text=given(messages.c.text), attachments=given(messages.c.attachments), extras=given(messages.c.extras))
)


def write(
    conn: Connection,
    message: Standing,
    *,
    changed: vault.Kept | None = None,
    now: datetime | None = None,
    **extras: object,
) -> None:
    """Write what became of a message: what it says since `now` where given, and `extras` beside those it has.

    An extra of None is taken away. Whoever calls holds the case's lock and has read the message since.
    """
    known = {name: value for name, value in {**message.extras, **extras}.items() if value is not None}
    text, things = message.text, message.attachments
    if changed is not None:
        text, things = vault.masked(changed.text), vault.masked_things(changed.attachments)
        if now is not None and (text != changed.text or things != changed.attachments):
            vault.keep(conn, message.case_id, message.id, changed, now)
        else:
            vault.drop(conn, message.id)
    _WRITE.run(conn, message_id=message.id, text=text, attachments=things, extras=msgspec.to_builtins(known))


def as_said(conn: Connection, message: Standing) -> vault.Kept:
    """What a message says, as it was said."""
    return vault.get(conn, message.id) or vault.Kept(text=message.text, attachments=message.attachments)


def _standing(row: Any) -> Standing:
    return as_struct(row, Standing, attachments=row.attachments or [], extras=row.extras or {})
