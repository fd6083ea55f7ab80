"""Retention: deletes ended incidents past their retention period, each in one transaction, and leaves a tombstone (F-18).

The tombstone, a `Retired` entry of the workspace chain, comes first: the triggers only let a chain go that one names.
`incident/rules/retention_period.py` decides the period.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, Table, delete, select

from incident.entries.integrity import Retired
from incident.entry import WORKSPACE, EntryPoint, IncidentKey, NewEntry, Source, workspace_chain
from incident.frozen import Frozen
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.retention_period import Term, later_by, shortest, term_of
from roles.person_ids import MUSTER
from storage.database.transactions import Transactions
from storage.errors import require_team
from storage.jobs.job_table import JOB
from storage.record import chain_writer
from storage.record.projections import projection
from storage.tables import BODY, CHAIN, CONCERNED, DRAFT, ENTRY, INCIDENT, MESSAGE_KEY, SEEN

# Text first, since it references its entry. Checkpoint leaves stay: roots are computed from them.
_TABLES: Final[Sequence[Table]] = (BODY, ENTRY, INCIDENT, CONCERNED, CHAIN, MESSAGE_KEY, SEEN, DRAFT, JOB)


class ExpiredIncident(Frozen):
    """An incident past its retention period. `awaits` is True if a checkpoint must cover it before it is deleted."""

    key: IncidentKey
    number: str
    term: Term
    awaits: bool


class RetentionDeletion:
    """Finds and deletes the incidents of one team that are past their retention period."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team

    def expired(self, policy: Policy, at: datetime) -> tuple[ExpiredIncident, ...]:
        """Return the incidents past the policy's retention period, oldest first."""
        team = require_team(self._team)
        return self._transactions.read(lambda connection: _find_expired(connection, team, policy, at))

    def delete_expired(self, policy: Policy, policy_hash: str, at: datetime) -> tuple[ExpiredIncident, ...]:
        """Delete and return the incidents past their period; those that await a checkpoint stay until the next run."""
        deleted = []
        for one in self.expired(policy, at):
            work = partial(_delete, key=one.key, policy=policy, policy_hash=policy_hash, at=at)
            if self._transactions.write(work, first=False):
                deleted.append(one)
        if deleted:
            projection.clear_caches()
            self._transactions.truncate_log()
        return tuple(deleted)

    def retired(self) -> tuple[str, ...]:
        """Return the ids of the incidents that were ever deleted, from their tombstones."""
        team = require_team(self._team)
        mine = (ENTRY.c.team == team) & (ENTRY.c.incident == WORKSPACE) & (ENTRY.c.kind == Retired.kind)
        return tuple(self._transactions.read(lambda c: c.execute(select(ENTRY.c.channel).where(mine)).scalars().all()))


def _find_expired(connection: Connection, team: str, policy: Policy, at: datetime) -> tuple[ExpiredIncident, ...]:
    years = shortest(policy)
    if years is None:
        return ()
    # No incident ends before it is declared, so those declared within the shortest period are not read.
    old_enough = select(INCIDENT.c.incident).where(
        INCIDENT.c.team == team, INCIDENT.c.is_over.is_(True), INCIDENT.c.declared_at <= later_by(at, -years)
    )
    keys = [IncidentKey(team, found) for found in connection.execute(old_enough.order_by(INCIDENT.c.number)).scalars()]
    return tuple(one for key in keys if (one := _expired(connection, key, policy, at)) is not None)


def _expired(connection: Connection, key: IncidentKey, policy: Policy, at: datetime) -> ExpiredIncident | None:
    incident = projection.load(connection, key)
    term = term_of(incident, policy) if incident else None
    if incident is None or term is None or term.kept_until > at:
        return None
    mine = (CHAIN.c.team == key.team) & (CHAIN.c.incident == key.id)
    checkpointed = connection.execute(select(CHAIN.c.checkpointed).where(mine)).scalar_one_or_none() or 0
    return ExpiredIncident(key=key, number=incident.number, term=term, awaits=checkpointed < incident.n)


def _delete(connection: Connection, key: IncidentKey, *, policy: Policy, policy_hash: str, at: datetime) -> bool:
    """Check again under the locks, since a legal hold may have been recorded, then append the tombstone and delete."""
    workspace = workspace_chain(key.team)
    chain_writer.lock(connection, workspace)
    head = chain_writer.lock(connection, key)
    expired = _expired(connection, key, policy, at)
    incident = projection.load(connection, key)
    if head is None or expired is None or incident is None or expired.awaits:
        return False
    fact = _tombstone(incident, head, expired.term, policy, policy_hash)
    draft = NewEntry(fact=fact, by=MUSTER, occurred_at=at, source=Source(surface=EntryPoint.JOB))
    chain_writer.append(connection, workspace, [draft], at)
    for table in _TABLES:
        # Outcomes of requests without a team are stored under an empty one.
        connection.execute(delete(table).where(table.c.team.in_((key.team, "")), table.c.incident == key.id))
    return True


def _tombstone(incident: Incident, head: chain_writer.Head, term: Term, policy: Policy, policy_hash: str) -> Retired:
    return Retired(
        incident=incident.key.id,
        number=incident.number,
        entries=head.n,
        head=head.hash,
        ended_at=term.ended_at,
        kept_until=term.kept_until,
        years=term.years,
        policy_version=policy.version,
        policy_hash=policy_hash,
    )
