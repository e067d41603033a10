"""The store: the real tables in memory, with triggers that log what each commit changed, and a `Database` over it.

A process's database runs bodies in groups, in the order in which they came, as the real one does; between a body and
whoever waits for its result lie delays, and the process may die at every step. The store itself outlives it.
"""

import asyncio
import json
import random
import sqlite3
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.tables import metadata
from tests.simulation.dice import Dice
from tests.simulation.history import History

T = TypeVar("T")
Work = Callable[[Connection], T]
Job = tuple[Work[Any], asyncio.Future[Any]]
Outcome = tuple[Any, Exception | None]

_LOG: Final = """
CREATE TABLE sim_log (id INTEGER PRIMARY KEY, what TEXT, facts TEXT);
CREATE TABLE sim_marks (native_id TEXT PRIMARY KEY);
CREATE TRIGGER sim_said AFTER INSERT ON messages BEGIN INSERT INTO sim_log (what, facts) VALUES ('store.message',
  json_object('message', new.id, 'case', new.case_id, 'author', new.author, 'surface', new.surface,
              'native', new.native_id, 'text', new.text)); END;
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
              'by', (SELECT agent_id FROM messages WHERE id = new.message_id))); END;
CREATE TRIGGER sim_sent AFTER UPDATE OF status ON outbox BEGIN INSERT INTO sim_log (what, facts) VALUES
  ('store.outbox', json_object('row', new.id, 'message', new.message_id, 'case', new.case_id, 'author', new.author,
              'was', old.status, 'status', new.status, 'epoch', new.epoch,
              'case_epoch', (SELECT epoch FROM cases WHERE id = new.case_id), 'error', new.error)); END;
CREATE TRIGGER sim_timed AFTER UPDATE OF status ON timers BEGIN INSERT INTO sim_log (what, facts) VALUES
  ('store.timer', json_object('timer', new.id, 'kind', new.kind, 'case', new.case_id, 'was', old.status,
              'status', new.status)); END;
"""


class Step(StrEnum):
    """Where in a commit a process dies."""

    BEFORE = "before the bodies"
    WITHIN = "after the bodies, before the commit"
    AFTER = "after the commit, before anybody heard of it"


class StoreFull(Exception):
    """The disk takes no more for the moment."""


class Store:
    """What is on disk. One for an operating system's process, made empty for each run: compiled statements stay."""

    def __init__(self) -> None:
        self._engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        sa.event.listen(self._engine, "connect", _on_connect)
        metadata.create_all(self._engine)
        self._connection = self._engine.connect()
        raw = self._connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        self._raw = raw
        self._raw.executescript(_LOG)
        self._empty = sqlite3.connect(":memory:")
        self._raw.backup(self._empty)
        self.history: History

    def begin_anew(self, history: History) -> None:
        """Forget everything; tell this history from now on."""
        self._empty.backup(self._raw)
        self.history = history

    def read(self, work: Work[T]) -> T:
        """Look at what is committed."""
        before = self._raw.total_changes
        with self._connection.begin():
            result = work(self._connection)
        assert self._raw.total_changes == before, "a look must not change anything"
        return result

    def transact(self, bodies: list[Work[Any]], *, commit: bool = True) -> list[Outcome]:
        """Run bodies in one transaction, each undone alone where it raises."""
        self._raw.execute("BEGIN IMMEDIATE")
        transaction = self._connection.begin()
        outcomes = [self._in_savepoint(body) for body in bodies]
        if not commit:
            transaction.rollback()
            self._raw.rollback()
            return outcomes
        log = self._raw.execute("SELECT what, facts FROM sim_log ORDER BY id").fetchall()
        if log:
            self._raw.execute("DELETE FROM sim_log")
        transaction.commit()
        for what, facts in log:
            self.history.add(what, **json.loads(facts))
        return outcomes

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


def _on_connect(connection: sqlite3.Connection, _entry: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


class StoreDatabase:
    """The `Database` of one life of the process."""

    def __init__(
        self, store: Store, dice: Dice, stream: random.Random, alive: Callable[[], bool], die: Callable[[str], None]
    ) -> None:
        self._store = store
        self._dice = dice
        self._stream = stream
        self._alive = alive
        self._die = die
        self._jobs: list[Job] = []
        self._writing = False

    async def write(self, work: Work[T]) -> T:
        """See `Database.write`."""
        self._breathe()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append((work, future))
        if not self._writing:
            self._writing = True
            asyncio.get_running_loop().call_later(self._lag(), self._commit)
        return await asyncio.shield(future)

    async def read(self, work: Work[T]) -> T:
        """See `Database.read`."""
        self._breathe()
        await asyncio.sleep(self._lag())
        self._breathe()
        result = self._store.read(work)
        await asyncio.sleep(self._lag())
        return result

    def close(self) -> None:
        """The store stays."""

    def _breathe(self) -> None:
        if not self._alive():
            raise asyncio.CancelledError

    def _lag(self) -> float:
        return self._stream.uniform(0, self._dice.faults.lags)

    def _commit(self) -> None:
        if not self._alive():
            return
        jobs, self._jobs = self._jobs, []
        dies = self._stream.choice(list(Step)) if self._dice.strikes(self._stream, "crash") else None
        outcomes: list[Outcome]
        if dies is Step.BEFORE:
            outcomes = []
        elif self._dice.strikes(self._stream, "full"):
            self._store.transact([work for work, _ in jobs], commit=False)
            self._store.history.add("store.refuses", bodies=len(jobs))
            outcomes = [(None, StoreFull())] * len(jobs)
        else:
            outcomes = self._store.transact([work for work, _ in jobs], commit=dies is not Step.WITHIN)
        if dies is not None:
            self._die(dies)
            return
        asyncio.get_running_loop().call_later(self._lag(), self._give_out, jobs, outcomes)

    def _give_out(self, jobs: list[Job], outcomes: list[Outcome]) -> None:
        if not self._alive():
            return
        for (_, future), (result, failure) in zip(jobs, outcomes, strict=True):
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
                future.exception()  # looked at: a caller that went away leaves nobody to be told
        self._writing = bool(self._jobs)
        if self._writing:
            asyncio.get_running_loop().call_later(self._lag(), self._commit)
