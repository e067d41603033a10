"""The outbox: the durable table of what must be sent, filled in the transaction that decided it.

    NEW --claimed (committed before the request leaves)--> SENDING --taken--> SENT <--found--------|
     ^--not now (retry_after, back-off)--------------------|   |--refused--> FAILED                |
     |--by the bot, under an older epoch or too late--> WITHDRAWN  |--no answer--> LOOKING --not found--> UNCLEAR
                                                               (also what a crash left in SENDING)

LOOKING where the platform can be asked, else UNCLEAR at once. Rows of one thread go out in their order. A public text
enters as a `PublicText`, a value that only the wall makes, and is checked again when it is sent.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.lanes import Hold, Lane
from gateway.messages import Author, Button, Delivery, File, Outbound, Surface, WayIn
from gateway.privacy.wall import PublicText
from gateway.sending import split
from gateway.sending.limits import Outlet, rank_of
from gateway.storage import cases, events, lanes, tallies, threads, transcript, uploads
from gateway.storage.columns import spelt_out
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given, inserting
from gateway.storage.tables import OUTBOX_SENDING, OUTBOX_UNDECIDED, OUTBOX_UNSETTLED, outbox
from gateway.storage.tables import cases as cases_table

T = TypeVar("T")


class OutboxStatus(StrEnum):
    """Where a message of ours stands."""

    NEW = "new"
    SENDING = "sending"
    """The request may have left."""
    SENT = "sent"
    FAILED = "failed"
    LOOKING = "looking"
    """Of unknown outcome; the platform is being asked."""
    UNCLEAR = "unclear"
    """Of unknown outcome, and nobody left to ask; a person looks."""
    WITHDRAWN = "withdrawn"
    """Decided by the bot before the case changed hands, or would have come too late; never sent."""


DELIVERY_OF = {
    OutboxStatus.NEW: Delivery.QUEUED,
    OutboxStatus.SENDING: Delivery.QUEUED,
    OutboxStatus.SENT: Delivery.SENT,
    OutboxStatus.FAILED: Delivery.FAILED,
    OutboxStatus.LOOKING: Delivery.UNCLEAR,
    OutboxStatus.UNCLEAR: Delivery.UNCLEAR,
    OutboxStatus.WITHDRAWN: Delivery.WITHDRAWN,
}
"""What the transcript shows for each status."""

_AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)  # due whatever a host's clock says
_LONGEST_WAIT: Final = timedelta(hours=25)  # X's longest window, and a little: further off, and the clock was put back


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed row, ready to be sent."""

    id: int
    case_id: str
    message_id: int
    thread_key: str
    author: Author
    out: Outbound
    attempts: int
    tried_at: datetime | None
    """When the latest try to send it began."""
    looks: int
    """How often the platform has been asked what became of it."""
    created_at: datetime


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a drain of a thread does next."""

    parcel: Parcel
    look: bool
    """Ask the platform what became of it, rather than send it."""
    last: bool
    """Nothing else of this thread is waiting."""


def put_public(
    conn: Connection,
    case: Case,
    thread: threads.CaseThread,
    text: PublicText | Sequence[PublicText],
    *,
    author: Author,
    now: datetime,
    agent_id: int | None = None,
    way_in: WayIn | None = None,
    extras: dict[str, object] | None = None,
    waived: Collection[str] = (),
) -> int:
    """Say something in public, in one message or in several (`split.in_public`), the way in with the last of them.

    `waived`: what a supervisor lets pass when the wall looks again. Returns the first message's id. Raises `StaleEpoch`
    if `case` has changed hands.
    """
    pieces = [text] if isinstance(text, PublicText) else list(text)
    ids = [
        _put(
            conn, case, thread, str(piece), Surface.PUBLIC,
            author=author, now=now, agent_id=agent_id, way_in=way_in if last else None, extras=extras, waived=waived,
        )
        for piece, last in _with_last(pieces)
    ]  # fmt: skip
    return ids[0]


def put_private(
    conn: Connection,
    case: Case,
    thread: threads.CaseThread,
    text: str,
    *,
    author: Author,
    now: datetime,
    agent_id: int | None = None,
    buttons: tuple[Button, ...] = (),
    opens_private: bool = False,
    along: Sequence[File] = (),
    extras: dict[str, object] | None = None,
) -> int:
    """Say something in private, in as many messages as it needs, the buttons with the last; then each file of `along`.

    `opens_private`: `thread` is the public one that the first message is anchored on; that is one message, whatever its
    length. Returns the first message's id. Raises `StaleEpoch` if `case` has changed hands.
    """
    pieces = [text] if opens_private else split.in_private(text, thread.channel) if text or not along else []
    heard_at = None if opens_private else threads.heard_at(conn, case.id, thread.id)
    ids = [
        _put(
            conn, case, thread, piece, Surface.PRIVATE, author=author, now=now, agent_id=agent_id,
            buttons=buttons if last else (), opens_private=opens_private, heard_at=heard_at, extras=extras,
        )
        for piece, last in _with_last(pieces)
    ]  # fmt: skip
    for file in along:
        message_id = _put(
            conn, case, thread, "", Surface.PRIVATE,
            author=author, now=now, agent_id=agent_id, heard_at=heard_at, file=file,
        )  # fmt: skip
        uploads.attach(conn, file.id, message_id, thread.channel)
        ids.append(message_id)
    return ids[0]


def _with_last(pieces: Sequence[T]) -> list[tuple[T, bool]]:
    return [(piece, number == len(pieces)) for number, piece in enumerate(pieces, 1)]


_PUT: Final = Statement(
    inserting(
        outbox, "case_id", "message_id", "thread_key", "channel", "outlet", "rank", "author", "epoch", "payload",
        "created_at",
    ).values(status=OutboxStatus.NEW.value, due_at=_AT_ONCE, attempts=0, looks=0, error="", holder="")
)  # fmt: skip


def _put(
    conn: Connection,
    case: Case,
    thread: threads.CaseThread,
    text: str,
    surface: Surface,
    *,
    author: Author,
    now: datetime,
    agent_id: int | None = None,
    buttons: tuple[Button, ...] = (),
    way_in: WayIn | None = None,
    opens_private: bool = False,
    heard_at: datetime | None = None,
    file: File | None = None,
    extras: dict[str, object] | None = None,
    waived: Collection[str] = (),
) -> int:
    if surface is not thread.surface and not opens_private:
        raise ValueError("a message goes to a thread of its own surface")
    cases.speak(conn, case, now)
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
        attachments=[] if file is None else [_shown(file)],
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
        files=() if file is None else (file,),
        heard_at=heard_at,
        waived=tuple(sorted(waived)),
    )
    outlet = Outlet(channel=thread.channel, surface=thread.surface, account=thread.account)
    thread_key = f"{outlet}:{thread.native_id}"
    _PUT.run(
        conn,
        case_id=case.id,
        message_id=message_id,
        thread_key=thread_key,
        channel=thread.channel.value,
        outlet=str(outlet),
        rank=rank_of(author, leads_aside=opens_private or way_in is not None),
        author=author.value,
        epoch=case.epoch,
        payload=msgspec.to_builtins(out),
        created_at=now,
    )
    lanes.call(conn, Lane.thread(thread_key))
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


def _shown(file: File) -> dict[str, object]:
    """A file of ours as the transcript shows it: as an attachment like any other."""
    return {"kind": file.kind, "name": file.name, "mime": file.mime, "size": file.size}


def carry_over(conn: Connection, case_id: str, from_epoch: int, to_epoch: int) -> None:
    """What the bot decided under `from_epoch` still counts under `to_epoch`: it was the bot itself that let go."""
    conn.execute(
        outbox.update()
        .where(
            outbox.c.case_id == case_id,
            OUTBOX_UNDECIDED,
            outbox.c.author == Author.BOT,
            outbox.c.epoch == from_epoch,
            outbox.c.status == OutboxStatus.NEW,
        )
        .values(epoch=to_epoch)
    )


_THIS: Final = outbox.c.id == given(outbox.c.id, "row_id")
_HEAD: Final = Statement(
    sa.select(*outbox.c, cases_table.c.epoch.label("case_epoch"))
    .join_from(outbox, cases_table, cases_table.c.id == outbox.c.case_id)
    .where(outbox.c.thread_key == given(outbox.c.thread_key), OUTBOX_UNSETTLED)
    .order_by(outbox.c.status == OutboxStatus.LOOKING.value, outbox.c.id)
    .limit(2)
    .with_for_update(key_share=True)
)
_CLAIM: Final = Statement(
    outbox.update()
    .where(_THIS)
    .values(
        status=OutboxStatus.SENDING.value,
        holder=given(outbox.c.holder),
        attempts=outbox.c.attempts + 1,
        tried_at=given(outbox.c.tried_at, "now"),
    )
)
_CLAIM_LOOK: Final = Statement(
    outbox.update().where(_THIS).values(holder=given(outbox.c.holder), looks=outbox.c.looks + 1)
)


def claim_next(
    conn: Connection, hold: Hold, now: datetime, in_doubt: Callable[[Connection, Parcel], None]
) -> Claim | datetime | None:
    """Claim the head of a thread's line: what to do, or when to come back, or None where nothing waits.

    Rows that the bot decided before the case changed hands are withdrawn here, in the transaction that would send them;
    what somebody was sending who is gone is handed to `in_doubt`, which settles it. Raises `LaneLost`.
    """
    lanes.check(conn, hold)
    while True:
        head, more = _head(conn, hold.lane.key)
        if head is None:
            return None
        if head.status == OutboxStatus.SENDING:
            in_doubt(conn, _parcel(head))
            continue
        if head.status == OutboxStatus.NEW and head.author == Author.BOT and head.epoch != head.case_epoch:
            _settle(conn, _parcel(head), OutboxStatus.WITHDRAWN, now, error="case changed hands")
            continue
        clock_went_back = head.tried_at is not None and head.tried_at > now  # nobody waits for it to catch up
        if now < head.due_at < now + _LONGEST_WAIT and not clock_went_back:
            due: datetime = head.due_at
            return None if head.status == OutboxStatus.LOOKING else due
        look = head.status == OutboxStatus.LOOKING
        (_CLAIM_LOOK if look else _CLAIM).run(conn, row_id=head.id, holder=hold.holder, now=now)
        parcel = _parcel(head)
        parcel = msgspec.structs.replace(
            parcel,
            attempts=parcel.attempts + (not look),
            looks=parcel.looks + look,
            tried_at=parcel.tried_at if look else now,
        )
        return Claim(parcel=parcel, look=look, last=not more)


def _head(conn: Connection, thread_key: str) -> tuple[Any, bool]:
    """The first row that a thread's drain has to see to, what is to be sent before what is looked up; and whether it
    is not the only one. Its case is locked: nobody takes it between our look and our claim."""
    rows = _HEAD.all(conn, thread_key=thread_key)
    return (rows[0] if rows else None), len(rows) > 1


_SENDING: Final = Statement(sa.select(outbox.c.payload).where(OUTBOX_SENDING))
_UNDECIDED: Final = Statement(
    sa.select(outbox.c.payload).where(outbox.c.case_id == given(outbox.c.case_id), OUTBOX_UNDECIDED)
)


def opening_in_flight(conn: Connection) -> bool:
    """Whether a message that opens a private thread is on its way, so that it is not known yet whom it reaches."""
    return any(row.payload["opens_private"] for row in _SENDING.all(conn))


def may_be_opening(conn: Connection, case_id: str) -> bool:
    """Whether a message that opens a case's private thread is still to be sent, under way, or of unknown outcome."""
    return any(row.payload["opens_private"] for row in _UNDECIDED.all(conn, case_id=case_id))


