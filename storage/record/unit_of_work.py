"""One transaction on the record: remembers, numbers, appends, projects and wants jobs. Decides nothing about incidents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection
from ulid import ULID

from incident.entry import Draft, Entry, IncidentKey
from incident.jobs import Job
from incident.model.incident import Incident
from incident.ports import Outcome
from storage.errors import require_team
from storage.jobs import outbox
from storage.record import chain_writer, idempotency_keys, incident_numbers, projection, redaction
from storage.record.record_reader import SqlReader


class SqlUnitOfWork(SqlReader):
    """Everything in it is kept or nothing is. `woke`, `forgot` and `appended` are for the recorder, after the commit."""

    def __init__(self, connection: Connection, team: str | None) -> None:
        super().__init__(connection, team)
        self.woke = False
        self.appended: Counter[str] = Counter()
        self.forgot: set[IncidentKey] = set()
        self._heads: dict[IncidentKey, chain_writer.Head | None] = {}

    def remembered(self, key: str) -> Outcome | None:
        """Give the outcome this idempotency key had, within 48 hours."""
        return idempotency_keys.remembered(self.connection, self.team or "", key)

    def remember(self, key: str, outcome: Outcome) -> None:
        """Keep the outcome under its key."""
        idempotency_keys.remember(self.connection, self.team or "", key, outcome)

    def new_incident(self, team: str, at: datetime) -> tuple[IncidentKey, str]:
        """Take the next chain key and the next gap-free display number of the year."""
        value = incident_numbers.take(self.connection, team, at.year)
        return IncidentKey(team, str(ULID.from_datetime(at))), f"INC-{at.year}-{value:04d}"

    def load(self, key: IncidentKey) -> Incident | None:
        """Give the folded incident and lock its chain until the end of the transaction."""
        self._heads[key] = chain_writer.lock(self.connection, key)
        return projection.get(self.connection, key)

    def append(self, key: IncidentKey, drafts: Sequence[Draft], at: datetime) -> Sequence[Entry]:
        """Number, chain and store drafts; `recorded_at` is `at`, or the last one's when that is later."""
        self.appended.update(draft.fact.kind for draft in drafts)
        added, self._heads[key] = chain_writer.extend(self.connection, key, drafts, at, self._heads.get(key))
        return added

    def claim(self, key: IncidentKey, natural_keys: Sequence[str]) -> frozenset[str]:
        """Claim natural keys of what was said; give those that nobody claimed before."""
        return idempotency_keys.claim(self.connection, key, natural_keys)

    def project(self, incident: Incident) -> None:
        """Store the folded incident in its row; after a redaction it is folded anew, since the given one may hold words."""
        after = projection.refold(self.connection, incident.key) if incident.key in self.forgot else incident
        if after is not None:
            projection.put(self.connection, after)

    def forget_words(self, key: IncidentKey, numbers: Sequence[int]) -> None:
        """Delete words and salt of entries; a Redacted entry of the same chain must name them."""
        redaction.forget_words(self.connection, key, numbers)
        self.forgot.add(key)

    def want(self, jobs: Sequence[Job], at: datetime) -> None:
        """Want jobs: a new row, or a raised generation of the one not yet done."""
        outbox.enqueue(self.connection, jobs, at)
        self.woke = self.woke or bool(jobs)

    def cancel(self, keys: Sequence[str]) -> None:
        """Drop jobs that are not yet done and no longer wanted."""
        outbox.cancel(self.connection, keys, require_team(self.team))
