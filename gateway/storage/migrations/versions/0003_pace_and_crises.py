"""Pace and crises: what platforms let out, which of them fail, and when more comes in than goes out.

Revision: 0003, after 0002. Expand only: the previous version works beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PARTIAL = (
    ("ix_outbox_outlet", "outbox", ["outlet", "rank", "id"], "status = 'new'", False),
    ("ix_cases_crisis", "cases", ["crisis_id", "state", "topic"], "crisis_id IS NOT NULL", False),
    ("uq_crises_ongoing", "crises", ["channel", "account"], "closed_at IS NULL", True),
)


def upgrade() -> None:
    """Expand: old and new code run side by side."""
    op.create_table(
        "pace",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("cells", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_pace")),
    )
    op.create_index(op.f("ix_pace_used_at"), "pace", ["used_at"])
    op.create_table(
        "outages",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", name=op.f("pk_outages")),
    )
    op.create_table(
        "crises",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("calm_since", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crises")),
    )
    op.add_column("outbox", sa.Column("outlet", sa.Text(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("rank", sa.Integer(), nullable=False, server_default="2"))
    # SQLite adds a reference to another table only while it adds the column, and in no other way.
    op.add_column(
        "cases",
        sa.Column("crisis_id", _ID, sa.ForeignKey("crises.id", name="fk_cases_crisis_id"), nullable=True),
        inline_references=op.get_context().dialect.name == "sqlite",
    )
    for name, table, columns, condition, unique in _PARTIAL:
        where = sa.text(condition)
        op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
