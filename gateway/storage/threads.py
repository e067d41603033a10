"""Threads: the places on the channels where people and we talk, and which case goes on in which of them."""

from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import NotFound
from gateway.messages import Channel, Place, Surface
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given, inserting
from gateway.storage.tables import case_threads, cases, threads

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


_OF_PLACE: Final = Statement(
    sa.select(threads.c.id).where(
        threads.c.channel == given(threads.c.channel),
        threads.c.account == given(threads.c.account),
        threads.c.native_id == given(threads.c.native_id),
    )
)
_ADD: Final = Statement(
    inserting(threads, "channel", "account", "surface", "native_id", "title", "created_at").returning(threads.c.id)
)


def of_place(conn: Connection, channel: Channel, account: str, place: Place, at: datetime) -> int:
    """The thread of a place; a new one where nobody has spoken there yet."""
    found = _OF_PLACE.scalar(conn, channel=channel.value, account=account, native_id=place.native_id)
    if found is None:
        found = _ADD.scalar(
            conn,
            channel=channel.value,
            account=account,
            surface=place.surface.value,
            native_id=place.native_id,
            title=place.title,
            created_at=at,
        )
    return int(found)


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


_OF_CASE: Final = Statement(
    sa.select(
        *threads.c["id", "channel", "account", "surface", "native_id", "title"],
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
