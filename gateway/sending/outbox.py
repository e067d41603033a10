"""The outbox: the durable table of what must be sent, filled in the transaction that decided it.

    NEW --claimed (committed before the request leaves)--> SENDING --taken--> SENT
     ^--not now (retry_after, back-off)--------------------|   |--refused--> FAILED
     |--decided by the bot under an older epoch--> WITHDRAWN   |--no answer--> UNCLEAR
                                                               (also what a crash left in SENDING)

Rows of one thread go out in their order. A public text enters as a `PublicText`, a value that only the wall makes, and
is checked again when it is sent.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.messages import Author, Button, Channel, Delivery, Outbound, Surface, WayIn
from gateway.privacy.wall import PublicText
from gateway.storage import cases, events, transcript
from gateway.storage.rows import as_struct
from gateway.storage.tables import cases as cases_table
from gateway.storage.tables import outbox


class OutboxStatus(StrEnum):
    """Where a message of ours stands."""

    NEW = "new"
    SENDING = "sending"
    """The request may have left."""
    SENT = "sent"
    FAILED = "failed"
    UNCLEAR = "unclear"
    WITHDRAWN = "withdrawn"
    """Decided by the bot before the case changed hands; never sent."""


DELIVERY_OF = {
    OutboxStatus.NEW: Delivery.QUEUED,
    OutboxStatus.SENDING: Delivery.QUEUED,
    OutboxStatus.SENT: Delivery.SENT,
    OutboxStatus.FAILED: Delivery.FAILED,
    OutboxStatus.UNCLEAR: Delivery.UNCLEAR,
    OutboxStatus.WITHDRAWN: Delivery.NONE,
}
"""What the transcript shows for each status."""


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed row, ready to be sent."""

    id: int
    case_id: str
    message_id: int
    thread_key: str
    author: Author
    out: Outbound
    attempts: int
    created_at: datetime


def put_public(
    conn: Connection,
    case: Case,
    thread: transcript.CaseThread,
    text: PublicText,
    *,
    author: Author,
    now: datetime,
    agent_id: int | None = None,
    way_in: WayIn | None = None,
    extras: dict[str, object] | None = None,
) -> int:
    """Say something in public. Returns the message's id. Raises `StaleEpoch` if `case` has changed hands."""
    return _put(
        conn, case, thread, str(text), Surface.PUBLIC,
        author=author, now=now, agent_id=agent_id, way_in=way_in, extras=extras,
    )  # fmt: skip


def put_private(
    conn: Connection,
    case: Case,
    thread: transcript.CaseThread,
    text: str,
    *,
    author: Author,
    now: datetime,
    agent_id: int | None = None,
    buttons: tuple[Button, ...] = (),
    opens_private: bool = False,
) -> int:
    """Say something in private. `opens_private`: `thread` is the public one that the first message is anchored on.

    Returns the message's id. Raises `StaleEpoch` if `case` has changed hands.
    """
    return _put(
        conn, case, thread, text, Surface.PRIVATE,
        author=author, now=now, agent_id=agent_id, buttons=buttons, opens_private=opens_private,
    )  # fmt: skip


def _put(
    conn: Connection,
    case: Case,
    thread: transcript.CaseThread,
    text: str,
    surface: Surface,
    *,
    author: Author,
    now: datetime,
    agent_id: int | None = None,
    buttons: tuple[Button, ...] = (),
    way_in: WayIn | None = None,
    opens_private: bool = False,
    extras: dict[str, object] | None = None,
) -> int:
    if surface is not thread.surface and not opens_private:
        raise ValueError("a message goes to a thread of its own surface")
    cases.fence(conn, case)
    shown = {"buttons": [button.title for button in buttons]} if buttons else {}
    if way_in is not None:
        shown["way_in"] = [way_in.label]
    message_id = transcript.append_ours(
        conn,
        case.id,
        thread_id=thread.id,
        surface=surface,
        author=author,
        agent_id=agent_id,
        text=text,
        now=now,
        extras={**shown, **(extras or {})},
    )
    out = Outbound(
        channel=thread.channel,
        surface=surface,
        place=thread.native_id,
        target=thread.target,
        text=text,
        author=author,
        buttons=buttons,
        way_in=way_in,
        opens_private=opens_private,
    )
    conn.execute(
        outbox.insert().values(
            case_id=case.id,
            message_id=message_id,
            thread_key=f"{thread.channel}:{thread.account}:{thread.native_id}",
            channel=thread.channel,
            author=author,
            epoch=case.epoch,
            payload=msgspec.to_builtins(out),
            status=OutboxStatus.NEW,
            due_at=now,
            created_at=now,
        )
    )
    cases.touch(conn, case.id, now)
    actor = author.value
    events.append(
        conn,
        "message.added",
        case_id=case.id,
        actor=actor,
        epoch=case.epoch,
        at=now,
        data={"message_id": message_id, "surface": surface},
    )
    return message_id


