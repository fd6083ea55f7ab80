"""The functions of the triggers on PostgreSQL name their schema, so that no temporary table hides the record from them."""

from alembic import op

from storage.triggers import record_triggers

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    record_triggers.install(op.get_bind())
