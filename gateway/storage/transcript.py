"""The transcript of a case: every message once, in the order in which it was said, as far as the platforms tell.

A word stands in place of each piece of personal data (`gateway.storage.vault`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.happenings import SaidForUs
from gateway.messages import Author, Delivery, Said, Surface
from gateway.storage import files, order, tallies, vault
from gateway.storage.desk_tables import users
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given, inserting
from gateway.storage.tables import MESSAGE_FROM_CUSTOMER, messages, threads


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said in a case, as the desk and the API show it."""

    id: int
    case_id: str
    at: datetime
    author: Author
    agent: str
    surface: Surface
    channel: str
    thread: str
    text: str
    attachments: list[dict[str, object]]
    extras: dict[str, object]
    delivery: Delivery
    native_id: str
    understood: dict[str, object] | None


# A number may be spread over two messages.
_BEFORE: Final = Statement(
    sa.select(messages.c.text)
    .where(messages.c.case_id == given(messages.c.case_id), MESSAGE_FROM_CUSTOMER)
    .order_by(messages.c.id.desc())
    .limit(2)
)


def append_said(conn: Connection, case_id: str, thread_id: int, said: Said, now: datetime, **extras: object) -> int:
    """Append what a customer said, before whatever customers said later in this case by the platforms' times."""
    later = order.first_said_later(conn, case_id, said.at, said.order)
    # The clock of a platform may run ahead of ours; a transcript that ends in the future would push our answers up.
    at = (
        order.at_the_end(conn, case_id, min(said.at, now))
        if later is None
        else order.just_before(conn, case_id, later, said.at)
    )
    tallies.hear(conn, said.channel, case_id, thread_id)
    earlier = [row.text for row in _BEFORE.all(conn, case_id=case_id)][::-1] if vault.may_go_on(said.text) else []
    return _insert(
        conn,
        now,
        earlier,
        case_id=case_id,
        thread_id=thread_id,
        surface=said.place.surface,
        author=Author.CUSTOMER,
        text=said.text,
        attachments=[msgspec.to_builtins(item) for item in said.attachments],
        extras={
            "reply_to": said.reply_to,
            "choice": said.choice,
            **({"album": said.album} if said.album else {}),
            **extras,
        },
        at=at,
        said_at=said.at,
        said_order=said.order,
        native_id=said.native_id,
        delivery=Delivery.NONE,
    )


def append_ours(
    conn: Connection,
    case_id: str,
    *,
    thread_id: int | None,
    surface: Surface,
    author: Author,
    text: str,
    now: datetime,
    agent_id: int | None = None,
    delivery: Delivery = Delivery.QUEUED,
    extras: dict[str, object] | None = None,
    attachments: list[dict[str, object]] | None = None,
) -> int:
    """Append what we say (or note, with no thread and nothing to deliver)."""
    return _insert(
        conn,
        now,
        case_id=case_id,
        thread_id=thread_id,
        surface=surface,
        author=author,
        agent_id=agent_id,
        text=text,
        attachments=attachments or [],
        extras=extras or {},
        at=order.at_the_end(conn, case_id, now),
        said_at=now,
        said_order=0,
        native_id=None,
        delivery=delivery,
    )


def append_for_us(conn: Connection, case_id: str, thread_id: int, said: SaidForUs, now: datetime) -> int:
    """Append what somebody said in our name past us, where it was said by the platform's time."""
    at = min(said.at, now)
    later = conn.execute(
        sa.select(sa.func.min(messages.c.at)).where(messages.c.case_id == case_id, messages.c.at > at)
    ).scalar_one_or_none()
    return _insert(
        conn,
        now,
        case_id=case_id,
        thread_id=thread_id,
        surface=said.place.surface,
        author=Author.AGENT,
        text=said.text,
        attachments=[msgspec.to_builtins(item) for item in said.attachments],
        extras={"via": said.via or "another app", "reply_to": said.reply_to},
        at=order.at_the_end(conn, case_id, at) if later is None else order.just_before(conn, case_id, later, at),
        said_at=said.at,
        said_order=said.order,
        native_id=said.native_id,
        delivery=Delivery.SENT,
    )


_THIS: Final = messages.c.id == given(messages.c.id, "message_id")
_SET_UNDERSTOOD: Final = Statement(messages.update().where(_THIS).values(understood=given(messages.c.understood)))
_SET_DELIVERY: Final = Statement(
    messages.update()
    .where(_THIS)
    .values(
        delivery=given(messages.c.delivery),
        native_id=sa.func.coalesce(given(messages.c.native_id), messages.c.native_id),
    )
)


def set_understood(conn: Connection, message_id: int, understood: dict[str, object]) -> None:
    """Keep what the assistant understood of a message: intent ranking, entities, model."""
    _SET_UNDERSTOOD.run(conn, message_id=message_id, understood=understood)


