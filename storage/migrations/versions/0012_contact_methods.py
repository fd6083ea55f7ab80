"""How each person is paged, in that person's order."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_method",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("delay_minutes", sa.Integer(), nullable=False),
        sa.Column("verified_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("team", "person", "position", name="pk_contact_method"),
        if_not_exists=True,
    )
