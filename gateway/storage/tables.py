"""The tables of the road: the truth of Aside, one model for SQLite and PostgreSQL. All of them together: `model`."""

from typing import Final

import sqlalchemy as sa

from gateway.storage.columns import Instant, Json, Serial, metadata, partial_index, spelt_out
from gateway.storage.desk_tables import users
from gateway.storage.seal import Sealed, SealedJson
from gateway.storage.traffic_tables import crises

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
    # Since when they want no automatic answers on this channel.
    sa.Column("opted_out_at", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("channel", "account", "scope", "native_id", name="uq_identities_native"),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.ForeignKey("customers.id"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("agent_id", sa.ForeignKey(users.c.id)),
    sa.Column("epoch", sa.Integer, nullable=False, default=1),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("topic", sa.Text, nullable=False, default=""),
    sa.Column("severity", sa.Integer, nullable=False, default=0),
    sa.Column("due_at", Instant),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("last_message_at", Instant, nullable=False),
    sa.Column("queued_at", Instant),
    sa.Column("dialogue", SealedJson),
    # The crisis in which it was given to people, the latest one.
    sa.Column("crisis_id", sa.ForeignKey(crises.c.id)),
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
    # Up to when the customer has seen what we said there.
    sa.Column("seen_at", Instant),
    # Why nothing can be said there any more, in one word (`blocked`); empty where it can.
    sa.Column("closed", sa.Text, nullable=False, server_default=""),
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
    # Messages of the customer, and of ours that were taken; counted where they are charged for (`tallies`).
    sa.Column("heard", sa.Integer, nullable=False, server_default="0"),
    sa.Column("said", sa.Integer, nullable=False, server_default="0"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("thread_id", sa.ForeignKey("threads.id")),
    sa.Column("surface", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("agent_id", sa.ForeignKey(users.c.id)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("attachments", Json),
    sa.Column("extras", Json),
    # Its place in the transcript: the platform's time, moved only as far as the order in the case asks.
    sa.Column("at", Instant, nullable=False),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("said_order", sa.BigInteger, nullable=False, default=0),
    sa.Column("native_id", sa.Text),
    sa.Column("delivery", sa.Text, nullable=False),
    sa.Column("understood", SealedJson),
    sa.Index("ix_messages_transcript", "case_id", "at", "id"),
    sa.Index("ix_messages_native", "thread_id", "native_id"),
    # Platforms tell of a message by its id alone.
    sa.Index("ix_messages_native_id", "native_id"),
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
    sa.Column("body", Sealed, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("case_id", sa.ForeignKey("cases.id")),
    sa.Column("message_id", sa.ForeignKey("messages.id")),
    sa.Column("said", SealedJson),
    sa.Column("said_at", Instant),
    sa.Column("said_order", sa.BigInteger, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    # How often somebody died while this stood first in their lane.
    sa.Column("deaths", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("failing_since", Instant),
    sa.Column("due_at", Instant),
    # Whether we have asked for it, rather than been told by a webhook: then it may be old.
    sa.Column("supplied", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    # The message that this tells of and that has not come yet, by its native id.
    sa.Column("about", sa.Text),
    sa.UniqueConstraint("channel", "account", "native_id", name="uq_inbox_native"),
)
INBOX_NEW: Final = spelt_out(inbox.c.status, "new")
INBOX_QUEUED: Final = spelt_out(inbox.c.status, "queued")
INBOX_SET_ASIDE: Final = spelt_out(inbox.c.status, "set_aside")
INBOX_EARLY: Final = inbox.c.about.is_not(None)
INBOX_UNDERSTOOD: Final = inbox.c.message_id.is_not(None)
partial_index("ix_inbox_message", INBOX_UNDERSTOOD, inbox.c.message_id)
# Of which something is kept that somebody said; until its time is over.
INBOX_KEPT: Final = sa.or_(inbox.c.said.is_not(None), sa.func.length(inbox.c.body) > sa.literal_column("0"))
partial_index("ix_inbox_kept", INBOX_KEPT, inbox.c.received_at)
partial_index("ix_inbox_early", INBOX_EARLY, inbox.c.about)
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
    sa.Column("payload", SealedJson, nullable=False),
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
    sa.Column("entities", SealedJson, nullable=False),
    # Whether the private conversation has begun from our side, before the customer arrived.
    sa.Column("begun", sa.Boolean, nullable=False, default=False),
    sa.Column("created_at", Instant, nullable=False, index=True),
    sa.Column("changed_at", Instant, nullable=False),
    # When something is to be done about it, if nothing happens before: each open one has such a time.
    sa.Column("due_at", Instant),
    # When it first came so far.
    sa.Column("acked_at", Instant),
    sa.Column("invited_at", Instant),
    sa.Column("reminded_at", Instant),
    sa.Column("offered_at", Instant),
    sa.Column("arrived_at", Instant),
    sa.Column("resolved_at", Instant),
    sa.Column("closed_at", Instant),
    # When a closing word was said; whether a person wants one said; why none was.
    sa.Column("worded_at", Instant),
    sa.Column("approved", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("why", sa.Text, nullable=False, default="", server_default=""),
    # The link as it was shown, to be shown again.
    sa.Column("way_in", Json),
)
MOVE_DUE: Final = moves.c.due_at.is_not(None)
partial_index("ix_moves_due", MOVE_DUE, moves.c.due_at, moves.c.id)
# Written by the version before, which gave them no time.
MOVE_TIMELESS: Final = sa.and_(
    moves.c.due_at.is_(None), spelt_out(moves.c.state, "invited", "arrived", "private_resolved")
)
partial_index("ix_moves_timeless", MOVE_TIMELESS, moves.c.id)

episodes = sa.Table(
    "episodes",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("packet", SealedJson, nullable=False),
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
