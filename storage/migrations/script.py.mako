"""${message}"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import BigId, UtcText
from storage.triggers import record_triggers

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
    record_triggers.install(op.get_bind())
