"""What sources of alerts post, until it is read into events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.column_types import UtcText

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_delivery",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("received_at", UtcText(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("noted", sa.Boolean(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("team", "id", name=op.f("pk_intake_delivery")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_intake_delivery_state"), "intake_delivery", ["state"], if_not_exists=True)
