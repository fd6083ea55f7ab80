"""When each process was last known to be connected."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import UtcText

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("connected_at", UtcText(), nullable=False),
        sa.PrimaryKeyConstraint("team", "process", name=op.f("pk_presence")),
    )
