"""Alembic's entry: runs the migrations on the connection that `gateway.storage.migrate` hands over."""

from alembic import context

from gateway.storage.model import metadata

connection = context.config.attributes["connection"]
# A revision that builds indexes beside those who write commits on its way: each has transactions of its own.
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=False,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
