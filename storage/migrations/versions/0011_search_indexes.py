"""Indexes for lists of incidents of a service, of those that ended, and of those since a time."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ended = sa.text("ended_at IS NOT NULL")
    _index("ix_incident_service_ended", ["team", "service", "ended_at"], sqlite_where=ended, postgresql_where=ended)
    _index("ix_incident_service_all", ["team", "service", "declared_at"])
    _index("ix_incident_declared", ["team", "declared_at"])


def _index(name: str, columns: list[str], **where: sa.TextClause) -> None:
    op.create_index(name, "incident", columns, if_not_exists=True, **where)
