"""The store: the real tables in memory, with triggers that log what each commit changed. It outlives all processes.

Transactions happen one after another, each at one moment: what PostgreSQL lets happen between the statements of two of
them is for the suite that runs on PostgreSQL, not for this.
"""

import json
import sqlite3
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway.lanes import Carry, Lane
from gateway.storage.lanes import CARRY
from gateway.storage.model import metadata
from tests.simulation.history import History

T = TypeVar("T")
Work = Callable[[Connection], T]
Outcome = tuple[Any, Exception | None]

_LOG: Final = """
CREATE TABLE sim_log (id INTEGER PRIMARY KEY, what TEXT, facts TEXT);
CREATE TABLE sim_marks (native_id TEXT PRIMARY KEY);
CREATE TABLE sim_workers (id INTEGER PRIMARY KEY AUTOINCREMENT, life TEXT, beat REAL);
CREATE TABLE sim_jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT, queue TEXT, status TEXT, at REAL,
  worker INTEGER REFERENCES sim_workers (id) ON DELETE SET NULL, life TEXT);
CREATE UNIQUE INDEX sim_jobs_waiting ON sim_jobs (lane) WHERE status = 'todo';
CREATE TRIGGER sim_said AFTER INSERT ON messages BEGIN INSERT INTO sim_log (what, facts) VALUES ('store.message',
  json_object('message', new.id, 'case', new.case_id, 'author', new.author, 'surface', new.surface,
              'native', new.native_id, 'text', new.text)); END;
CREATE TRIGGER sim_reworded AFTER UPDATE OF text ON messages WHEN old.text <> new.text BEGIN
  INSERT INTO sim_log (what, facts) VALUES ('store.reworded',
  json_object('message', new.id, 'case', new.case_id, 'native', new.native_id, 'text', new.text)); END;
CREATE TRIGGER sim_opened AFTER INSERT ON cases BEGIN INSERT INTO sim_log (what, facts) VALUES ('store.opened',
  json_object('case', new.id, 'state', new.state, 'epoch', new.epoch)); END;
CREATE TRIGGER sim_moved AFTER UPDATE OF state, agent_id, epoch ON cases BEGIN INSERT INTO sim_log (what, facts) VALUES
  ('store.case', json_object('case', new.id, 'was', old.state, 'state', new.state, 'old_epoch', old.epoch,
              'epoch', new.epoch, 'old_agent', old.agent_id, 'agent', new.agent_id)); END;
CREATE TRIGGER sim_recorded AFTER INSERT ON inbox BEGIN INSERT INTO sim_log (what, facts) VALUES ('store.inbox',
  json_object('inbox', new.id, 'native', new.native_id, 'status', new.status)); END;
CREATE TRIGGER sim_settled AFTER UPDATE OF status ON inbox BEGIN INSERT INTO sim_log (what, facts) VALUES
  ('store.inbox', json_object('inbox', new.id, 'native', new.native_id, 'was', old.status, 'status', new.status,
              'reason', new.reason, 'case', new.case_id, 'message', new.message_id,
              'state', (SELECT state FROM cases WHERE id = new.case_id))); END;
CREATE TRIGGER sim_decided AFTER INSERT ON outbox BEGIN INSERT INTO sim_log (what, facts) VALUES ('store.outbox',
  json_object('row', new.id, 'message', new.message_id, 'case', new.case_id, 'thread', new.thread_key,
              'author', new.author, 'status', new.status, 'epoch', new.epoch,
              'case_epoch', (SELECT epoch FROM cases WHERE id = new.case_id),
              'state', (SELECT state FROM cases WHERE id = new.case_id),
              'agent', (SELECT agent_id FROM cases WHERE id = new.case_id),
              'by', (SELECT agent_id FROM messages WHERE id = new.message_id),
              'text', json_extract(new.payload, '$.text'))); END;
CREATE TRIGGER sim_sent AFTER UPDATE OF status ON outbox BEGIN INSERT INTO sim_log (what, facts) VALUES
  ('store.outbox', json_object('row', new.id, 'message', new.message_id, 'case', new.case_id, 'author', new.author,
              'was', old.status, 'status', new.status, 'epoch', new.epoch,
              'case_epoch', (SELECT epoch FROM cases WHERE id = new.case_id), 'error', new.error,
              'holder', new.holder)); END;
CREATE TRIGGER sim_held AFTER UPDATE OF holder ON lanes BEGIN INSERT INTO sim_log (what, facts) VALUES
  ('store.lane', json_object('lane', new.name, 'was', old.holder, 'holder', new.holder)); END;
CREATE TRIGGER sim_timed AFTER UPDATE OF status ON timers BEGIN INSERT INTO sim_log (what, facts) VALUES
  ('store.timer', json_object('timer', new.id, 'kind', new.kind, 'case', new.case_id, 'was', old.status,
              'status', new.status)); END;
"""

