"""The transcript of a case: every message once, in the order in which it was said, as far as the platforms tell."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import NotFound
from gateway.messages import Author, Channel, Delivery, Place, Said, Surface
from gateway.storage.rows import as_struct
from gateway.storage.tables import case_threads, cases, messages, threads, users

_STEP: Final = timedelta(milliseconds=1)
_ROOM: Final = timedelta(seconds=1)


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


class CaseThread(msgspec.Struct, frozen=True, kw_only=True):
    """A thread in which a case goes on."""

    id: int
    channel: Channel
    account: str
    surface: Surface
    native_id: str
    title: str
    target: str
    """What our next reply there is addressed to."""
    last_at: datetime


def thread_of(conn: Connection, channel: Channel, account: str, place: Place, at: datetime) -> int:
    """The thread of a place; a new one where nobody has spoken there yet."""
    found = conn.execute(
        sa.select(threads.c.id).where(
            threads.c.channel == channel, threads.c.account == account, threads.c.native_id == place.native_id
        )
    ).scalar_one_or_none()
    if found is not None:
        return int(found)
    return int(
        conn.execute(
            threads.insert()
            .values(
                channel=channel,
                account=account,
                surface=place.surface,
                native_id=place.native_id,
                title=place.title,
                created_at=at,
            )
            .returning(threads.c.id)
        ).scalar_one()
    )


def join_thread(conn: Connection, case_id: str, thread_id: int, target: str, at: datetime) -> None:
    """Note that the case goes on in this thread, and what the next reply there is addressed to."""
    changed = conn.execute(
        case_threads.update()
        .where(case_threads.c.case_id == case_id, case_threads.c.thread_id == thread_id)
        .values(target=sa.case((case_threads.c.last_at <= at, target), else_=case_threads.c.target), last_at=at)
    )
    if not changed.rowcount:
        conn.execute(case_threads.insert().values(case_id=case_id, thread_id=thread_id, target=target, last_at=at))


def append_said(conn: Connection, case_id: str, thread_id: int, said: Said, now: datetime) -> int:
    """Append what a customer said, before whatever customers said later in this case by the platforms' times."""
    later = conn.execute(
        sa.select(sa.func.min(messages.c.at)).where(
            messages.c.case_id == case_id,
            messages.c.author == Author.CUSTOMER,
            sa.or_(
                messages.c.said_at > said.at,
                sa.and_(messages.c.said_at == said.at, messages.c.said_order > said.order),
            ),
        )
    ).scalar_one_or_none()
    # The clock of a platform may run ahead of ours; a transcript that ends in the future would push our answers up.
    at = _at_the_end(conn, case_id, min(said.at, now)) if later is None else _just_before(conn, case_id, later, said.at)
    return _insert(
        conn,
        case_id=case_id,
        thread_id=thread_id,
        surface=said.place.surface,
        author=Author.CUSTOMER,
        text=said.text,
        attachments=[msgspec.to_builtins(item) for item in said.attachments],
        extras={"reply_to": said.reply_to, "choice": said.choice},
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
) -> int:
    """Append what we say (or note, with no thread and nothing to deliver)."""
    return _insert(
        conn,
        case_id=case_id,
        thread_id=thread_id,
        surface=surface,
        author=author,
        agent_id=agent_id,
        text=text,
        attachments=[],
        extras=extras or {},
        at=_at_the_end(conn, case_id, now),
        said_at=now,
        said_order=0,
        native_id=None,
        delivery=delivery,
    )


def set_understood(conn: Connection, message_id: int, understood: dict[str, object]) -> None:
    """Keep what the assistant understood of a message: intent ranking, entities, model."""
    conn.execute(messages.update().where(messages.c.id == message_id).values(understood=understood))


def set_delivery(conn: Connection, message_id: int, delivery: Delivery, native_id: str | None = None) -> None:
    """Keep what became of a message of ours."""
    values: dict[str, object] = {"delivery": delivery}
    if native_id is not None:
        values["native_id"] = native_id
    conn.execute(messages.update().where(messages.c.id == message_id).values(**values))


def page(
    conn: Connection, case_id: str, *, after: tuple[datetime, int] | None = None, limit: int = 100
) -> list[Message]:
    """A page of the transcript in its order; `after` is the (at, id) of the last one seen."""
    query = _shown().where(messages.c.case_id == case_id).order_by(messages.c.at, messages.c.id).limit(limit)
    if after is not None:
        query = query.where(sa.tuple_(messages.c.at, messages.c.id) > sa.tuple_(*_key(after)))
    return [_message(row) for row in conn.execute(query)]


def latest(conn: Connection, case_id: str, limit: int) -> list[Message]:
    """The last messages of a case, in their order."""
    query = _shown().where(messages.c.case_id == case_id).order_by(messages.c.at.desc(), messages.c.id.desc())
    return [_message(row) for row in conn.execute(query.limit(limit))][::-1]


