"""The way aside, watched: due times and what happened when; the vault of personal data.

Revision: 0005, after 0004. Expand only: the previous version works beside it.
"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.migrations.indexes import build

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENTS = (
    "due_at",
    "acked_at",
    "invited_at",
    "reminded_at",
    "offered_at",
    "arrived_at",
    "resolved_at",
    "closed_at",
    "worded_at",
)
_OPEN = "state IN ('invited', 'arrived', 'private_resolved')"


def upgrade() -> None:
    """Expand: old and new code run side by side."""
    build(
        [
            ("ix_moves_created_at", "moves", ["created_at"], ""),
            ("ix_inbox_kept", "inbox", ["received_at"], "said IS NOT NULL OR length(body) > 0"),
        ]
    )
    for name in _MOMENTS:
        op.add_column("moves", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("moves", sa.Column("approved", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("moves", sa.Column("why", sa.Text(), nullable=False, server_default=""))
    op.add_column("moves", sa.Column("way_in", sa.JSON(none_as_null=True), nullable=True))
    for index, columns, condition in (
        ("ix_moves_due", ["due_at", "id"], "due_at IS NOT NULL"),
        ("ix_moves_timeless", ["id"], f"due_at IS NULL AND {_OPEN}"),
    ):
        where = sa.text(condition)
        op.create_index(index, "moves", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "vault",
        sa.Column("id", _ID, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("message_id", _ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_vault_case_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_vault_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault")),
        sa.UniqueConstraint("message_id", name="uq_vault_message_id"),
    )
    op.create_index(op.f("ix_vault_case_id"), "vault", ["case_id"])
    op.create_index(op.f("ix_vault_created_at"), "vault", ["created_at"])