_FORSAKEN: Final = """
SELECT 'case/' || case_id FROM inbox WHERE status = 'queued'
  AND NOT EXISTS (SELECT 1 FROM lanes WHERE name = 'case/' || inbox.case_id)
UNION SELECT 'thread/' || thread_key FROM outbox WHERE status IN ('new', 'sending')
  AND NOT EXISTS (SELECT 1 FROM lanes WHERE name = 'thread/' || outbox.thread_key)
"""
"""Lanes in which something waits, and which nobody has been told to see to. What is looked for has a timer instead."""


class StoreRefused(SQLAlchemyError):
    """The store takes no more for the moment, or cannot be reached."""


class Store:
    """What is on disk. One for an operating system's process, made empty for each run: compiled statements stay."""

    def __init__(self) -> None:
        engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, isolation_level="AUTOCOMMIT")
        sa.event.listen(engine, "connect", _on_connect)
        metadata.create_all(engine)
        self._connection = engine.connect().execution_options(**{CARRY: self._call})
        self._raw = driver_of(self._connection)
        self._raw.executescript(_LOG)
        self._empty = sqlite3.connect(":memory:")
        self._raw.backup(self._empty)
        self._carry: Carry = _nobody
        self.history: History
        self.is_shared = False
        """Whether several processes work on it: then each lane in which something waits is called, at every moment."""
        self.on_commit: list[Callable[[], None]] = []
        self._forsaken: set[str] = set()

    def begin_anew(self, history: History) -> None:
        """Forget everything; tell this history from now on."""
        self._empty.backup(self._raw)
        self.history = history
        self.on_commit = []
        self._forsaken = set()

    def read(self, work: Work[T]) -> T:
        """Look at what is committed."""
        before = self._raw.total_changes
        result = work(self._connection)
        assert self._raw.total_changes == before, "a look must not change anything"
        return result

    def transact(self, bodies: list[Work[Any]], carry: Carry | None = None, *, commit: bool = True) -> list[Outcome]:
        """Run bodies in one transaction, each undone alone where it raises. `carry` has their lanes called."""
        self._carry = carry or _nobody
        self._raw.execute("BEGIN IMMEDIATE")
        outcomes = [self._in_savepoint(body) for body in bodies]
        if not commit:
            self._raw.execute("ROLLBACK")
            return outcomes
        log = self._raw.execute("SELECT what, facts FROM sim_log ORDER BY id").fetchall()
        if log:
            self._raw.execute("DELETE FROM sim_log")
        self._raw.execute("COMMIT")
        for what, facts in log:
            self.history.add(what, **json.loads(facts))
        if self.is_shared:
            forsaken = {lane for (lane,) in self._raw.execute(_FORSAKEN).fetchall()}
            for lane in sorted(forsaken - self._forsaken):
                self.history.add("store.forsakes", lane=lane)
            self._forsaken = forsaken
        for listener in self.on_commit:
            listener()
        return outcomes

    def _call(self, conn: Connection, lane: Lane) -> None:
        self._carry(conn, lane)

    def _in_savepoint(self, body: Work[Any]) -> Outcome:
        self._raw.execute("SAVEPOINT body")
        try:
            result = body(self._connection)
        except Exception as error:  # noqa: BLE001 - handed to the caller, as the real database does
            self._raw.execute("ROLLBACK TO body")
            self._raw.execute("RELEASE body")
            return None, error
        self._raw.execute("RELEASE body")
        return result, None


def driver_of(conn: Connection) -> sqlite3.Connection:
    """The driver's connection."""
    return cast(sqlite3.Connection, conn.connection.driver_connection)


def log(conn: Connection, what: str, **facts: object) -> None:
    """Have something told of this transaction once it is committed."""
    driver_of(conn).execute("INSERT INTO sim_log (what, facts) VALUES (?, ?)", (what, json.dumps(facts)))


def _nobody(conn: Connection, lane: Lane) -> None:
    """A command of the operator's: the sweep finds what it leaves."""


def _on_connect(connection: sqlite3.Connection, _entry: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