def forget_entities(conn: Connection, message_id: int) -> list[str]:
    """Let go of what the assistant found in a message, which says otherwise now. Returns the values."""
    understood = conn.execute(sa.select(messages.c.understood).where(_THIS), {"message_id": message_id}).scalar_one()
    if not understood or not understood.get("entities"):
        return []
    set_understood(conn, message_id, {**understood, "entities": []})
    found = understood["entities"]
    return [str(one.get("value") or "") for one in found if isinstance(one, dict)]


def set_delivery(conn: Connection, message_id: int, delivery: Delivery, native_id: str | None = None) -> None:
    """Keep what became of a message of ours."""
    _SET_DELIVERY.run(conn, message_id=message_id, delivery=delivery.value, native_id=native_id)


def is_anothers(conn: Connection, message_id: int, thread_ids: Collection[int], native_id: str) -> bool:
    """Whether what has this native id in some threads is known as another message than this one."""
    others = sa.select(messages.c.id).where(
        messages.c.thread_id.in_(thread_ids), messages.c.native_id == native_id, messages.c.id != message_id
    )
    return conn.execute(others.limit(1)).first() is not None


def page(
    conn: Connection, case_id: str, *, after: tuple[datetime, int] | None = None, limit: int = 100
) -> list[Message]:
    """A page of the transcript in its order; `after` is the (at, id) of the last one seen."""
    query = _shown().where(messages.c.case_id == case_id).order_by(messages.c.at, messages.c.id).limit(limit)
    if after is not None:
        query = query.where(sa.tuple_(messages.c.at, messages.c.id) > _key(after))
    return [_message(row) for row in conn.execute(query)]


def latest(conn: Connection, case_id: str, limit: int, *, before: tuple[datetime, int] | None = None) -> list[Message]:
    """The last messages of a case, or the last before the message at `before`: (at, id). In their order."""
    query = _shown().where(messages.c.case_id == case_id).order_by(messages.c.at.desc(), messages.c.id.desc())
    if before is not None:
        query = query.where(sa.tuple_(messages.c.at, messages.c.id) < _key(before))
    return [_message(row) for row in conn.execute(query.limit(limit))][::-1]


def one(conn: Connection, case_id: str, message_id: int) -> Message | None:
    """One message of a case."""
    row = conn.execute(_shown().where(messages.c.case_id == case_id, messages.c.id == message_id)).one_or_none()
    return None if row is None else _message(row)


def forget(conn: Connection, message_id: int) -> None:
    """Take back a message that was not for us, and what came along with it."""
    files.forget(conn, message_id)
    vault.drop(conn, message_id)
    conn.execute(messages.delete().where(messages.c.id == message_id))


def is_empty(conn: Connection, case_id: str) -> bool:
    """Whether nothing has been said in a case."""
    return conn.execute(sa.select(messages.c.id).where(messages.c.case_id == case_id).limit(1)).one_or_none() is None


def rehome(conn: Connection, message_id: int, thread_id: int) -> None:
    """A message turned out to have opened a thread: it stands there."""
    conn.execute(messages.update().where(messages.c.id == message_id).values(thread_id=thread_id))


def _shown() -> sa.Select[Any]:
    return (
        sa.select(
            messages.c.id,
            messages.c.case_id,
            messages.c.at,
            messages.c.author,
            sa.func.coalesce(users.c.name, "").label("agent"),
            messages.c.surface,
            sa.func.coalesce(threads.c.channel, "").label("channel"),
            sa.func.coalesce(threads.c.native_id, "").label("thread"),
            messages.c.text,
            messages.c.attachments,
            messages.c.extras,
            messages.c.delivery,
            sa.func.coalesce(messages.c.native_id, "").label("native_id"),
            messages.c.understood,
        )
        .join_from(messages, threads, threads.c.id == messages.c.thread_id, isouter=True)
        .join(users, users.c.id == messages.c.agent_id, isouter=True)
    )


def _key(key: tuple[datetime, int]) -> sa.Tuple:
    return sa.tuple_(sa.literal(key[0], messages.c.at.type), sa.literal(key[1], sa.BigInteger()))


def _message(row: Any) -> Message:
    return as_struct(row, Message, attachments=row.attachments or [], extras=row.extras or {})


_INSERT: Final = Statement(
    inserting(
        messages,
        "case_id", "thread_id", "surface", "author", "agent_id", "text", "attachments", "extras", "at", "said_at",
        "said_order", "native_id", "delivery", "understood",
    ).returning(messages.c.id)
)  # fmt: skip


def _insert(
    conn: Connection,
    now: datetime,
    earlier: Sequence[str] = (),
    *,
    text: str,
    attachments: list[Any],
    **values: object,
) -> int:
    """Append a message as it may lie open; as it was said it lies in the vault, where the two differ."""
    shown, things = vault.masked(text, earlier), vault.masked_things(attachments)
    message_id = int(
        _INSERT.scalar(conn, **{"agent_id": None, "understood": None, **values, "text": shown, "attachments": things})
    )
    if shown != text or things != attachments:
        vault.keep(conn, str(values["case_id"]), message_id, vault.Kept(text=text, attachments=attachments), now)
    return message_id
