"""A past: cases that are over, and long conversations, put into the tables by the thousand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.clock import utc_now
from gateway.storage.tables import (
    case_threads,
    cases,
    customers,
    episodes,
    events,
    identities,
    inbox,
    messages,
    moves,
    outbox,
    threads,
    timers,
)

_BATCH = 500
_cases = count(1)


def closed_cases(
    conn: Connection, number: int, *, regular: str = "ines", since: timedelta = timedelta(days=400)
) -> None:
    """Cases that are over: half of them left to the bot, half resolved by people; every second one is the regular's."""
    now = utc_now()
    the_regular = _customer(conn, regular, now)
    for start in range(0, number, _BATCH):
        batch = range(start, min(start + _BATCH, number))
        _batch(conn, the_regular, [(next(_cases), now - since * (1 - case / (2 * number))) for case in batch])


def conversation(conn: Connection, case_id: str, number: int) -> None:
    """Let that many messages have been said in a case before what has been said: the customer's and ours in turn."""
    first = conn.execute(sa.select(sa.func.min(messages.c.at)).where(messages.c.case_id == case_id)).scalar_one()
    thread = (
        conn.execute(sa.select(case_threads.c.thread_id).where(case_threads.c.case_id == case_id)).scalars().first()
    )
    of_case = {"case_id": case_id, "thread_id": thread}
    one: dict[str, object] = {**of_case, "surface": "private", "extras": {}, "attachments": []}
    for turn in range(number // 2):
        at = first - timedelta(minutes=number - 2 * turn)
        after = at + timedelta(minutes=1)
        said = {"said_order": turn, "native_id": f"past{turn}", "delivery": "none", "understood": {"fallback": False}}
        conn.execute(messages.insert().values(**one, author="customer", text=f"{turn}?", at=at, said_at=at, **said))
        answer = conn.execute(
            messages.insert()
            .values(**one, author="bot", text=f"{turn}!", at=after, said_at=after, delivery="sent")
            .returning(messages.c.id)
        ).scalar_one()
        conn.execute(outbox.insert(), _sent(case_id, answer, "telegram:brand:private", after))
        conn.execute(events.insert(), [_event(case_id, kind, at) for kind in ("message.added", "message.delivery") * 2])


def _batch(conn: Connection, regular: int, past: list[tuple[int, datetime]]) -> None:
    customer_ids = _inserted(conn, customers, [{"name": f"past{number}", "created_at": at} for number, at in past])
    owners = [regular if number % 2 else own for (number, _), own in zip(past, customer_ids, strict=True)]
    known = {"account": "brand", "scope": "account"}
    channels = [("telegram", "twitter", "facebook")[number % 3] if number % 20 else "twitter" for number, _ in past]
    surfaces = ["private" if number % 3 else "public" for number, _ in past]
    several = list(zip(past, owners, channels, surfaces, strict=True))
    conn.execute(
        identities.insert(),
        [
            {**known, "customer_id": own, "channel": "telegram", "native_id": f"past{number}", "created_at": at}
            for (number, at), own in zip(past, customer_ids, strict=True)
        ],
    )
    thread_ids = _inserted(
        conn,
        threads,
        [
            {"channel": channel, "account": "brand", "surface": surface, "native_id": f"past{number}", "created_at": at}
            for (number, at), _, channel, surface in several
        ],
    )
    conn.execute(
        cases.insert(),
        [
            {
                "id": _id(number), "customer_id": owner, "state": "resolved" if number % 4 < 2 else "bot", "epoch": 3,
                "topic": "past", "opened_at": at, "last_message_at": at,
            }
            for (number, at), owner, _, _ in several
        ],
    )  # fmt: skip
    said = [
        {"case_id": _id(number), "thread_id": thread, "surface": surface, "at": at, "said_at": at, "text": "past",
         "delivery": "none"}
        for ((number, at), _, _, surface), thread in zip(several, thread_ids, strict=True)
    ]  # fmt: skip
    heard = _inserted(conn, messages, [{**one, "author": "customer"} for one in said])
    answers = _inserted(conn, messages, [{**one, "author": "bot"} for one in said])
    rows: dict[sa.Table, list[dict[str, object]]] = {}
    for ((number, at), _, channel, _), thread, message, answer in zip(several, thread_ids, heard, answers, strict=True):
        for table, row in _traces(number, at, channel, thread, message, answer):
            rows.setdefault(table, []).append(row)
    for table, many in rows.items():
        conn.execute(table.insert(), many)


def _traces(
    number: int, at: datetime, channel: str, thread: int, message: int, answer: int
) -> Iterator[tuple[sa.Table, dict[str, object]]]:
    case = {"case_id": _id(number)}
    status = "ignored" if number % 5 == 0 else "done"
    yield case_threads, {**case, "thread_id": thread, "target": "past", "last_at": at}
    yield inbox, {
        **case, "channel": channel, "account": "brand", "native_id": f"past{number}", "body": b"{}", "received_at": at,
        "status": status, "message_id": message,
    }  # fmt: skip
    yield outbox, _sent(_id(number), answer, f"{channel}:brand:past{number}", at)
    yield moves, {
        **case, "thread_id": thread, "target": "past", "state": "public_closed", "code": f"PAST-{number}",
        "code_expires_at": at, "intent": "faq", "entities": {}, "created_at": at, "changed_at": at,
    }  # fmt: skip
    yield timers, {**case, "kind": "public_close", "due_at": at, "payload": {}, "status": "fired"}
    yield episodes, {**case, "number": 1, "reason": "asked", "packet": {}, "opened_at": at, "ended_at": at}
    for kind in ("case.opened", "message.added", "message.added", "message.delivery", "handoff", "case.resolved"):
        yield events, _event(_id(number), kind, at)


def _id(number: int) -> str:
    return f"past{number:012}"


def _inserted(conn: Connection, table: sa.Table, rows: list[dict[str, object]]) -> list[int]:
    """The ids of new rows, in their order."""
    insert = table.insert().returning(table.c.id, sort_by_parameter_order=True)
    return list(conn.execute(insert, rows).scalars())


def _customer(conn: Connection, name: str, at: datetime) -> int:
    known = conn.execute(sa.select(identities.c.customer_id).where(identities.c.native_id == name)).scalars().first()
    if known is not None:
        return int(known)
    customer = conn.execute(customers.insert().values(name=name, created_at=at).returning(customers.c.id)).scalar_one()
    conn.execute(
        identities.insert().values(
            customer_id=customer, channel="telegram", account="brand", scope="account", native_id=name, created_at=at
        )
    )
    return int(customer)


def _sent(case_id: str, message: int, thread_key: str, at: datetime) -> dict[str, object]:
    return {
        "case_id": case_id, "message_id": message, "thread_key": thread_key, "channel": "telegram", "author": "bot",
        "epoch": 1, "payload": {"opens_private": False}, "status": "sent", "due_at": at, "created_at": at,
    }  # fmt: skip


def _event(case_id: str, kind: str, at: datetime) -> dict[str, object]:
    return {"case_id": case_id, "kind": kind, "actor": "bot", "epoch": 1, "at": at, "data": {}}
