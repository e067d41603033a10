"""Many machines: lanes and jobs; what is in doubt is looked up; who died over what is counted.

Revision: 0002, after 0001. Expand only: the previous version works beside it.
"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.migrations.indexes import Index, build

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Indexes of what still matters. The values are spelt out: a bound value would hide them from the planner.
_TOLD = "(kind NOT IN ('message.added', 'message.delivery', 'note.added', 'case.answered', 'customer.answered'))"
_INDEXES: tuple[Index, ...] = (
    ("ix_cases_queue", "cases", ["due_at", sa.text("severity DESC"), "queued_at", "id"], "state = 'queued'"),
    (
        "ix_cases_with_people",
        "cases",
        ["customer_id", "last_message_at"],
        "state IN ('queued', 'active', 'waiting_customer', 'on_hold')",
    ),
    ("ix_messages_said", "messages", ["case_id", "said_at", "said_order", "at"], "author = 'customer'"),
    ("ix_inbox_new", "inbox", ["channel", "id"], "status = 'new'"),
    ("ix_inbox_set_aside", "inbox", ["channel", "id"], "status = 'set_aside'"),
    ("ix_outbox_unsettled", "outbox", ["thread_key", "id"], "status IN ('new', 'sending', 'looking')"),
    ("ix_outbox_undecided", "outbox", ["case_id", "id"], "status IN ('new', 'sending', 'looking', 'unclear')"),
    ("ix_outbox_sending", "outbox", ["channel", "id"], "status = 'sending'"),
    ("ix_events_told", "events", ["case_id", "id"], _TOLD),
    ("ix_messages_case", "messages", ["case_id", "id"], ""),
)


def upgrade() -> None:
    """Expand: old and new code run side by side."""
    build(_INDEXES)
    op.add_column("inbox", sa.Column("deaths", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("holder", sa.Text(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("tried_at", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("looks", sa.Integer(), nullable=False, server_default="0"))
    # No query could use these two.
    op.drop_index("ix_inbox_waiting", table_name="inbox")
    op.drop_index("ix_outbox_unsent", table_name="outbox")
    op.create_table(
        "lanes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("called_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lanes")),
    )
    if op.get_context().dialect.name == "postgresql":
        _install_jobs()


def _install_jobs() -> None:
    """The tables and functions of procrastinate, which carries the work between processes."""
    from procrastinate.schema import SchemaManager

    # Many statements in one: the driver takes them as they are, without parameters.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 - an open transaction has one
    connection.execute(SchemaManager.get_schema())
