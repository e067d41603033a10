"""The inbox: the durable table of what arrived. One row is both the mark that it came and the work that it asks for.

NEW --understood--> QUEUED --turn committed--> DONE
 |--not for us----> IGNORED (reason)   QUEUED --tried too often, or deadly--> PARKED (reason; the case goes to people)
 |--unreadable, or deadly--> SET_ASIDE (reason; `aside replay` makes it NEW again)
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.errors import StaleEpoch
from gateway.intake.line import Waiting
from gateway.messages import Channel, RawEvent, Said
from gateway.storage.settled import InboxStatus as InboxStatus
from gateway.storage.statements import Statement, given
from gateway.storage.tables import INBOX_NEW, INBOX_QUEUED, inbox

_FURTHEST: Final = timedelta(seconds=5)  # that an event is put off
TOGETHER: Final = 100  # events that are taken up at once


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event that waits to be understood."""

    id: int
    channel: Channel
    account: str
    event: RawEvent
    received_at: datetime
    attempts: int
    deaths: int
    supplied: bool = False
    """We have asked for it, rather than been told by a webhook: it may be old."""
    about: str | None = None
    """The message that it tells of and that had not come when it was looked at before."""


_ROWS: Final = (64, 16, 4, 1)
"""Rows in one statement. The driver lets other threads run around each statement: one for each row would be dear."""


def _recording(rows: int) -> Statement:
    fixed = {"status": f"'{InboxStatus.NEW}'", "reason": "''", "said_order": "0", "attempts": "0", "deaths": "0"}
    same: dict[str, sa.ColumnElement[Any]] = {name: sa.literal_column(value) for name, value in fixed.items()}
    same |= {name: given(inbox.c[name]) for name in ("channel", "account", "received_at", "supplied")}
    values = [
        same | {name: given(inbox.c[name], f"{name}_{row}") for name in ("native_id", "body")} for row in range(rows)
    ]
    return Statement(lambda insert: insert(inbox).values(values).on_conflict_do_nothing())


_RECORD: Final = {rows: _recording(rows) for rows in _ROWS}


def key_of(native_id: str) -> str:
    """A key as it is stored: PostgreSQL keeps no NUL in a text."""
    return native_id.replace("\0", "\ufffd")


def record(
    conn: Connection,
    channel: Channel,
    account: str,
    raw: Sequence[RawEvent],
    now: datetime,
    *,
    supplied: bool = False,
) -> int:
    """Record events, each once however often it is delivered. Returns how many were new.

    `supplied`: we have asked for them, and they may be old.
    """
    if conn.dialect.name == "postgresql":
        # Two gateways that record the same events, in one order, do not wait for each other in a circle.
        raw = sorted(raw, key=attrgetter("native_id"))
    new = at = 0
    for rows in _ROWS:
        while len(raw) - at >= rows:
            values: dict[str, object] = {
                "channel": channel.value,
                "account": account,
                "received_at": now,
                "supplied": supplied,
            }
            for row in range(rows):
                event = raw[at + row]
                values[f"native_id_{row}"] = key_of(event.native_id)
                values[f"body_{row}"] = event.payload
            new += _RECORD[rows].run(conn, **values)
            at += rows
    return new


_AT_ONCE: Final = 500  # keys in one query


def known(conn: Connection, channel: Channel, account: str, native_ids: Sequence[str]) -> set[str]:
    """Which of these events are recorded already, by their keys."""
    found: set[str] = set()
    for start in range(0, len(native_ids), _AT_ONCE):
        some = [key_of(native_id) for native_id in native_ids[start : start + _AT_ONCE]]
        rows = conn.execute(
            sa.select(inbox.c.native_id).where(
                inbox.c.channel == channel, inbox.c.account == account, inbox.c.native_id.in_(some)
            )
        )
        found.update(rows.scalars())
    return found


