"""The outbox: the durable table of what must be sent, filled in the transaction that decided it.

    NEW --claimed (committed before the request leaves)--> SENDING --taken--> SENT <--found--------|
     ^--not now (retry_after, back-off)--------------------|   |--refused--> FAILED                |
     |--by the bot, under an older epoch or too late--> WITHDRAWN  |--no answer--> LOOKING --not found--> UNCLEAR
                                                               (also what a crash left in SENDING)

LOOKING where the platform can be asked, else UNCLEAR at once. Rows of one thread go out in their order. A public text
enters as a `PublicText`, a value that only the wall makes, and is checked again when it is sent.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.lanes import Lane
from gateway.messages import Author, Button, Channel, File, Outbound, Surface, WayIn
from gateway.privacy.wall import PublicText
from gateway.sending import split
from gateway.sending.limits import Outlet, rank_of
from gateway.sending.parcels import OutboxStatus
from gateway.storage import cases, events, lanes, threads, transcript, uploads
from gateway.storage.statements import Statement, given, inserting
from gateway.storage.tables import OUTBOX_SENDING, OUTBOX_UNDECIDED, outbox

T = TypeVar("T")

_AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)  # due whatever a host's clock says


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


# A private word that opens a thread goes out from where its public one stands: only Facebook lets it.
_OPENING_FROM: Final = f"{Channel.FACEBOOK}:{Surface.PUBLIC}:"
_SENDING_FROM_PUBLIC: Final = Statement(
    sa.select(outbox.c.payload).where(
        OUTBOX_SENDING,
        outbox.c.channel == sa.literal(Channel.FACEBOOK.value),
        sa.or_(outbox.c.outlet == "", outbox.c.outlet.startswith(_OPENING_FROM)),
    )
)
_UNDECIDED: Final = Statement(
    sa.select(outbox.c.payload).where(outbox.c.case_id == given(outbox.c.case_id), OUTBOX_UNDECIDED)
)


def opening_in_flight(conn: Connection) -> bool:
    """Whether a message that opens a private thread is on its way, so that it is not known yet whom it reaches."""
    return any(row.payload["opens_private"] for row in _SENDING_FROM_PUBLIC.all(conn))


def may_be_opening(conn: Connection, case_id: str) -> bool:
    """Whether a message that opens a case's private thread is still to be sent, under way, or of unknown outcome."""
    return any(row.payload["opens_private"] for row in _UNDECIDED.all(conn, case_id=case_id))


def leads_aside(conn: Connection, case_id: str, code: str) -> bool:
    """Whether a word with the way in of this code is still to go out, or of unknown outcome."""
    found = (row.payload.get("way_in") for row in _UNDECIDED.all(conn, case_id=case_id))
    return any(way_in is not None and way_in["code"] == code for way_in in found)
