"""An index in the order in which jobs are claimed, so that a claim reads a few of the due ones, however many there are."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_job_claim", "job", ["team", "state", "rank", "run_at", "id"])
