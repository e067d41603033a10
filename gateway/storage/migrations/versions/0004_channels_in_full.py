"""The channels in full: cursors, files, acts, checks and grants; who has shut us out, who wants no automatic answers.

Revision: 0004, after 0003. Expand only: the previous version works beside it.
"""

import sqlalchemy as sa
from alembic import op

from gateway.storage.migrations.indexes import Index, build

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IN_USE: tuple[Index, ...] = (
    ("ix_messages_native_id", "messages", ["native_id"], ""),
    ("ix_inbox_early", "inbox", ["about"], "about IS NOT NULL"),
    ("ix_inbox_message", "inbox", ["message_id"], "message_id IS NOT NULL"),
)
_PARTIAL = (
    ("ix_files_waiting", "files", ["due_at", "id"], "status = 'waiting'"),
    ("ix_acts_pending", "acts", ["due_at", "id"], "status = 'pending'"),
)
_COUNTED = """
    SELECT count(*) FROM messages
    WHERE messages.case_id = case_threads.case_id AND messages.thread_id = case_threads.thread_id AND {which}
"""


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def _time(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def upgrade() -> None:
    """Expand: old and new code run side by side."""
    # Before the indexes, of which one is of this column: whoever dies over those leaves it for the next one.
    about = sa.Column("about", sa.Text(), nullable=True)
    op.add_column("inbox", about, if_not_exists=op.get_context().dialect.name == "postgresql" or None)
    build(_IN_USE)
    op.create_table(
        "cursors",
        _text("channel"),
        _text("account"),
        sa.Column("values", sa.JSON(none_as_null=True), nullable=False),
        _time("asked_at", nullable=True),
        _words("holder"),
        _time("held_until", nullable=True),
        sa.PrimaryKeyConstraint("channel", "account", name=op.f("pk_cursors")),
    )
    op.create_table(
        "files",
        _text("id"),
        sa.Column("message_id", _ID, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("user_id", _ID, nullable=True),
        _words("channel"),
        sa.Column("source", sa.JSON(none_as_null=True), nullable=True),
        _text("status"),
        _words("why"),
        _count("attempts"),
        _time("due_at", nullable=True),
        _text("kind"),
        _words("name"),
        _words("mime"),
        _count("size"),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        _time("created_at"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_files_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_files_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_message", "files", ["message_id", "position"])
    op.create_table(
        "acts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("message_id", _ID, nullable=False),
        _text("channel"),
        _text("account"),
        _text("kind"),
        _text("target"),
        _text("actor"),
        _text("status"),
        _words("error"),
        _count("attempts"),
        _time("due_at"),
        _time("created_at"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_acts_case_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_acts_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
        sa.UniqueConstraint("channel", "account", "kind", "target", name="uq_acts_target"),
    )
    op.create_index(op.f("ix_acts_case_id"), "acts", ["case_id"])
    op.create_table(
        "checks",
        _text("channel"),
        _text("account"),
        _text("name"),
        sa.Column("well", sa.Boolean(), nullable=True),
        _text("words"),
        _words("advice"),
        _time("since"),
        _time("at"),
        sa.PrimaryKeyConstraint("channel", "account", "name", name=op.f("pk_checks")),
    )
    op.create_table(
        "grants",
        _text("channel"),
        _text("account"),
        _text("origin"),
        _text("access"),
        _text("refresh"),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("channel", "account", name=op.f("pk_grants")),
    )
    op.create_table(
        "pulse",
        _text("channel"),
        _text("account"),
        _time("slot"),
        sa.Column("count", sa.Integer(), nullable=False),
        _time("first_at"),
        _time("last_at"),
        sa.PrimaryKeyConstraint("channel", "account", "slot", name=op.f("pk_pulse")),
    )
    op.add_column("inbox", sa.Column("supplied", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, table, columns, which in _PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
    op.add_column("threads", _time("seen_at", nullable=True))
    op.add_column("threads", _words("closed"))
    op.add_column("identities", _time("opted_out_at", nullable=True))
    op.add_column("case_threads", _count("heard"))
    op.add_column("case_threads", _count("said"))
    heard, said = (
        _COUNTED.format(which=which)
        for which in ("messages.author = 'customer'", "messages.delivery IN ('sent', 'unclear')")
    )
    on_x = "thread_id IN (SELECT id FROM threads WHERE channel = 'twitter')"
    op.execute(f"UPDATE case_threads SET heard = ({heard}), said = ({said}) WHERE {on_x}")  # noqa: S608 - no input
