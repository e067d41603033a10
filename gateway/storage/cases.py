"""Cases in the store: found, opened, and moved from state to state, each move under the epoch it was decided with."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from ulid import ULID

from gateway.cases import Case, CaseState, owner_of
from gateway.errors import NotFound, StaleEpoch, WrongState
from gateway.storage import events
from gateway.storage.rows import as_struct
from gateway.storage.statements import Statement, given, inserting
from gateway.storage.tables import CASE_WITH_PEOPLE, case_threads, cases
from gateway.storage.tables import events as events_table

_MATTER_LASTS: Final = timedelta(hours=72)  # after so long a silence the next message is another matter

_COLUMNS: Final = [
    cases.c[name]
    for name in (
        "id", "customer_id", "state", "agent_id", "epoch", "reason", "topic", "severity", "due_at", "opened_at",
        "last_message_at", "queued_at", "dialogue", "crisis_id",
    )
]  # fmt: skip


_GET: Final = Statement(sa.select(*_COLUMNS).where(cases.c.id == given(cases.c.id, "case_id")))
_GET_LOCKED: Final = Statement(
    sa.select(*_COLUMNS).where(cases.c.id == given(cases.c.id, "case_id")).with_for_update(key_share=True)
)


def get(conn: Connection, case_id: str, *, lock: bool = False) -> Case:
    """A case; with `lock`, nobody else acts on it until the transaction ends; a snapshot locks nothing.

    Raises `NotFound`.
    """
    lock = lock and not conn.get_execution_options().get("postgresql_readonly", False)
    row = (_GET_LOCKED if lock else _GET).one(conn, case_id=case_id)
    if row is None:
        raise NotFound("There is no such case.")
    return as_struct(row, Case)


def _latest(which: sa.ColumnElement[bool]) -> Statement:
    of_customer = sa.select(*_COLUMNS).where(cases.c.customer_id == given(cases.c.customer_id), which)
    latest = of_customer.order_by(cases.c.last_message_at.desc(), cases.c.id).limit(1)
    return Statement(latest.with_for_update(key_share=True))


_LATEST_WITH_PEOPLE: Final = _latest(CASE_WITH_PEOPLE)
_LATEST_RECENT: Final = _latest(cases.c.last_message_at > given(cases.c.last_message_at, "since"))


def current_of(conn: Connection, customer_id: int, now: datetime) -> Case | None:
    """The case that a customer's next message belongs to: the latest that people own, else the latest recent one.

    The case stays locked until the transaction ends: what is appended to it stands in one order.
    """
    row = _LATEST_WITH_PEOPLE.one(conn, customer_id=customer_id)
    if row is None:
        row = _LATEST_RECENT.one(conn, customer_id=customer_id, since=now - _MATTER_LASTS)
    return None if row is None else as_struct(row, Case)


_LATEST_EVER: Final = _latest(sa.true())


def latest_of(conn: Connection, customer_id: int) -> Case | None:
    """The case in which a customer last spoke, however long ago; locked as `current_of` locks."""
    row = _LATEST_EVER.one(conn, customer_id=customer_id)
    return None if row is None else as_struct(row, Case)


_OPEN: Final = Statement(
    inserting(cases, "id", "customer_id", "opened_at", "last_message_at").values(
        state=CaseState.BOT.value, epoch=1, reason="", topic="", severity=0
    )
)


def open_case(conn: Connection, customer_id: int, now: datetime) -> Case:
    """Open a new case, owned by the bot."""
    case_id = str(ULID.from_datetime(now)).lower()
    _OPEN.run(conn, id=case_id, customer_id=customer_id, opened_at=now, last_message_at=now)
    events.append(conn, "case.opened", case_id=case_id, actor="customer", epoch=1, at=now)
    return get(conn, case_id)


_TOUCH: Final = Statement(
    cases.update()
    .where(cases.c.id == given(cases.c.id, "case_id"))
    .values(last_message_at=given(cases.c.last_message_at, "at"))
)


def touch(conn: Connection, case_id: str, at: datetime) -> None:
    """Note when somebody last spoke."""
    _TOUCH.run(conn, case_id=case_id, at=at)


def clean_slate(case: Case) -> dict[str, object] | None:
    """The dialogue state after people had the case: what the customer told stays; forms and counts of failures go.

    A state without a version is read for its slots alone; what is told is text, and counts are numbers.
    """
    slots = (case.dialogue or {}).get("slots")
    if not isinstance(slots, dict):
        return None
    return {"slots": {name: value for name, value in slots.items() if isinstance(value, str)}}


_KEEP_DIALOGUE: Final = Statement(
    cases.update()
    .where(cases.c.id == given(cases.c.id, "case_id"))
    .values(dialogue=given(cases.c.dialogue), topic=sa.func.coalesce(given(cases.c.topic), cases.c.topic))
)


def keep_dialogue(conn: Connection, case_id: str, dialogue: dict[str, object] | None, topic: str = "") -> None:
    """Keep the assistant's dialogue state of the turn, and the topic where the turn named one."""
    _KEEP_DIALOGUE.run(conn, case_id=case_id, dialogue=dialogue, topic=topic or None)


