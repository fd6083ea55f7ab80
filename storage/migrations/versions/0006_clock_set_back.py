"""Entries may say that the clock was set back. No table changes; the revision keeps an older Muster, which cannot read them, away."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing: the fact is new."""
