"""Runs migrations on the connection and in the transaction it is given. Tables that hold the record are never rebuilt."""

from alembic import context
from sqlmodel import SQLModel

import storage.api.api_tokens
import storage.api.declared_keys
import storage.api.webhooks
import storage.contact_methods
import storage.heartbeats
import storage.intake.deliveries
import storage.jobs.job_table
import storage.schedule_feeds
import storage.shift_notices
import storage.subscriptions
import storage.tables  # noqa: F401 - their tables are what migrations are compared with

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    compare_type=True,
    # Batch mode copies a table and drops its triggers silently; a migration that needs it says so, and never
    # for entry and body.
    render_as_batch=False,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