def move(
    conn: Connection,
    case: Case,
    to: CaseState,
    *,
    expected: Iterable[CaseState],
    actor: str,
    kind: str,
    now: datetime,
    why: str = "",
    agent_id: int | None = None,
    data: dict[str, object] | None = None,
    **values: object,
) -> Case:
    """Move a case to another state and append the event.

    `case` is what the caller looked at: its epoch must still be the stored one, and the stored state one of
    `expected`. The epoch rises where the owner or the agent changes. Raises `StaleEpoch` or `WrongState`.
    """
    stored = get(conn, case.id, lock=True)
    if stored.epoch != case.epoch:
        raise StaleEpoch
    if stored.state not in set(expected):
        raise WrongState
    changes_hands = owner_of(to) is not stored.owner or agent_id != stored.agent_id
    epoch = stored.epoch + 1 if changes_hands else stored.epoch
    changed = conn.execute(
        cases.update()
        .where(cases.c.id == case.id, cases.c.epoch == stored.epoch, cases.c.state == stored.state)
        .values(state=to, agent_id=agent_id, epoch=epoch, **values)
    )
    if changed.rowcount != 1:
        raise StaleEpoch
    events.append(
        conn,
        kind,
        case_id=case.id,
        actor=actor,
        why=why,
        epoch=epoch,
        at=now,
        data={"from": stored.state, "to": to, **(data or {})},
    )
    return get(conn, case.id)


def discard(conn: Connection, case: Case) -> None:
    """Take back a case in which nothing was said to us. Its events go with it."""
    for table in (case_threads, events_table, cases):
        column = table.c.id if table is cases else table.c.case_id
        conn.execute(table.delete().where(column == case.id))


_SPEAK: Final = Statement(
    cases.update()
    .where(cases.c.id == given(cases.c.id, "case_id"), cases.c.epoch == given(cases.c.epoch))
    .values(last_message_at=given(cases.c.last_message_at, "at"))
)


def speak(conn: Connection, case: Case, at: datetime) -> None:
    """Note that we speak in a case. Raises `StaleEpoch` as `fence` does, and locks as it does."""
    if not _SPEAK.run(conn, case_id=case.id, epoch=case.epoch, at=at):
        raise StaleEpoch


_FENCE: Final = Statement(
    sa.select(cases.c.epoch).where(cases.c.id == given(cases.c.id, "case_id")).with_for_update(key_share=True)
)


_FENCE_TURN: Final = Statement(
    sa.select(cases.c.epoch, cases.c.dialogue)
    .where(cases.c.id == given(cases.c.id, "case_id"))
    .with_for_update(key_share=True)
)


def fence_turn(conn: Connection, case: Case) -> None:
    """As `fence`, and as well where the customer has taken back what the assistant knew when it was asked."""
    row = _FENCE_TURN.one(conn, case_id=case.id)
    if row is None or row.epoch != case.epoch or row.dialogue != case.dialogue:
        raise StaleEpoch


def fence(conn: Connection, case: Case) -> None:
    """Raise `StaleEpoch` if the case has changed hands since `case` was read; call it in the effect's transaction.

    The case stays locked until the transaction ends, so that nobody takes it between this look and the commit.
    """
    if _FENCE.scalar(conn, case_id=case.id) != case.epoch:
        raise StaleEpoch
