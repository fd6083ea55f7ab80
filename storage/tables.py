"""The tables of the record: entries, their redactable text, and what is derived from them. Every key carries the team.

`entry` and `body` are append-only (triggers/); all others can be rebuilt or expire. On SQLite both are WITHOUT ROWID and
have no unique key but the primary one, so that INSERT OR REPLACE finds no other row to replace.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Table, Text
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from storage.column_types import UtcText

# Set before the first table is defined; otherwise its constraints have no names.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def utc(*, nullable: bool = False) -> Any:
    """Declare a column for a UTC time."""
    return Field(default=None if nullable else ..., sa_type=UtcText, nullable=nullable)


def text(*, nullable: bool = False) -> Any:
    """Declare a text column without a length."""
    return Field(default=None if nullable else ..., sa_type=Text, nullable=nullable)


def where(condition: str, postgresql: str | None = None) -> dict[str, Any]:
    """Return the arguments of an index of only those rows that meet a condition."""
    return {"sqlite_where": sql(condition), "postgresql_where": sql(postgresql or condition)}


def only_where(column: str, *, holds: bool = True) -> dict[str, Any]:
    """Return the arguments of an index of only those rows whose flag is set, or is not."""
    return where(f"{column} IS {int(holds)}", f"{column} IS {str(holds).lower()}")


class EntryRow(SQLModel, table=True):
    """One entry: `text` is hashed and never rewritten; the other columns repeat parts of it for lookups."""

    __tablename__: ClassVar[Any] = "entry"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("n > 0", name="n_is_positive"),
        Index("ix_entry_message", "team", "incident", "channel", "ts"),
        Index("ix_entry_kind", "team", "incident", "kind", "n"),
        {"sqlite_with_rowid": False},
    )

    team: str = Field(primary_key=True)
    incident: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    kind: str
    recorded_at: str
    channel: str | None = None
    ts: str | None = None
    text: str = text()
    prev: str
    hash: str


class BodyRow(SQLModel, table=True):
    """The redactable text of one entry with its salt; deleted once a Redacted entry of the same chain names the entry."""

    __tablename__: ClassVar[Any] = "body"
    __table_args__: ClassVar[Any] = (
        ForeignKeyConstraint(["team", "incident", "n"], ["entry.team", "entry.incident", "entry.n"]),
        {"sqlite_with_rowid": False},
    )

    team: str = Field(primary_key=True)
    incident: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    salt: str
    words: str = text()


class ChainRow(SQLModel, table=True):
    """The head of a chain. Its row lock is the lock of the chain; `checkpointed` is the last entry under a checkpoint."""

    __tablename__: ClassVar[Any] = "chain"
    __table_args__: ClassVar[Any] = (Index("ix_chain_changed", "team", "incident", **where("n > checkpointed")),)

    team: str = Field(primary_key=True)
    incident: str = Field(primary_key=True)
    n: int
    head: str
    recorded_at: datetime = utc()
    checkpointed: int = 0


class IncidentRow(SQLModel, table=True):
    """The projection: the incident folded up to entry `n`, with lookup columns. `shape` identifies the model that wrote it.

    `title` is shown only where `masked` is false; `position` is the place in lists.
    """

    __tablename__: ClassVar[Any] = "incident"
    __table_args__: ClassVar[Any] = (
        Index("uq_incident_number", "team", "number", unique=True),
        Index("ix_incident_channel", "team", "channel"),
        Index("ix_incident_over", "team", "is_over"),
        Index("ix_incident_open", "team", "restricted", "position", **only_where("is_over", holds=False)),
        Index(
            "ix_incident_service", "team", "service", "declared_at", "incident", **only_where("is_over", holds=False)
        ),
        Index("ix_incident_newest", "team", "incident", **only_where("is_over", holds=False)),
        Index("ix_incident_masked", "team", "position", **only_where("masked")),
        Index("ix_incident_adopted", "team", "adopted", **where("adopted IS NOT NULL")),
        Index("ix_incident_ended", "team", "ended_at", **where("ended_at IS NOT NULL")),
        Index("ix_incident_service_ended", "team", "service", "ended_at", **where("ended_at IS NOT NULL")),
        Index("ix_incident_service_all", "team", "service", "declared_at"),
        Index("ix_incident_declared", "team", "declared_at"),
    )

    team: str = Field(primary_key=True)
    incident: str = Field(primary_key=True)
    n: int
    number: str
    state: str
    service: str
    priority: str | None = None
    channel: str | None = None
    declared_at: datetime = utc()
    is_over: bool
    major: bool
    drill: bool
    restricted: bool
    title: str = text()
    position: str
    masked: bool
    adopted: str | None = None
    ended_at: datetime | None = utc(nullable=True)
    shape: str
    folded: str = text()


class ConcernedRow(SQLModel, table=True):
    """A person whom an open incident concerns, with the place of the incident in lists; deleted when the incident ends."""

    __tablename__: ClassVar[Any] = "concerned"
    __table_args__: ClassVar[Any] = (
        Index("ix_concerned_incident", "team", "incident"),
        Index("ix_concerned_position", "team", "person", "position"),
        Index("ix_concerned_restricted", "team", "person", "position", **only_where("restricted")),
        {"sqlite_with_rowid": False},
    )

    team: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    incident: str = Field(primary_key=True)
    position: str
    restricted: bool
    is_involved: bool


class CounterRow(SQLModel, table=True):
    """The last display number assigned in a year."""

    __tablename__: ClassVar[Any] = "counter"

    team: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    value: int


class SeenRow(SQLModel, table=True):
    """The outcome of a request under its idempotency key, stored for 48 hours."""

    __tablename__: ClassVar[Any] = "seen"
    __table_args__: ClassVar[Any] = (Index("ix_seen_at", "at"),)

    team: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    incident: str | None = None
    at: datetime = utc()
    outcome: str = text()


class MessageKeyRow(SQLModel, table=True):
    """The natural key of a recorded message, edit, deletion or pin."""

    __tablename__: ClassVar[Any] = "message_key"

    team: str = Field(primary_key=True)
    incident: str = Field(primary_key=True)
    key: str = Field(primary_key=True)


class DraftRow(SQLModel, table=True):
    """A submitted form, stored before it is validated, so that a refusal can offer it back."""

    __tablename__: ClassVar[Any] = "draft"
    __table_args__: ClassVar[Any] = (Index("ix_draft_at", "at"),)

    team: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    person: str
    verb: str
    incident: str | None = None
    at: datetime = utc()
    fields: str = text()


class PersonRow(SQLModel, table=True):
    """The directory data of one person from `since` until `until`."""

    __tablename__: ClassVar[Any] = "person"

    team: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    since: datetime = Field(sa_column=Column("since", UtcText, primary_key=True))
    until: datetime | None = utc(nullable=True)
    name: str
    zone: str
    title: str
    is_bot: bool
    is_guest: bool
    is_active: bool


class PolicyTextRow(SQLModel, table=True):
    """The full text of a policy under its SHA-256."""

    __tablename__: ClassVar[Any] = "policy_text"

    team: str = Field(primary_key=True)
    hash: str = Field(primary_key=True)
    stored_at: datetime = utc()
    text: str = text()


class PolicyActiveRow(SQLModel, table=True):
    """The policy in force since a time."""

    __tablename__: ClassVar[Any] = "policy_active"

    team: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    hash: str
    since: datetime = utc()


class CheckpointRow(SQLModel, table=True):
    """A signed Merkle root over the chains that had changed; `entry` is its number in the workspace chain."""

    __tablename__: ClassVar[Any] = "checkpoint"

    team: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    entry: int
    root: str
    statement: str = text()
    public_key: str | None = None
    signature: str | None = None


class CheckpointLeafRow(SQLModel, table=True):
    """One chain under a checkpoint's root: its number of entries and the hash of the last."""

    __tablename__: ClassVar[Any] = "checkpoint_leaf"
    __table_args__: ClassVar[Any] = (Index("ix_checkpoint_leaf_chain", "team", "incident", "n"),)

    team: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    incident: str
    n: int
    head: str


def table_of(row: type[SQLModel]) -> Table:
    """Return the table of a row class."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


ENTRY: Final = table_of(EntryRow)
BODY: Final = table_of(BodyRow)
CHAIN: Final = table_of(ChainRow)
INCIDENT: Final = table_of(IncidentRow)
CONCERNED: Final = table_of(ConcernedRow)
COUNTER: Final = table_of(CounterRow)
SEEN: Final = table_of(SeenRow)
MESSAGE_KEY: Final = table_of(MessageKeyRow)
DRAFT: Final = table_of(DraftRow)
PERSON: Final = table_of(PersonRow)
POLICY_TEXT: Final = table_of(PolicyTextRow)
POLICY_ACTIVE: Final = table_of(PolicyActiveRow)
CHECKPOINT: Final = table_of(CheckpointRow)
CHECKPOINT_LEAF: Final = table_of(CheckpointLeafRow)
