"""What sources post, as it came: stored before it is answered, read into alerts by a job, then deleted after some days.

Not part of the record: the entry of an event holds the SHA-256 of its body. What cannot be read, or was refused, stays here
for a while, and nowhere else: no log has a body.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, LargeBinary, delete, func, insert, select, update
from sqlmodel import Field, SQLModel

from incident.effects.job_keys import key_of
from incident.entry import workspace_chain
from incident.frozen import Frozen, Utc
from incident.jobs import NORMAL, Job, JobKind
from storage.database.commit_notifications import CommitNotifications
from storage.database.transactions import Transactions
from storage.errors import require_team
from storage.jobs import outbox
from storage.tables import MESSAGE_KEY, table_of, text, utc

READ_RETENTION: Final = timedelta(days=7)
QUARANTINE_RETENTION: Final = timedelta(days=30)
# Strangers fill no disk: of so many refused requests the bodies are stored, the others are not.
MOST_QUARANTINED: Final = 500
_KEY_RETENTION: Final = timedelta(days=62)


class DeliveryState(StrEnum):
    """What became of a delivery. The slugs are stored."""

    WAITS = "waits"
    READ = "read"
    UNREADABLE = "unreadable"
    REFUSED = "refused"


class DeliveryRow(SQLModel, table=True):
    """One request of a source. `why` says why it was refused, `noted` whether the record says so by now."""

    __tablename__: ClassVar[Any] = "intake_delivery"

    team: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    state: str = Field(index=True)
    source: str
    received_at: datetime = utc()
    why: str = ""
    noted: bool = False
    headers: str = text()
    sha256: str
    body: bytes = Field(sa_type=LargeBinary)


DELIVERY: Final = table_of(DeliveryRow)


class StoredDelivery(Frozen):
    """One request of a source, with the headers that its form needs as JSON. Its body never shows in a representation."""

    id: str
    source: str
    received_at: Utc
    sha256: str
    headers: str
    body: bytes
    state: DeliveryState = DeliveryState.WAITS
    why: str = ""

    def __repr__(self) -> str:
        return f"StoredDelivery(id={self.id!r}, source={self.source!r}, state={self.state!r})"

    __str__ = __repr__


class Deliveries:
    """The deliveries of one team."""

    def __init__(self, transactions: Transactions, notifications: CommitNotifications, team: str | None) -> None:
        self._transactions = transactions
        self._notifications = notifications
        self._team = team

    def add(self, many: Sequence[StoredDelivery], at: datetime) -> None:
        """Store deliveries and enqueue the job that reads them, in one commit."""
        team = require_team(self._team)
        key = workspace_chain(team)
        job = Job(kind=JobKind.INTAKE, key=key_of(JobKind.INTAKE, key), incident=key, rank=NORMAL)

        def work(connection: Connection) -> None:
            connection.execute(insert(DELIVERY), [_row(one, team) for one in self._bounded(connection, many, team)])
            outbox.enqueue(connection, [job], at)
            self._notifications.announce(connection)

        self._transactions.write(work, first=False)
        self._notifications.notify()

    def waiting(self, limit: int) -> Sequence[StoredDelivery]:
        """Return the deliveries that no job has read, oldest first."""
        return self._of_state(DeliveryState.WAITS, DELIVERY.c.noted.is_(False), limit)

    def refused(self, limit: int) -> Sequence[StoredDelivery]:
        """Return the refused requests of which the record says nothing yet."""
        return self._of_state(DeliveryState.REFUSED, DELIVERY.c.noted.is_(False), limit)

    def quarantined(self, limit: int = 100) -> Sequence[StoredDelivery]:
        """Return what could not be read and what was refused, newest first."""
        states = DELIVERY.c.state.in_((DeliveryState.UNREADABLE, DeliveryState.REFUSED))
        query = select(DELIVERY).where(DELIVERY.c.team == require_team(self._team), states)
        query = query.order_by(DELIVERY.c.id.desc()).limit(limit)
        return self._transactions.read(lambda c: [_delivery(row) for row in c.execute(query).all()])

    def settle(self, ids: Sequence[str], state: DeliveryState, why: str = "") -> None:
        """Say what became of deliveries, and that the record has it."""
        if not ids:
            return
        ours = (DELIVERY.c.team == require_team(self._team)) & DELIVERY.c.id.in_(ids)
        values = {"state": state.value, "noted": True, **({"why": why} if why else {})}
        self._transactions.write(lambda c: c.execute(update(DELIVERY).where(ours).values(**values)), first=False)

    def delete_expired(self, now: datetime) -> None:
        """Delete what was read a week ago, what is in quarantine for a month, and keys of alerts of over two months ago."""
        team = require_team(self._team)
        is_read = DELIVERY.c.state == DeliveryState.READ
        is_in_quarantine = DELIVERY.c.state.in_((DeliveryState.UNREADABLE, DeliveryState.REFUSED))
        old = (is_read & (DELIVERY.c.received_at < now - READ_RETENTION)) | (
            is_in_quarantine & (DELIVERY.c.received_at < now - QUARANTINE_RETENTION)
        )
        month = f"alert:{now - _KEY_RETENTION:%Y-%m}"
        keys = delete(MESSAGE_KEY).where(
            MESSAGE_KEY.c.team == team,
            MESSAGE_KEY.c.incident == workspace_chain(team).id,
            MESSAGE_KEY.c.key.between("alert:", month),
        )

        def work(connection: Connection) -> None:
            connection.execute(delete(DELIVERY).where(DELIVERY.c.team == team, old))
            connection.execute(keys)

        self._transactions.write(work, first=False)

    def _bounded(self, connection: Connection, many: Sequence[StoredDelivery], team: str) -> Sequence[StoredDelivery]:
        """Return the deliveries, those that were refused without their bodies once the quarantine is full."""
        if all(one.state is DeliveryState.WAITS for one in many):
            return many
        counted = select(func.count()).select_from(DELIVERY)
        counted = counted.where(DELIVERY.c.team == team, DELIVERY.c.state == DeliveryState.REFUSED)
        is_full = connection.execute(counted).scalar_one() >= MOST_QUARANTINED
        return [
            one.model_copy(update={"body": b""}) if is_full and one.state is DeliveryState.REFUSED else one
            for one in many
        ]

    def _of_state(self, state: DeliveryState, condition: Any, limit: int) -> Sequence[StoredDelivery]:
        query = select(DELIVERY).where(
            DELIVERY.c.team == require_team(self._team), DELIVERY.c.state == state, condition
        )
        query = query.order_by(DELIVERY.c.id).limit(limit)
        return self._transactions.read(lambda c: [_delivery(row) for row in c.execute(query).all()])


def _row(one: StoredDelivery, team: str) -> dict[str, Any]:
    return {**one.model_dump(), "state": one.state.value, "team": team, "noted": False}


def _delivery(row: Any) -> StoredDelivery:
    return StoredDelivery(
        id=row.id,
        source=row.source,
        received_at=row.received_at,
        sha256=row.sha256,
        headers=row.headers,
        body=bytes(row.body),
        state=DeliveryState(row.state),
        why=row.why,
    )
