"""Facts about deliveries name their medium. No table changes; the revision keeps an older Muster, which cannot read them, away."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing: entries are upcast when they are read."""
