"""Threads: the places on the channels where people and we talk, and which case goes on in which of them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import CaseState
from gateway.errors import NotFound
from gateway.messages import Channel, Place, Surface
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given, inserting
from gateway.storage.tables import MESSAGE_FROM_CUSTOMER, case_threads, cases, messages, moves, threads

_LOOKED_AT: Final = 100  # cases of one customer


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
    seen_at: datetime | None = None
    """Up to when the customer has seen what we said there."""
    closed: str = ""
    """Why nothing can be said there any more, in one snake_case word (`blocked`); empty where it can."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A thread that has got another key."""

    thread_id: int
    case_ids: list[str]
    """The cases that go on in it."""


_OF_PLACE: Final = Statement(
    sa.select(threads.c.id, threads.c.closed).where(
        threads.c.channel == given(threads.c.channel),
        threads.c.account == given(threads.c.account),
        threads.c.native_id == given(threads.c.native_id),
    )
)
_ADD: Final = Statement(
    inserting(threads, "channel", "account", "surface", "native_id", "title", "created_at").returning(threads.c.id)
)


def at_places(conn: Connection, channel: Channel, account: str, native_ids: Collection[str]) -> list[int]:
    """The threads of some places, where anybody has spoken there yet."""
    found = [_OF_PLACE.scalar(conn, channel=channel.value, account=account, native_id=each) for each in native_ids]
    return [int(each) for each in found if each is not None]


def find(conn: Connection, channel: Channel, account: str, native_id: str) -> int | None:
    """The thread of a place, where anybody has spoken there yet."""
    found = _OF_PLACE.scalar(conn, channel=channel.value, account=account, native_id=native_id)
    return None if found is None else int(found)


def of_place(conn: Connection, channel: Channel, account: str, place: Place, at: datetime) -> int:
    """The thread of a place; a new one where nobody has spoken there yet. Where somebody speaks, it is not closed."""
    found = _OF_PLACE.one(conn, channel=channel.value, account=account, native_id=place.native_id)
    if found is not None:
        if found.closed:
            close(conn, found.id, "")
        return int(found.id)
    return int(
        _ADD.scalar(
            conn,
            channel=channel.value,
            account=account,
            surface=place.surface.value,
            native_id=place.native_id,
            title=place.title,
            created_at=at,
        )
    )


def close(conn: Connection, thread_id: int, why: str) -> bool:
    """Note why nothing can be said in a thread any more; empty: that it can. False where that is known."""
    changed = threads.update().where(threads.c.id == thread_id, threads.c.closed != why).values(closed=why)
    return conn.execute(changed).rowcount == 1


_SEEN: Final = Statement(
    threads.update()
    .where(
        threads.c.id == given(threads.c.id, "thread_id"),
        sa.or_(threads.c.seen_at.is_(None), threads.c.seen_at < given(threads.c.seen_at)),
    )
    .values(seen_at=given(threads.c.seen_at))
)


def seen(conn: Connection, thread_id: int, at: datetime) -> bool:
    """Note up to when the customer has seen what we said. False where more is known already."""
    return bool(_SEEN.run(conn, thread_id=thread_id, seen_at=at))


_CASES_IN: Final = Statement(
    sa.select(case_threads.c.case_id, cases.c.state)
    .join_from(case_threads, cases, cases.c.id == case_threads.c.case_id)
    .where(case_threads.c.thread_id == given(case_threads.c.thread_id))
    .order_by(case_threads.c.last_at.desc(), case_threads.c.case_id.desc())
    .limit(_LOOKED_AT)
)


def case_in(conn: Connection, thread_id: int) -> str | None:
    """The case that goes on in a thread: the latest that is not resolved, else the latest."""
    rows = _CASES_IN.all(conn, thread_id=thread_id)
    open_ones = [row.case_id for row in rows if row.state != CaseState.RESOLVED]
    return next(iter([*open_ones, *(row.case_id for row in rows)]), None)


def _joining(insert: Any) -> sa.Executable:
    names = ("case_id", "thread_id", "target", "last_at")
    new = insert(case_threads).values({name: given(case_threads.c[name]) for name in names})
    newer = case_threads.c.last_at <= new.excluded.last_at
    return new.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=[case_threads.c.case_id, case_threads.c.thread_id],
        set_={
            "target": sa.case((newer, new.excluded.target), else_=case_threads.c.target),
            "last_at": new.excluded.last_at,
        },
    )


_JOIN: Final = Statement(_joining)


def join(conn: Connection, case_id: str, thread_id: int, target: str, at: datetime) -> None:
    """Note that the case goes on in this thread, and what the next reply there is addressed to."""
    _JOIN.run(conn, case_id=case_id, thread_id=thread_id, target=target, last_at=at)