RECORDED: Final = sa.select(
    *inbox.c["id", "channel", "account", "native_id", "body", "received_at", "attempts", "deaths", "supplied", "about"]
)
_NEW_ONES: Final = Statement(
    RECORDED.where(
        INBOX_NEW,
        inbox.c.channel == given(inbox.c.channel),
        # Further off than anything is put off: the clock was put back since.
        sa.or_(
            inbox.c.due_at.is_(None),
            inbox.c.due_at <= given(inbox.c.due_at, "now"),
            inbox.c.due_at > given(inbox.c.due_at, "furthest"),
        ),
    )
    .order_by(inbox.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def new_ones(conn: Connection, channel: Channel, now: datetime, limit: int = TOGETHER) -> list[Recorded]:
    """A channel's events that nobody has looked at yet and that are due, in the order of their arrival."""
    rows = _NEW_ONES.all(conn, channel=channel.value, now=now, furthest=now + _FURTHEST, most=limit)
    return [recorded(row) for row in rows]


def recorded(row: Any) -> Recorded:
    """The event of a row of `RECORDED`."""
    return Recorded(
        id=row.id,
        channel=Channel(row.channel),
        account=row.account,
        event=RawEvent(native_id=row.native_id, payload=row.body),
        received_at=row.received_at,
        attempts=row.attempts,
        deaths=row.deaths,
        supplied=bool(row.supplied),
        about=row.about,
    )


_QUEUE_UP: Final = Statement(
    inbox.update()
    .where(inbox.c.id == given(inbox.c.id, "inbox_id"), INBOX_NEW)
    .values(
        status=InboxStatus.QUEUED.value,
        due_at=None,
        deaths=0,  # it was understood: whoever died meanwhile did so over something else
        case_id=given(inbox.c.case_id),
        message_id=given(inbox.c.message_id),
        said=given(inbox.c.said),
        said_at=given(inbox.c.said_at),
        said_order=given(inbox.c.said_order),
        reason=given(inbox.c.reason),
    )
)


def queue_up(conn: Connection, inbox_id: int, case_id: str, message_id: int, said: Said, reason: str = "") -> None:
    """Put an understood message into its case's line. `reason`: why it is not for the assistant."""
    _QUEUE_UP.run(
        conn,
        inbox_id=inbox_id,
        case_id=case_id,
        message_id=message_id,
        said=msgspec.to_builtins(said),
        said_at=said.at,
        said_order=said.order,
        reason=reason,
    )


_GIVE_STATUS: Final = (
    inbox.update()
    .where(inbox.c.id == given(inbox.c.id, "inbox_id"), sa.or_(INBOX_NEW, INBOX_QUEUED))
    .values(status=given(inbox.c.status), reason=given(inbox.c.reason))
)
_SETTLE: Final = Statement(_GIVE_STATUS)
_FINISH: Final = Statement(_GIVE_STATUS.values(body=b""))  # what else was said may be looked at once more
_OVER: Final = frozenset({InboxStatus.DONE, InboxStatus.PARKED})


def settle(conn: Connection, inbox_id: int, status: InboxStatus, reason: str = "") -> bool:
    """Give an event its last status. False if it had been settled before: somebody else did the work."""
    settle = _FINISH if status in _OVER else _SETTLE
    return settle.run(conn, inbox_id=inbox_id, status=status.value, reason=reason) == 1


_TAKE_TURN: Final = Statement(
    inbox.update()
    .where(inbox.c.id == given(inbox.c.id, "inbox_id"), INBOX_QUEUED)
    .values(status=InboxStatus.DONE.value, body=b"")
    .returning(inbox.c.said, inbox.c.reason)
)


def take_turn(conn: Connection, head: Waiting) -> bool:
    """Settle a message whose answer was decided by what `head` says. False as `settle`.

    Raises `StaleEpoch` where the customer says something else by now, or wants no automatic answers: decide anew.
    """
    row = _TAKE_TURN.one(conn, inbox_id=head.id)
    if row is None:
        return False
    if row.reason != head.reason or msgspec.convert(row.said, Said) != head.said:
        raise StaleEpoch
    return True


def not_for_us(conn: Connection, inbox_id: int) -> bool:
    """Settle an event that turned out not to be for us: nothing of it stays but the event itself. False as `settle`."""
    changed = conn.execute(
        inbox.update()
        .where(inbox.c.id == inbox_id, inbox.c.status == InboxStatus.QUEUED)
        .values(status=InboxStatus.IGNORED, reason="not_for_us", case_id=None, message_id=None, said=None)
    )
    return changed.rowcount == 1


def put_off(conn: Connection, inbox_id: int, now: datetime, until: datetime) -> None:
    """Note a failed try, and when to try again. What somebody else has settled meanwhile stays as it is."""
    conn.execute(
        inbox.update()
        .where(inbox.c.id == inbox_id, sa.or_(INBOX_NEW, INBOX_QUEUED))
        .values(
            attempts=inbox.c.attempts + 1,
            failing_since=sa.func.coalesce(inbox.c.failing_since, sa.literal(now, inbox.c.failing_since.type)),
            due_at=until,
        )
    )


def count_death(conn: Connection, inbox_id: int) -> None:
    """Note, before it is tried once more, that somebody may have died over this event."""
    conn.execute(inbox.update().where(inbox.c.id == inbox_id).values(deaths=inbox.c.deaths + 1))


def discount_death(conn: Connection, inbox_id: int, deaths: int) -> None:
    """Take the last count back: nobody died. What somebody else has counted meanwhile stays."""
    counted = sa.and_(inbox.c.id == inbox_id, inbox.c.deaths == deaths)
    conn.execute(inbox.update().where(counted).values(deaths=deaths - 1))


def wait(conn: Connection, inbox_id: int, until: datetime) -> None:
    """Look at an event again at `until`; no try has failed."""
    conn.execute(inbox.update().where(inbox.c.id == inbox_id).values(due_at=until))


_IS_NEW: Final = Statement(
    sa.select(inbox.c.id).where(inbox.c.id == given(inbox.c.id, "inbox_id"), INBOX_NEW).with_for_update(key_share=True)
)


def is_new(conn: Connection, inbox_id: int) -> bool:
    """Whether nobody has understood an event yet. It stays locked until the transaction ends."""
    return _IS_NEW.scalar(conn, inbox_id=inbox_id) is not None
