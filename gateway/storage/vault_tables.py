"""The vault's table: what customers and we said with personal data in it, as it was said; sealed, and for a time."""

import sqlalchemy as sa

from gateway.storage.columns import Instant, Serial, metadata
from gateway.storage.seal import Sealed

vault = sa.Table(
    "vault",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("message_id", sa.ForeignKey("messages.id"), nullable=False),
    # JSON: the text, and what came along where that was masked as well.
    sa.Column("sealed", Sealed, nullable=False),
    sa.Column("created_at", Instant, nullable=False, index=True),
    sa.UniqueConstraint("message_id", name="uq_vault_message_id"),
)
