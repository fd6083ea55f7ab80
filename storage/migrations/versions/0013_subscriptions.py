"""What people subscribed to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.column_types import UtcText

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("since", UtcText(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("priorities", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "person", name=op.f("pk_subscription")),
        if_not_exists=True,
    )
