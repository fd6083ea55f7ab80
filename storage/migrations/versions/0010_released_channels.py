"""Release the channels of void incidents that had adopted them: messages there are no longer theirs, and a new incident may be declared."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE incident SET channel = NULL WHERE adopted IS NOT NULL AND state LIKE 'void:%'")