def leads_aside(conn: Connection, case_id: str, code: str) -> bool:
    """Whether a word with the way in of this code is still to go out, or of unknown outcome."""
    found = (row.payload.get("way_in") for row in _UNDECIDED.all(conn, case_id=case_id))
    return any(way_in is not None and way_in["code"] == code for way_in in found)


def parcel_of(conn: Connection, message_id: int) -> Parcel | None:
    """The parcel of a message of ours, whatever became of it."""
    row = conn.execute(sa.select(outbox).where(outbox.c.message_id == message_id)).one_or_none()
    return None if row is None else _parcel(row)


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
) -> bool:
    """Keep what became of a parcel. False if more was known of it already: knowledge wins over doubt."""
    return _settle(conn, parcel, status, now, native_id=native_id, error=error)


def unsent(conn: Connection, case_id: str) -> list[int]:
    """What the bot has said in a case and nobody has begun to send, by row."""
    its_own = outbox.c.case_id == case_id, OUTBOX_UNDECIDED, outbox.c.author == Author.BOT
    waiting = sa.select(outbox.c.id).where(*its_own, outbox.c.status == OutboxStatus.NEW)
    return list(conn.execute(waiting.order_by(outbox.c.id)).scalars())


def withdraw(conn: Connection, row_id: int, now: datetime, why: str) -> Parcel | None:
    """Have a message that still waits not be sent at all. None where it does not wait any more."""
    row = conn.execute(sa.select(outbox).where(outbox.c.id == row_id).with_for_update()).one_or_none()
    if row is None or not _settle(conn, parcel := _parcel(row), OutboxStatus.WITHDRAWN, now, error=why):
        return None
    return parcel


