"""Acts: what is to be done about a customer's public message, each once: hide it, remove it.

PENDING --done, or the platform says it is so--> DONE
   |--put off: not now--|   |--refused, or tried too often--> FAILED --an agent asks again--> PENDING
   '--the customer has removed it--> DONE

What became of an act stands with its message (`extras["act"]`), where the desk shows it. Whoever takes one up puts its
due time off first: two workers do not do it at once, and what a dead one had in hand is taken up again. Doing it twice
does no harm.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import NotFound
from gateway.messages import Channel
from gateway.storage import afterwards, cases, events
from gateway.storage.channel_tables import ACT_PENDING, acts
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given

_IN_HAND: Final = timedelta(seconds=90)  # longer than one try takes


class ActStatus(StrEnum):
    """Where an act stands."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done."""

    id: int
    case_id: str
    message_id: int
    channel: Channel
    account: str
    kind: str
    """`hide` or `remove`."""
    target: str
    """The message's id on the channel."""
    actor: str
    attempts: int


_COLUMNS: Final = [acts.c[name] for name in Act.__struct_fields__]


def ask_for(
    conn: Connection, message: afterwards.Standing, channel: Channel, account: str, kind: str, actor: str, now: datetime
) -> bool:
    """Have something done about a message, under its case's lock. False where it is done, or under way, already."""
    mine = (
        acts.c.channel == channel,
        acts.c.account == account,
        acts.c.kind == kind,
        acts.c.target == message.native_id,
    )
    known = conn.execute(sa.select(acts.c.id, acts.c.status).where(*mine)).one_or_none()
    if known is not None and known.status != ActStatus.FAILED:
        return False
    fresh = {"actor": actor, "status": ActStatus.PENDING, "error": "", "attempts": 0, "due_at": now}
    if known is not None:
        conn.execute(acts.update().where(acts.c.id == known.id).values(fresh))
    else:
        conn.execute(
            acts.insert().values(
                case_id=message.case_id,
                message_id=message.id,
                channel=channel,
                account=account,
                kind=kind,
                target=message.native_id,
                created_at=now,
                **fresh,
            )
        )
    _tell(conn, message, kind, actor, ActStatus.PENDING, "", now)
    return True


_DUE: Final = Statement(sa.select(acts.c.id).where(ACT_PENDING, acts.c.due_at <= given(acts.c.due_at, "now")).limit(1))


def are_due(conn: Connection, now: datetime) -> bool:
    """Whether anything is due."""
    return _DUE.scalar(conn, now=now) is not None


def take_due(conn: Connection, now: datetime, limit: int) -> list[Act]:
    """Take up acts that are due, the longest due first. Nobody else gets them for a while."""
    query = sa.select(*_COLUMNS).where(ACT_PENDING, acts.c.due_at <= now).order_by(acts.c.due_at, acts.c.id)
    found = conn.execute(query.limit(limit).with_for_update(skip_locked=True)).all()
    taken = [as_struct(row, Act, attempts=row.attempts + 1) for row in found]
    if taken:
        again = {"due_at": now + _IN_HAND, "attempts": acts.c.attempts + 1}
        conn.execute(acts.update().where(acts.c.id.in_([act.id for act in taken])).values(again))
    return taken


def put_off(conn: Connection, act: Act, until: datetime, error: str) -> None:
    """It cannot be done now: try again at `until`."""
    conn.execute(acts.update().where(acts.c.id == act.id, ACT_PENDING).values(due_at=until, error=error))


def finish(conn: Connection, act: Act, status: ActStatus, now: datetime, why: str = "") -> None:
    """Keep what became of an act, and show it with its message."""
    _locked(conn, act.case_id)
    changed = acts.update().where(acts.c.id == act.id, ACT_PENDING).values(status=status, error=why)
    if conn.execute(changed).rowcount:
        message = afterwards.get(conn, act.message_id)
        if message is not None:
            _tell(conn, message, act.kind, act.actor, status, why, now)


def confirm(conn: Connection, message: afterwards.Standing, kind: str, now: datetime) -> str | None:
    """The platform shows that it is so: an act that asked for it is done. By whom it was asked for; None: by nobody.

    Under the case's lock.
    """
    mine = acts.c.message_id == message.id, acts.c.kind == kind
    row = conn.execute(sa.select(*_COLUMNS, acts.c.status).where(*mine)).one_or_none()
    if row is None:
        return None
    if row.status != ActStatus.DONE:
        done = {"status": ActStatus.DONE, "error": ""}
        conn.execute(acts.update().where(acts.c.id == row.id).values(done))
        _tell(conn, message, kind, row.actor, ActStatus.DONE, "", now)
    return str(row.actor)


def give_up(conn: Connection, message_id: int) -> None:
    """The message is gone: nothing is left to be done about it."""
    conn.execute(acts.update().where(acts.c.message_id == message_id, ACT_PENDING).values(status=ActStatus.DONE))


def _tell(
    conn: Connection, message: afterwards.Standing, kind: str, actor: str, status: ActStatus, why: str, now: datetime
) -> None:
    shown: dict[str, Any] = {"kind": kind, "status": status.value, "by": actor, "why": why, "at": now.isoformat()}
    standing = afterwards.get(conn, message.id) or message
    afterwards.write(conn, standing, act=shown)
    events.append(
        conn,
        "message.act",
        case_id=message.case_id,
        actor=actor,
        epoch=0,
        at=now,
        why=why,
        data={"message_id": message.id, "act": kind, "status": status.value},
    )


def _locked(conn: Connection, case_id: str) -> None:
    """Whoever writes what became of a message holds its case."""
    try:
        cases.get(conn, case_id, lock=True)
    except NotFound:
        return
