"""Redactions name entries, deletions name no person, and names of channels are text. No table changes.

The revision keeps an older Muster, which cannot read these facts, away.
"""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing: entries are upcast when they are read."""