def look_for(conn: Connection, parcel: Parcel, now: datetime, at: datetime, error: str) -> bool:
    """Have the platform asked at `at` what became of a parcel. False as `finish`."""
    if parcel.looks == 0 and not _settle(conn, parcel, OutboxStatus.LOOKING, now, error=error):
        return False
    looking = outbox.c.id == parcel.id, outbox.c.status == OutboxStatus.LOOKING
    return conn.execute(outbox.update().where(*looking).values(due_at=at, error=error)).rowcount == 1


def _parcel(row: Any) -> Parcel:
    return as_struct(row, Parcel, out=msgspec.convert(row.payload, Outbound))


_DOUBTFUL: Final = (OutboxStatus.NEW, OutboxStatus.SENDING, OutboxStatus.LOOKING)
_BEFORE: Final = {
    OutboxStatus.WITHDRAWN: (OutboxStatus.NEW,),
    OutboxStatus.LOOKING: (OutboxStatus.SENDING, OutboxStatus.LOOKING),
    OutboxStatus.UNCLEAR: _DOUBTFUL,
    OutboxStatus.FAILED: (*_DOUBTFUL, OutboxStatus.UNCLEAR),
    OutboxStatus.SENT: (*_DOUBTFUL, OutboxStatus.UNCLEAR),
}
"""From which states each may follow."""
_SETTLE: Final = {
    status: Statement(
        outbox.update()
        .where(_THIS, spelt_out(outbox.c.status, *before))
        .values(status=status.value, error=given(outbox.c.error))
    )
    for status, before in _BEFORE.items()
}


def _settle(
    conn: Connection,
    parcel: Parcel,
    status: OutboxStatus,
    now: datetime,
    *,
    native_id: str | None = None,
    error: str = "",
) -> bool:
    if not _SETTLE[status].run(conn, row_id=parcel.id, error=error):
        return False
    if DELIVERY_OF[status] in (Delivery.SENT, Delivery.UNCLEAR):
        tallies.say(conn, parcel.out.channel, parcel.case_id, parcel.message_id)
    transcript.set_delivery(conn, parcel.message_id, DELIVERY_OF[status], native_id)
    events.append(
        conn,
        "message.delivery",
        case_id=parcel.case_id,
        actor="system",
        epoch=0,
        at=now,
        why=error,
        data={"message_id": parcel.message_id, "delivery": DELIVERY_OF[status]},
    )
    return True
