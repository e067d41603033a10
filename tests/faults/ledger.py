"""The ledger: what the database says of every message, read from outside while the product runs or stands still.

Read are the columns that the promise is made of, and no others: the events that came, the transcript, the outbox.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection

from tests.faults.tags import tags_in

_WAITING: Final = ("new", "queued")
_UNSENT: Final = ("new", "sending")

T = TypeVar("T")


@dataclass
class Entry:
    """What is known of one tag."""

    recorded: int = 0
    """Times that the transcript has it as a customer's message."""
    status: str = ""
    """Of its event: new, queued, done, ignored, set_aside, parked."""
    reason: str = ""
    state: str = ""
    """Of its case: bot, queued, active, ..."""
    case_id: str = ""
    deliveries: list[str] = field(default_factory=list)
    """Of our messages that carry the tag: queued, sent, failed, unclear, none."""


class Ledger:
    """Reads one database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: Engine | None = None

    async def entries(self) -> dict[str, Entry]:
        """Tag to what is known of it."""
        return await asyncio.to_thread(self._with, _entries)

    async def waiting(self) -> dict[str, int]:
        """What is still to be done: "inbox new" and so on to how many."""
        return await asyncio.to_thread(self._with, _waiting)

    async def transcripts(self) -> dict[str, list[str]]:
        """Case to the tags that customers said, in the order of the transcript."""
        return await asyncio.to_thread(self._with, _transcripts)

    async def handovers(self) -> Counter[str]:
        """Case to how often it was handed to people."""
        return await asyncio.to_thread(self._with, _handovers)

    async def count(self, statement: str) -> int:
        """The number that a query gives."""
        return await asyncio.to_thread(self._with, lambda conn: int(conn.execute(sa.text(statement)).scalar() or 0))

    def close(self) -> None:
        """Let go of the database."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _with(self, work: Callable[[Connection], T]) -> T:
        if self._engine is None:
            self._engine = _engine(self._url)
        with self._engine.connect() as connection:
            return work(connection)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=2, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, poolclass=sa.NullPool)

    @sa.event.listens_for(engine, "connect")
    def read_only(connection: DBAPIConnection, _entry: object) -> None:
        connection.cursor().execute("PRAGMA query_only = ON")

    return engine


def _entries(conn: Connection) -> dict[str, Entry]:
    found: dict[str, Entry] = defaultdict(Entry)
    said = conn.execute(
        sa.text(
            "SELECT m.text, m.case_id, c.state, i.status, i.reason FROM messages m JOIN cases c ON c.id = m.case_id "
            "LEFT JOIN inbox i ON i.message_id = m.id WHERE m.author = 'customer'"
        )
    )
    for text, case_id, state, status, reason in said:
        for tag in tags_in(text):
            entry = found[tag]
            entry.recorded += 1
            entry.case_id, entry.state, entry.status, entry.reason = case_id, state, status or "", reason or ""
    # What is not in the transcript (yet) is in the body of its event.
    for body, status, reason in conn.execute(
        sa.text("SELECT body, status, reason FROM inbox WHERE message_id IS NULL")
    ):
        for tag in tags_in(bytes(body).decode(errors="replace")):
            if not found[tag].recorded and found[tag].status in ("", "ignored"):
                found[tag].status, found[tag].reason = status, reason or ""
    ours = conn.execute(sa.text("SELECT text, delivery FROM messages WHERE author IN ('bot', 'system')"))
    for text, delivery in ours:
        for tag in tags_in(text):
            found[tag].deliveries.append(delivery)
    return dict(found)


def _waiting(conn: Connection) -> dict[str, int]:
    counts: dict[str, int] = {}
    for table, statuses in (("inbox", _WAITING), ("outbox", _UNSENT)):
        rows = conn.execute(
            sa.text(f"SELECT status, count(*) FROM {table} WHERE status IN :statuses GROUP BY status").bindparams(
                sa.bindparam("statuses", statuses, expanding=True)
            )
        )
        counts |= {f"{table} {status}": count for status, count in rows}
    return counts


def _transcripts(conn: Connection) -> dict[str, list[str]]:
    told: dict[str, list[str]] = defaultdict(list)
    rows = conn.execute(
        sa.text("SELECT case_id, text FROM messages WHERE author = 'customer' ORDER BY case_id, at, id")
    )
    for case_id, text in rows:
        told[case_id].extend(tags_in(text))
    return dict(told)


def _handovers(conn: Connection) -> Counter[str]:
    return Counter(dict(conn.execute(sa.text("SELECT case_id, count(*) FROM episodes GROUP BY case_id")).all()))
