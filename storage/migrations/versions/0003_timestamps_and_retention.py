"""Time stamps beside checkpoints, and guards that let retention delete what a tombstone names."""

import sqlalchemy as sa
from alembic import op

from storage.triggers import record_triggers
from storage.column_types import UtcText

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stamp",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("stamped_at", UtcText(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "seq", name=op.f("pk_stamp")),
    )
    record_triggers.install(op.get_bind())
