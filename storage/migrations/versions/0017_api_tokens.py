"""The tokens of the API, and the keys under which incidents were declared by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.column_types import UtcText

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("restricted", sa.Text(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcText(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("expires_at", UtcText(), nullable=False),
        sa.Column("revoked_at", UtcText(), nullable=True),
        sa.Column("last_used_at", UtcText(), nullable=True),
        sa.PrimaryKeyConstraint("team", "id", name=op.f("pk_api_token")),
        if_not_exists=True,
    )
    op.create_table(
        "declared_key",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team", "key", name=op.f("pk_declared_key")),
        if_not_exists=True,
    )
