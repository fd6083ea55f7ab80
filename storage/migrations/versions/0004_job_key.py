"""An index by which the last job of a key is found among the tens of thousands that a busy day leaves behind."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_job_key", "job", ["team", "key", "id"])