def carry_over(conn: Connection, case_id: str, from_epoch: int, to_epoch: int) -> None:
    """What the bot decided under `from_epoch` still counts under `to_epoch`: it was the bot itself that let go."""
    conn.execute(
        outbox.update()
        .where(
            outbox.c.case_id == case_id,
            outbox.c.author == Author.BOT,
            outbox.c.epoch == from_epoch,
            outbox.c.status == OutboxStatus.NEW,
        )
        .values(epoch=to_epoch)
    )


def threads_waiting(conn: Connection) -> list[tuple[str, Channel]]:
    """Threads that have something to send, by key."""
    rows = conn.execute(
        sa.select(outbox.c.thread_key, outbox.c.channel).where(outbox.c.status == OutboxStatus.NEW).distinct()
    )
    return [(row.thread_key, Channel(row.channel)) for row in rows]


def claim_next(conn: Connection, thread_key: str, now: datetime) -> Parcel | datetime | None:
    """Claim the head of a thread's line: a parcel to send, or when to come back, or None where nothing waits.

    Rows that the bot decided before the case changed hands are withdrawn here, in the transaction that would send them.
    """
    while True:
        row = conn.execute(
            sa.select(outbox, cases_table.c.epoch.label("case_epoch"))
            .join(cases_table, cases_table.c.id == outbox.c.case_id)
            .where(outbox.c.thread_key == thread_key, outbox.c.status.in_([OutboxStatus.NEW, OutboxStatus.SENDING]))
            .order_by(outbox.c.id)
            .limit(1)
        ).one_or_none()
        if row is None or row.status == OutboxStatus.SENDING:
            return None
        if row.author == Author.BOT and row.epoch != row.case_epoch:
            _set(conn, row.id, row.message_id, row.case_id, OutboxStatus.WITHDRAWN, now, error="case changed hands")
            continue
        if row.due_at > now:
            due: datetime = row.due_at
            return due
        conn.execute(
            outbox.update()
            .where(outbox.c.id == row.id)
            .values(status=OutboxStatus.SENDING, attempts=outbox.c.attempts + 1)
        )
        return _parcel(row, attempts=row.attempts + 1)


def opening_in_flight(conn: Connection) -> bool:
    """Whether a message that opens a private thread is on its way, so that it is not known yet whom it reaches."""
    return _opens_private(conn, outbox.c.status == OutboxStatus.SENDING)


def may_be_opening(conn: Connection, case_id: str) -> bool:
    """Whether a message that opens a case's private thread is still to be sent, under way, or of unknown outcome."""
    undecided = [OutboxStatus.NEW, OutboxStatus.SENDING, OutboxStatus.UNCLEAR]
    return _opens_private(conn, outbox.c.case_id == case_id, outbox.c.status.in_(undecided))


def _opens_private(conn: Connection, *which: sa.ColumnElement[bool]) -> bool:
    return any(
        payload["opens_private"] for payload in conn.execute(sa.select(outbox.c.payload).where(*which)).scalars()
    )


def put_back(conn: Connection, parcel: Parcel, until: datetime, error: str) -> None:
    """The platform could not take it: try again at `until`."""
    conn.execute(
        outbox.update()
        .where(outbox.c.id == parcel.id, outbox.c.status == OutboxStatus.SENDING)
        .values(status=OutboxStatus.NEW, due_at=until, error=error)
    )


def finish(
    conn: Connection,
    parcel: Parcel,
    status: OutboxStatus,
    now: datetime,
    *,
    native_id: str | None = None,
    error: str = "",
) -> None:
    """Keep what became of a parcel."""
    _set(conn, parcel.id, parcel.message_id, parcel.case_id, status, now, native_id=native_id, error=error)


def doubt_what_was_in_flight(conn: Connection, now: datetime) -> list[Parcel]:
    """What a crash left in SENDING may have happened: it becomes UNCLEAR. For the start of the only sender."""
    rows = conn.execute(sa.select(outbox).where(outbox.c.status == OutboxStatus.SENDING).order_by(outbox.c.id)).all()
    for row in rows:
        _set(conn, row.id, row.message_id, row.case_id, OutboxStatus.UNCLEAR, now, error="stopped while sending")
    return [_parcel(row, attempts=row.attempts) for row in rows]


def counts(conn: Connection) -> dict[tuple[str, str], int]:
    """How many messages of ours per (channel, status)."""
    rows = conn.execute(
        sa.select(outbox.c.channel, outbox.c.status, sa.func.count()).group_by(outbox.c.channel, outbox.c.status)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _parcel(row: Any, *, attempts: int) -> Parcel:
    return as_struct(row, Parcel, out=msgspec.convert(row.payload, Outbound), attempts=attempts)


def _set(
    conn: Connection,
    row_id: int,
    message_id: int,
    case_id: str,
    status: OutboxStatus,
    now: datetime,
    *,
    native_id: str | None = None,
    error: str = "",
) -> None:
    conn.execute(outbox.update().where(outbox.c.id == row_id).values(status=status, error=error))
    transcript.set_delivery(conn, message_id, DELIVERY_OF[status], native_id)
    events.append(
        conn,
        "message.delivery",
        case_id=case_id,
        actor="system",
        epoch=0,
        at=now,
        why=error,
        data={"message_id": message_id, "delivery": DELIVERY_OF[status]},
    )
