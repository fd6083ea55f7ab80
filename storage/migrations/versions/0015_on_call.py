"""Who gets no message about their shifts, and the copies of feeds of on-call schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.column_types import UtcText

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shift_notice_off",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team", "person", name=op.f("pk_shift_notice_off")),
        if_not_exists=True,
    )
    op.create_table(
        "schedule_feed",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("checked_at", UtcText(), nullable=False),
        sa.Column("fetched_at", UtcText(), nullable=True),
        sa.Column("failing_since", UtcText(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("unmatched", sa.Integer(), nullable=False),
        sa.Column("shifts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "schedule", name=op.f("pk_schedule_feed")),
        if_not_exists=True,
    )
