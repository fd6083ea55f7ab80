"""The projection of the workspace chain. There is none to write: no entry of earlier releases changes the organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "incident", name=op.f("pk_organisation")),
        if_not_exists=True,
    )
