"""All tables: what migrations lead to."""

from gateway.storage import channel_tables, desk_tables, tables, traffic_tables, vault_tables
from gateway.storage.columns import metadata

__all__ = ["channel_tables", "desk_tables", "metadata", "tables", "traffic_tables", "vault_tables"]