def readdress(conn: Connection, case_id: str, thread_id: int, native_id: str, target: str) -> None:
    """A message has another id since it was edited: what is to be addressed to it goes there."""
    here = case_threads.c.case_id == case_id, case_threads.c.thread_id == thread_id
    latest = (
        sa.select(messages.c.native_id)
        .where(messages.c.case_id == case_id, messages.c.thread_id == thread_id, MESSAGE_FROM_CUSTOMER)
        .order_by(messages.c.at.desc())
        .limit(1)
    )
    if conn.execute(latest).scalar_one_or_none() == native_id:
        conn.execute(case_threads.update().where(*here).values(target=target))


_OF_CASE: Final = Statement(
    sa.select(
        *threads.c["id", "channel", "account", "surface", "native_id", "title", "seen_at", "closed"],
        case_threads.c.target,
        case_threads.c.last_at,
    )
    .join_from(case_threads, threads, threads.c.id == case_threads.c.thread_id)
    .where(case_threads.c.case_id == given(case_threads.c.case_id))
    .order_by(case_threads.c.last_at.desc(), threads.c.id.desc())
)


def of_case(conn: Connection, case_id: str) -> list[CaseThread]:
    """The threads in which a case goes on, the latest first."""
    return [as_struct(row, CaseThread) for row in _OF_CASE.all(conn, case_id=case_id)]


def one_of(conn: Connection, case_id: str, native_id: str, target: str) -> CaseThread:
    """One of a case's threads, to answer `target` there. Raises `NotFound`."""
    found = next((thread for thread in of_case(conn, case_id) if thread.native_id == native_id), None)
    if found is None:
        raise NotFound("The case has no such thread.")
    return msgspec.structs.replace(found, target=target)


def private_with(conn: Connection, customer_id: int, channel: Channel, account: str) -> int | None:
    """The private thread in which a customer last wrote to us on a channel, in whichever of the latest cases."""
    latest = (
        sa.select(cases.c.id)
        .where(cases.c.customer_id == customer_id)
        .order_by(cases.c.last_message_at.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    found = conn.execute(
        sa.select(threads.c.id)
        .join(case_threads, case_threads.c.thread_id == threads.c.id)
        .join(latest, latest.c.id == case_threads.c.case_id)
        .where(
            # Not by its index: SQLite would begin with all threads of the channel.
            threads.c.channel.concat("") == channel,
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


def move(conn: Connection, channel: Channel, account: str, before: str, after: str) -> Moved | None:
    """A place has another key from now on. None where we do not know it by the old one.

    Where the new one is known already, what stands under the old joins it.
    """
    old = find(conn, channel, account, before)
    if old is None or before == after:
        return None
    new = find(conn, channel, account, after)
    if new is None:
        conn.execute(threads.update().where(threads.c.id == old).values(native_id=after))
    else:
        _merge(conn, old, new)
    thread_id = old if new is None else new
    rows = conn.execute(
        sa.select(case_threads.c.case_id, case_threads.c.target).where(case_threads.c.thread_id == thread_id)
    ).all()
    for row in rows:
        conn.execute(
            case_threads.update()
            .where(case_threads.c.case_id == row.case_id, case_threads.c.thread_id == thread_id)
            .values(target=readdressed(row.target, before, after))
        )
    open_moves = conn.execute(sa.select(moves.c.id, moves.c.target).where(moves.c.thread_id == thread_id)).all()
    for row in open_moves:
        target = readdressed(row.target, before, after)
        conn.execute(moves.update().where(moves.c.id == row.id).values(target=target))
    return Moved(thread_id=thread_id, case_ids=[row.case_id for row in rows])


def readdressed(target: str, before: str, after: str) -> str:
    """What a reply is addressed to, once its place has another key: there, and no message of the old place."""
    return after if target == before or target.startswith(f"{before}/") else target


def _merge(conn: Connection, old: int, new: int) -> None:
    both = sa.select(case_threads.c.case_id).where(case_threads.c.thread_id == new)
    mine = case_threads.c.thread_id == old
    conn.execute(case_threads.delete().where(mine, case_threads.c.case_id.in_(both)))
    for table in (case_threads, messages, moves):
        conn.execute(table.update().where(table.c.thread_id == old).values(thread_id=new))
    conn.execute(threads.delete().where(threads.c.id == old))


_HEARD_AT: Final = Statement(
    sa.select(messages.c.said_at)
    .where(
        messages.c.case_id == given(messages.c.case_id),
        MESSAGE_FROM_CUSTOMER,
        messages.c.thread_id == given(messages.c.thread_id),
    )
    .order_by(messages.c.said_at.desc(), messages.c.said_order.desc())
    .limit(1)
)


def heard_at(conn: Connection, case_id: str, thread_id: int) -> datetime | None:
    """When the customer last said something in a thread of a case, by the platform's time; None where they have not."""
    at: datetime | None = _HEARD_AT.scalar(conn, case_id=case_id, thread_id=thread_id)
    return at


def closed(conn: Connection, thread_id: int) -> str:
    """Why nothing can be said in a thread any more; empty where it can."""
    return str(conn.execute(sa.select(threads.c.closed).where(threads.c.id == thread_id)).scalar_one())