def one(conn: Connection, case_id: str, message_id: int) -> Message | None:
    """One message of a case."""
    row = conn.execute(_shown().where(messages.c.case_id == case_id, messages.c.id == message_id)).one_or_none()
    return None if row is None else _message(row)


def reference(conn: Connection, case_id: str) -> dict[str, object]:
    """What identifies the whole transcript as it stands: first and last id, count, and a SHA-256 over all of it.

    Notes are left out: they are ours, not the story that is handed over.
    """
    digest = hashlib.sha256()
    ids: list[int] = []
    rows = conn.execute(
        sa.select(messages.c.id, messages.c.author, messages.c.surface, messages.c.text)
        .where(messages.c.case_id == case_id, messages.c.surface != Surface.NOTE)
        .order_by(messages.c.at, messages.c.id)
    )
    for row in rows:
        ids.append(row.id)
        digest.update(msgspec.json.encode([row.id, row.author, row.surface, row.text]))
    return {
        "first_id": ids[0] if ids else None,
        "last_id": ids[-1] if ids else None,
        "count": len(ids),
        "sha256": digest.hexdigest(),
    }


def threads_of(conn: Connection, case_id: str) -> list[CaseThread]:
    """The threads in which a case goes on, the latest first."""
    rows = conn.execute(
        sa.select(
            threads.c.id,
            threads.c.channel,
            threads.c.account,
            threads.c.surface,
            threads.c.native_id,
            threads.c.title,
            case_threads.c.target,
            case_threads.c.last_at,
        )
        .join(threads, threads.c.id == case_threads.c.thread_id)
        .where(case_threads.c.case_id == case_id)
        .order_by(case_threads.c.last_at.desc(), threads.c.id.desc())
    )
    return [as_struct(row, CaseThread) for row in rows]


def thread_in(conn: Connection, case_id: str, native_id: str, target: str) -> CaseThread:
    """One of a case's threads, to answer `target` there. Raises `NotFound`."""
    found = next((thread for thread in threads_of(conn, case_id) if thread.native_id == native_id), None)
    if found is None:
        raise NotFound("The case has no such thread.")
    return msgspec.structs.replace(found, target=target)


def private_thread_with(conn: Connection, customer_id: int, channel: Channel, account: str) -> int | None:
    """The private thread in which a customer last wrote to us on a channel, in whichever case."""
    found = conn.execute(
        sa.select(threads.c.id)
        .join(case_threads, case_threads.c.thread_id == threads.c.id)
        .join(cases, cases.c.id == case_threads.c.case_id)
        .where(
            cases.c.customer_id == customer_id,
            threads.c.channel == channel,
            threads.c.account == account,
            threads.c.surface == Surface.PRIVATE,
        )
        .order_by(case_threads.c.last_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if found is None else int(found)


def native_id_of(conn: Connection, thread_id: int) -> str:
    """The channel's own key of a thread."""
    return str(conn.execute(sa.select(threads.c.native_id).where(threads.c.id == thread_id)).scalar_one())


def forget(conn: Connection, message_id: int) -> None:
    """Take back a message that was not for us."""
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


def _key(after: tuple[datetime, int]) -> tuple[sa.ColumnElement[object], ...]:
    return (sa.literal(after[0], messages.c.at.type), sa.literal(after[1]))


def _message(row: Any) -> Message:
    return as_struct(row, Message, attachments=row.attachments or [], extras=row.extras or {})


def _at_the_end(conn: Connection, case_id: str, at: datetime) -> datetime:
    last = conn.execute(
        sa.select(messages.c.at)
        .where(messages.c.case_id == case_id)
        .order_by(messages.c.at.desc(), messages.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return at if last is None else max(at, last + _STEP)


def _just_before(conn: Connection, case_id: str, later: datetime, at: datetime) -> datetime:
    """A moment between a message and the one before it: `at` where it lies there, else so that more can still come."""
    earlier: datetime | None = conn.execute(
        sa.select(sa.func.max(messages.c.at)).where(messages.c.case_id == case_id, messages.c.at < later)
    ).scalar_one_or_none()
    if earlier is None:
        return min(at, later - _STEP)
    if earlier < at < later:
        return at
    if later - earlier < 2 * datetime.resolution:
        # Some twenty halvings later there is no moment left between them: what follows moves on.
        moved = sa.type_coerce(messages.c.at, sa.BigInteger()) + _ROOM // datetime.resolution
        conn.execute(messages.update().where(messages.c.case_id == case_id, messages.c.at >= later).values(at=moved))
        later += _ROOM
    return earlier + (later - earlier) / 2


def _insert(conn: Connection, **values: object) -> int:
    return int(conn.execute(messages.insert().values(**values).returning(messages.c.id)).scalar_one())
