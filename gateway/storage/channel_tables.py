"""The tables around the channels: where we stopped asking, what came along, what is to be done, how each channel is."""

from typing import Final

import sqlalchemy as sa

from gateway.storage.columns import Instant, Json, Serial, metadata, partial_index, spelt_out
from gateway.storage.seal import Sealed, SealedJson, SealedText

# Where we go on asking a platform, by the names that its adapter gives.
cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("values", Json, nullable=False),
    # When the platform last answered; never yet where there is none.
    sa.Column("asked_at", Instant),
    # One process keeps a channel at a time: whose turn it is, and until when.
    sa.Column("holder", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("held_until", Instant),
)

# What came along with a message, or goes along with one.
files = sa.Table(
    "files",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("message_id", sa.ForeignKey("messages.id")),
    # Its place among the message's attachments.
    sa.Column("position", sa.Integer, nullable=False, default=0),
    # Who has put it here to be sent; nobody where it came from a customer.
    sa.Column("user_id", sa.ForeignKey("users.id")),
    sa.Column("channel", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("source", SealedJson),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("due_at", Instant),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", SealedText, nullable=False, default="", server_default=""),
    sa.Column("mime", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("size", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("content", Sealed),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_files_message", "message_id", "position"),
)
FILE_WAITING: Final = spelt_out(files.c.status, "waiting")
partial_index("ix_files_waiting", FILE_WAITING, files.c.due_at, files.c.id)

# What is to be done about a customer's public message: hide it, remove it.
acts = sa.Table(
    "acts",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("message_id", sa.ForeignKey("messages.id"), nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("attempts", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("channel", "account", "kind", "target", name="uq_acts_target"),
)
ACT_PENDING: Final = spelt_out(acts.c.status, "pending")
partial_index("ix_acts_pending", ACT_PENDING, acts.c.due_at, acts.c.id)

# How each channel is: what was found when it was last looked at.
checks = sa.Table(
    "checks",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("well", sa.Boolean),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("advice", sa.Text, nullable=False, default="", server_default=""),
    # Since when it has been like this.
    sa.Column("since", Instant, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

# Access that a platform renews: the newest of it, which no setting can hold.
grants = sa.Table(
    "grants",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    # Which first grant of the operator's this one descends from, as a SHA-256: a new one in the settings replaces it.
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("refresh", sa.Text, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

# When something came in: slots of ten minutes in which anything did, so that silence can be told from a quiet night.
pulse = sa.Table(
    "pulse",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("slot", Instant, primary_key=True),
    # 0 marks when we began to listen again after we had been away ourselves.
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
)
