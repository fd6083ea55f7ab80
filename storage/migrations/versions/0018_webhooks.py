"""The webhooks that learn of new entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.column_types import UtcText

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("restricted", sa.Text(), nullable=False),
        sa.Column("created_at", UtcText(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("disabled_at", UtcText(), nullable=True),
        sa.Column("failing_since", UtcText(), nullable=True),
        sa.Column("retry_at", UtcText(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team", "id", name=op.f("pk_webhook")),
        if_not_exists=True,
    )
