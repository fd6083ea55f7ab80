"""${message}"""

import sqlalchemy as sa
from alembic import op

from storage import guards
from storage.column_types import BigId, UtcText

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
    guards.install(op.get_bind())
