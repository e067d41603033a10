"""The tables: the truth of Aside, one model for SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, kept as microseconds since 1970: the same order and precision on both dialects."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive times: they are nobody's time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Back to an aware time."""
        return None if value is None else _EPOCH + timedelta(microseconds=int(value))


# SQLite counts up by itself only on INTEGER PRIMARY KEY.
Serial: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json: Final = sa.JSON(none_as_null=True)

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, default=""),
    sa.Column("created_at", Instant, nullable=False),
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("customer_id", sa.ForeignKey("customers.id"), nullable=False, index=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("native_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False, default=""),
    sa.Column("handle", sa.Text, nullable=False, default=""),
    sa.Column("linked_by", sa.Text, nullable=False, default="first_contact"),
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("channel", "account", "scope", "native_id", name="uq_identities_native"),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("disabled_at", Instant),
    sa.Column("failed_sign_ins", sa.Integer, nullable=False, default=0),
    sa.Column("locked_until", Instant),
    sa.Column("created_at", Instant, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.ForeignKey("customers.id"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("agent_id", sa.ForeignKey("users.id")),
    sa.Column("epoch", sa.Integer, nullable=False, default=1),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("topic", sa.Text, nullable=False, default=""),
    sa.Column("severity", sa.Integer, nullable=False, default=0),
    sa.Column("due_at", Instant),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("last_message_at", Instant, nullable=False),
    sa.Column("queued_at", Instant),
    sa.Column("dialogue", Json),
    sa.Index("ix_cases_customer", "customer_id", "last_message_at"),
    sa.Index("ix_cases_state", "state", "last_message_at", "id"),
    sa.Index("ix_cases_agent", "agent_id", "state"),
    sa.Index("ix_cases_recent", "last_message_at", "id"),
)

threads = sa.Table(
    "threads",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("surface", sa.Text, nullable=False),
    sa.Column("native_id", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False, default=""),
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("channel", "account", "native_id", name="uq_threads_native"),
)

case_threads = sa.Table(
    "case_threads",
    metadata,
    sa.Column("case_id", sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("thread_id", sa.ForeignKey("threads.id"), primary_key=True, index=True),
    # What the next reply of ours is addressed to: the customer's latest message here.
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("thread_id", sa.ForeignKey("threads.id")),
    sa.Column("surface", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("agent_id", sa.ForeignKey("users.id")),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("attachments", Json),
    sa.Column("extras", Json),
    # Its place in the transcript: the platform's time, moved only as far as the order in the case asks.
    sa.Column("at", Instant, nullable=False),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_order", sa.BigInteger, nullable=False, default=0),
    sa.Column("native_id", sa.Text),
    sa.Column("delivery", sa.Text, nullable=False),
    sa.Column("understood", Json),
    sa.Index("ix_messages_transcript", "case_id", "at", "id"),
    sa.Index("ix_messages_native", "thread_id", "native_id"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("native_id", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("case_id", sa.ForeignKey("cases.id")),
    sa.Column("message_id", sa.ForeignKey("messages.id")),
    sa.Column("said", Json),
    sa.Column("said_at", Instant),
    sa.Column("said_order", sa.BigInteger, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("failing_since", Instant),
    sa.Column("due_at", Instant),
    sa.UniqueConstraint("channel", "account", "native_id", name="uq_inbox_native"),
)
# Only what is still to be done is indexed: history may grow without slowing the road.
_waiting = inbox.c.status.in_(["new", "queued"])
sa.Index("ix_inbox_waiting", inbox.c.status, inbox.c.id, sqlite_where=_waiting, postgresql_where=_waiting)
_queued = inbox.c.status == "queued"
sa.Index("ix_inbox_case", inbox.c.case_id, inbox.c.id, sqlite_where=_queued, postgresql_where=_queued)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("message_id", sa.ForeignKey("messages.id"), nullable=False, unique=True),
    sa.Column("thread_key", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("error", sa.Text, nullable=False, default=""),
)
_unsent = outbox.c.status.in_(["new", "sending"])
sa.Index("ix_outbox_unsent", outbox.c.thread_key, outbox.c.id, sqlite_where=_unsent, postgresql_where=_unsent)

moves = sa.Table(
    "moves",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("thread_id", sa.ForeignKey("threads.id"), nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("code_expires_at", Instant, nullable=False),
    sa.Column("code_used_at", Instant),
    # The matter that the customer brings along, so that nobody asks twice.
    sa.Column("intent", sa.Text, nullable=False),
    sa.Column("entities", Json, nullable=False),
    # Whether the private conversation has begun from our side, before the customer arrived.
    sa.Column("begun", sa.Boolean, nullable=False, default=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)

episodes = sa.Table(
    "episodes",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("packet", Json, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("outcome", sa.Text, nullable=False, default=""),
    sa.UniqueConstraint("case_id", "number", name="uq_episodes_number"),
)

timers = sa.Table(
    "timers",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
)
_pending = timers.c.status == "pending"
sa.Index("ix_timers_due", timers.c.due_at, sqlite_where=_pending, postgresql_where=_pending)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id")),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False, default=""),
    sa.Column("epoch", sa.Integer, nullable=False, default=0),
    sa.Column("at", Instant, nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Index("ix_events_case", "case_id", "id"),
    sqlite_autoincrement=True,
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("user_id", sa.ForeignKey("users.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_hash", sa.Text, nullable=False),
    sa.Column("message_id", sa.ForeignKey("messages.id"), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
