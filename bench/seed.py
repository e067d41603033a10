"""History put into a database by SQL: closed cases with all the rows that their messages have left behind.

One number n makes one closed case: a customer, their identity and thread, three messages, the inbox and outbox rows
and the events. A column that is not named here gets its default, or the empty value of its type.
"""

import json
import time
from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bench.aside import PAGE

FIRST: Final = 1_000_000_000  # ids of seeded rows, far from the road's own
_DAY: Final = 86_400_000_000  # microseconds
_SLICE: Final = 100_000

_ASKED: Final = "Where is my parcel? The tracking page has said the same for three days now."
_ANSWERED: Final = (
    "Order 104217 is on its way with Swift Parcel and should be with you tomorrow. You can follow it online."
)
_SAID: Final = json.dumps({"channel": "facebook", "account": PAGE, "text": _ASKED, "attachments": [], "code": ""})
_BODY: Final = json.dumps({"part": "messaging", "page": PAGE, "event": {"message": {"text": _ASKED * 2}}})
_PAYLOAD: Final = json.dumps({"channel": "facebook", "surface": "private", "text": _ANSWERED, "buttons": []})
_STATE: Final = json.dumps({"version": 1, "slots": {"order_number": "104217"}, "loop": None, "recent": []})

Columns = Mapping[str, str]
"""Column -> SQL expression of n, written so that both dialects understand it."""


def closed_cases(url: str, count: int) -> None:
    """Put in so many closed cases, each some days old."""
    engine = sa.create_engine(url)
    try:
        for first in range(0, count, _SLICE):
            with engine.begin() as conn:
                _slice(conn, engine, first, min(first + _SLICE, count))
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
                conn.exec_driver_sql("VACUUM ANALYZE")
    finally:
        engine.dispose()


def _slice(conn: Connection, engine: Engine, first: int, end: int) -> None:
    if engine.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA synchronous = OFF")
        numbers = (
            f"WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {end})"
        )
    else:
        numbers = f"WITH numbers(n) AS (SELECT generate_series({first}, {end - 1}))"
    known = sa.inspect(engine)
    for table, columns in _rows():
        values = {}
        for column in known.get_columns(table):
            name = column["name"]
            value = columns.get(name) or (None if column["nullable"] else _empty(column["type"]))
            if value is None or (name == "id" and name not in columns):
                continue
            values[name] = _typed(value, column["type"], engine.dialect.name)
        names = ", ".join(values)
        conn.exec_driver_sql(
            f"{numbers} INSERT INTO {table} ({names}) SELECT {', '.join(values.values())} FROM numbers"
        )


def _empty(kind: object) -> str:
    if isinstance(kind, sa.Boolean):
        return "false"
    if isinstance(kind, sa.JSON):
        return "'{}'"
    return "0" if isinstance(kind, sa.Integer | sa.BigInteger | sa.Numeric) else "''"


def _typed(value: str, kind: object, dialect: str) -> str:
    if dialect != "postgresql":
        return value
    if isinstance(kind, sa.JSON):
        return f"CAST({value} AS json)"
    return f"CAST({value} AS bytea)" if isinstance(kind, sa.LargeBinary) else value


def _text(words: str) -> str:
    return "'" + words.replace("'", "''").replace("%", "%%") + "'"


def _rows() -> list[tuple[str, Columns]]:
    """What one closed case leaves behind: table and columns, parents first."""
    # Between four and ninety-four days ago: older than the time in which a matter is taken up again.
    began = f"({int(time.time() * 1e6) - 94 * _DAY} + (n * 7919 % 7776000) * 1000000)"
    later, closed = f"({began} + 2000000)", f"({began} + 3600000000)"
    case = f"'seed-closed-case' || CAST({FIRST} + n AS TEXT)"
    key = f"CAST({FIRST} + n AS BIGINT)"
    person = "CAST(6500000000000000 + n AS TEXT)"
    event = {"case_id": case, "epoch": "1"}
    said = {"case_id": case, "thread_id": key, "surface": "'private'", "delivery": "'none'"}
    return [
        ("customers", {"id": key, "name": "'Person ' || CAST(n AS TEXT)", "created_at": began}),
        ("identities", {
            "id": key,
            "customer_id": key,
            "channel": "'facebook'",
            "account": f"'{PAGE}'",
            "scope": "'messenger'",
            "native_id": person,
            "linked_by": "'first_contact'",
            "created_at": began,
        }),
        ("threads", {
            "id": key,
            "channel": "'facebook'",
            "account": f"'{PAGE}'",
            "surface": "'private'",
            "native_id": f"'psid:' || {person}",
            "created_at": began,
        }),
        ("cases", {
            "id": case,
            "customer_id": key,
            "state": "'resolved'",
            "epoch": "3",
            "reason": "'asked'",
            "topic": "'where_is_my_order'",
            "opened_at": began,
            "last_message_at": closed,
            "queued_at": later,
            "dialogue": _text(_STATE),
        }),
        ("case_threads", {"case_id": case, "thread_id": key, "target": person, "last_at": closed}),
        ("messages", {
            **said,
            "id": f"{key} * 2",
            "author": "'customer'",
            "text": _text(_ASKED),
            "at": began,
            "said_at": began,
            "native_id": "'m_seed_' || CAST(n AS TEXT)",
            "understood": _text(_SAID),
        }),
        ("messages", {
            **said,
            "id": f"{key} * 2 + 1",
            "author": "'bot'",
            "text": _text(_ANSWERED),
            "at": later,
            "said_at": later,
            "delivery": "'sent'",
        }),
        ("inbox", {
            "id": key,
            "channel": "'facebook'",
            "account": f"'{PAGE}'",
            "native_id": "'m_seed_' || CAST(n AS TEXT)",
            "body": _text(_BODY),
            "received_at": began,
            "status": "'done'",
            "case_id": case,
            "message_id": f"{key} * 2",
            "said": _text(_SAID),
            "said_at": began,
        }),
        ("outbox", {
            "id": key,
            "case_id": case,
            "message_id": f"{key} * 2 + 1",
            "thread_key": "'facebook:psid:' || CAST(6500000000000000 + n AS TEXT)",
            "channel": "'facebook'",
            "author": "'bot'",
            "epoch": "1",
            "payload": _text(_PAYLOAD),
            "status": "'sent'",
            "due_at": later,
            "created_at": later,
        }),
        ("events", {**event, "id": f"{key} * 3", "kind": "'case.opened'", "actor": "'customer'", "at": began}),
        ("events", {
            **event, "id": f"{key} * 3 + 1", "kind": "'message.delivery'", "actor": "'system'", "at": later
        }),
        ("events", {
            **event, "id": f"{key} * 3 + 2", "kind": "'resolved'", "actor": "'agent:Kim'", "at": closed
        }),
    ]  # fmt: skip
