"""The tables: the truth of Aside, one model for SQLite and PostgreSQL."""

from typing import Final

import sqlalchemy as sa

from gateway.storage.columns import Instant, Json, Serial, partial_index, spelt_out

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
    # The crisis in which it was given to people, the latest one.
    sa.Column("crisis_id", sa.ForeignKey("crises.id")),
    sa.Index("ix_cases_customer", "customer_id", "last_message_at"),
    sa.Index("ix_cases_state", "state", "last_message_at", "id"),
    sa.Index("ix_cases_agent", "agent_id", "state"),
    sa.Index("ix_cases_recent", "last_message_at", "id"),
)
CASE_IN_CRISIS: Final = cases.c.crisis_id.is_not(None)
partial_index("ix_cases_crisis", CASE_IN_CRISIS, cases.c.crisis_id, cases.c.state, cases.c.topic)
CASE_QUEUED: Final = spelt_out(cases.c.state, "queued")
CASE_WITH_PEOPLE: Final = spelt_out(cases.c.state, "queued", "active", "waiting_customer", "on_hold")
# In the order of the queue: due time of the promise, severity, age. Whoever puts a case there gives it both times.
partial_index("ix_cases_queue", CASE_QUEUED, cases.c.due_at, cases.c.severity.desc(), cases.c.queued_at, cases.c.id)
partial_index("ix_cases_with_people", CASE_WITH_PEOPLE, cases.c.customer_id, cases.c.last_message_at)

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
    sa.Index("ix_messages_case", "case_id", "id"),
)
# What customers said, in the order in which they said it.
MESSAGE_FROM_CUSTOMER: Final = spelt_out(messages.c.author, "customer")
partial_index(
    "ix_messages_said",
    MESSAGE_FROM_CUSTOMER,
    messages.c.case_id,
    messages.c.said_at,
    messages.c.said_order,
    messages.c.at,
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
    # How often somebody died while this stood first in their lane.
    sa.Column("deaths", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("failing_since", Instant),
    sa.Column("due_at", Instant),
    sa.UniqueConstraint("channel", "account", "native_id", name="uq_inbox_native"),
)
INBOX_NEW: Final = spelt_out(inbox.c.status, "new")
INBOX_QUEUED: Final = spelt_out(inbox.c.status, "queued")
INBOX_SET_ASIDE: Final = spelt_out(inbox.c.status, "set_aside")
partial_index("ix_inbox_new", INBOX_NEW, inbox.c.channel, inbox.c.id)
partial_index("ix_inbox_case", INBOX_QUEUED, inbox.c.case_id, inbox.c.id)
partial_index("ix_inbox_set_aside", INBOX_SET_ASIDE, inbox.c.channel, inbox.c.id)

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
    # Whose drain has claimed it: another one that finds it so knows that this one is gone.
    sa.Column("holder", sa.Text, nullable=False, default="", server_default=""),
    # When the latest try to send it began.
    sa.Column("tried_at", Instant),
    # How often the platform has been asked what became of it.
    sa.Column("looks", sa.Integer, nullable=False, default=0, server_default="0"),
    # Whence it goes out (channel, surface, account), and who goes first there: people, notices, then the bot's chatter.
    sa.Column("outlet", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("rank", sa.Integer, nullable=False, default=2, server_default="2"),
)
OUTBOX_NEW: Final = spelt_out(outbox.c.status, "new")
partial_index("ix_outbox_outlet", OUTBOX_NEW, outbox.c.outlet, outbox.c.rank, outbox.c.id)
OUTBOX_UNSETTLED: Final = spelt_out(outbox.c.status, "new", "sending", "looking")
OUTBOX_UNDECIDED: Final = spelt_out(outbox.c.status, "new", "sending", "looking", "unclear")
OUTBOX_SENDING: Final = spelt_out(outbox.c.status, "sending")
partial_index("ix_outbox_unsettled", OUTBOX_UNSETTLED, outbox.c.thread_key, outbox.c.id)
partial_index("ix_outbox_undecided", OUTBOX_UNDECIDED, outbox.c.case_id, outbox.c.id)
partial_index("ix_outbox_sending", OUTBOX_SENDING, outbox.c.channel, outbox.c.id)

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
TIMER_PENDING: Final = spelt_out(timers.c.status, "pending")
partial_index("ix_timers_due", TIMER_PENDING, timers.c.due_at)

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
# What happened to a case besides what was said in it: its number does not grow with every message.
EVENT_TOLD: Final = sa.not_(
    spelt_out(events.c.kind, "message.added", "message.delivery", "note.added", "case.answered", "customer.answered")
)
partial_index("ix_events_told", EVENT_TOLD, events.c.case_id, events.c.id)

# Lanes that have been called and not been left; used where several processes share the work.
lanes = sa.Table(
    "lanes",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("calls", sa.BigInteger, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("called_at", Instant, nullable=False),
)

# What has gone out lately: a row for each budget of a platform (an account's posts, a group's messages).
pace = sa.Table(
    "pace",
    metadata,
    sa.Column("bucket", sa.Text, primary_key=True),
    # Moments and how many, for each window's length in seconds.
    sa.Column("cells", Json, nullable=False),
    # The platform said: not before.
    sa.Column("paused_until", Instant),
    sa.Column("used_at", Instant, nullable=False, index=True),
)

# Channels that fail for everybody: the platform cannot be reached, or does not let us in.
outages = sa.Table(
    "outages",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
)

# Times in which more came in on a channel than it lets out.
crises = sa.Table(
    "crises",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    # Since when nothing has had to wait for long; it is over after a while of that.
    sa.Column("calm_since", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("why", sa.Text, nullable=False),
    # When last looked: messages of ours that wait, and minutes until the last of them would have gone out.
    sa.Column("waiting", sa.Integer, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
)
CRISIS_ONGOING: Final = crises.c.closed_at.is_(None)
sa.Index(
    "uq_crises_ongoing",
    crises.c.channel,
    crises.c.account,
    unique=True,
    sqlite_where=CRISIS_ONGOING,
    postgresql_where=CRISIS_ONGOING,
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
