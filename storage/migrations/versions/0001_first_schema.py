"""The first schema: the record, what is derived from it, and the job table."""

import sqlalchemy as sa
from alembic import op

from storage.triggers import record_triggers
from storage.column_types import BigId, UtcText

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _record()
    _incidents()
    _kept_for_a_while()
    _directory()
    _checkpoints()
    _jobs()
    record_triggers.install(op.get_bind())


def _record() -> None:
    op.create_table(
        "entry",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_entry_n_is_positive")),
        sa.PrimaryKeyConstraint("team", "incident", "n", name=op.f("pk_entry")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entry_kind", "entry", ["team", "incident", "kind", "n"], unique=False)
    op.create_index("ix_entry_message", "entry", ["team", "incident", "channel", "ts"], unique=False)
    op.create_table(
        "body",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team", "incident", "n"], ["entry.team", "entry.incident", "entry.n"], name=op.f("fk_body_entry")
        ),
        sa.PrimaryKeyConstraint("team", "incident", "n", name=op.f("pk_body")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "chain",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcText(), nullable=False),
        sa.Column("checkpointed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team", "incident", name=op.f("pk_chain")),
    )
    op.create_table(
        "message_key",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team", "incident", "key", name=op.f("pk_message_key")),
    )


def _incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("declared_at", UtcText(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("major", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "incident", name=op.f("pk_incident")),
    )
    op.create_index("ix_incident_channel", "incident", ["team", "channel"], unique=False)
    op.create_index("ix_incident_over", "incident", ["team", "is_over"], unique=False)
    op.create_index("uq_incident_number", "incident", ["team", "number"], unique=True)
    op.create_table(
        "counter",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team", "year", name=op.f("pk_counter")),
    )


def _kept_for_a_while() -> None:
    op.create_table(
        "seen",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=True),
        sa.Column("at", UtcText(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "key", name=op.f("pk_seen")),
    )
    op.create_index("ix_seen_at", "seen", ["at"], unique=False)
    op.create_table(
        "draft",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=True),
        sa.Column("at", UtcText(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "key", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_at", "draft", ["at"], unique=False)


def _directory() -> None:
    op.create_table(
        "person",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("since", UtcText(), nullable=False),
        sa.Column("until", UtcText(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team", "person", "since", name=op.f("pk_person")),
    )
    op.create_table(
        "policy_text",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("stored_at", UtcText(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "hash", name=op.f("pk_policy_text")),
    )
    op.create_table(
        "policy_active",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("since", UtcText(), nullable=False),
        sa.PrimaryKeyConstraint("team", "seq", name=op.f("pk_policy_active")),
    )


def _checkpoints() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=True),
        sa.Column("signature", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("team", "seq", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "checkpoint_leaf",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team", "seq", "position", name=op.f("pk_checkpoint_leaf")),
    )
    op.create_index("ix_checkpoint_leaf_chain", "checkpoint_leaf", ["team", "incident", "n"], unique=False)


def _jobs() -> None:
    op.create_table(
        "job",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(), nullable=True),
        sa.Column("needs", sa.String(), nullable=True),
        sa.Column("run_at", UtcText(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("serving", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", UtcText(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("ended_at", UtcText(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_due", "job", ["state", "run_at"], unique=False)
    op.create_index("ix_job_lane", "job", ["team", "lane", "state", "id"], unique=False)
    op.create_index("ix_job_needs", "job", ["team", "needs", "state"], unique=False)
    op.create_index(
        "uq_job_ready_key",
        "job",
        ["team", "key"],
        unique=True,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
