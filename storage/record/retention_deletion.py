"""Retention: deletes ended incidents that the policy keeps no longer, each in one transaction, and leaves a tombstone.

The tombstone, a `Retired` entry of the workspace chain, comes first: the guards let a chain go only where one names it.
How long something is kept is decided in `incident/rules/retention_period.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, Table, delete, select

from incident.entries.integrity import Retired
from incident.entry import Draft, IncidentKey, Source, Surface, workspace_chain
from incident.frozen import Frozen
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.retention_period import Term, later_by, shortest, term_of
from roles.person_ids import MUSTER
from storage.database.transactions import Transactions
from storage.errors import require_team
from storage.jobs.job_table import JOB
from storage.record import chain_writer, projection
from storage.tables import BODY, CHAIN, DRAFT, ENTRY, INCIDENT, MESSAGE_KEY, SEEN

# Words first, since they hang on their entries. What checkpoints saw of the chain stays: roots are made of it.
_GO: Final[Sequence[Table]] = (BODY, ENTRY, INCIDENT, CHAIN, MESSAGE_KEY, SEEN, DRAFT, JOB)


class Expired(Frozen):
    """An incident that is kept no longer, and by which term. `awaits` tells that a checkpoint must cover it first."""

    key: IncidentKey
    number: str
    term: Term
    awaits: bool


class RetentionDeletion:
    """Finds what is past its retention in one team's record, and deletes it."""

    def __init__(self, transactions: Transactions, team: str | None) -> None:
        self._transactions = transactions
        self._team = team

    def due(self, policy: Policy, at: datetime) -> tuple[Expired, ...]:
        """Name what the policy keeps no longer, oldest first; changes nothing."""
        team = require_team(self._team)
        return self._transactions.read(lambda connection: _due(connection, team, policy, at))

    def retire(self, policy: Policy, policy_hash: str, at: datetime) -> tuple[Expired, ...]:
        """Delete what the policy keeps no longer, and tell what went; what awaits a checkpoint stays until the next time."""
        gone = []
        for one in self.due(policy, at):
            bury = partial(_retire, key=one.key, policy=policy, policy_hash=policy_hash, at=at)
            if self._transactions.write(bury, first=False):
                gone.append(one)
        if gone:
            projection.PARSED.forget()
            self._transactions.truncate_log()
        return tuple(gone)


def _due(connection: Connection, team: str, policy: Policy, at: datetime) -> tuple[Expired, ...]:
    years = shortest(policy)
    if years is None:
        return ()
    # Nothing ends before it is declared, so what is too young to be past any term need not be read.
    oldest = select(INCIDENT.c.incident).where(
        INCIDENT.c.team == team, INCIDENT.c.is_over.is_(True), INCIDENT.c.declared_at <= later_by(at, -years)
    )
    keys = [IncidentKey(team, found) for found in connection.execute(oldest.order_by(INCIDENT.c.number)).scalars()]
    return tuple(one for key in keys if (one := _expired(connection, key, policy, at)) is not None)


def _expired(connection: Connection, key: IncidentKey, policy: Policy, at: datetime) -> Expired | None:
    incident = projection.get(connection, key)
    term = term_of(incident, policy) if incident else None
    if incident is None or term is None or term.kept_until > at:
        return None
    mine = (CHAIN.c.team == key.team) & (CHAIN.c.incident == key.id)
    seen = connection.execute(select(CHAIN.c.checkpointed).where(mine)).scalar_one_or_none() or 0
    return Expired(key=key, number=incident.number, term=term, awaits=seen < incident.n)


def _retire(connection: Connection, key: IncidentKey, *, policy: Policy, policy_hash: str, at: datetime) -> bool:
    """Look once more under the locks, since a legal hold may have come meanwhile; then bury and delete."""
    workspace = workspace_chain(key.team)
    chain_writer.lock(connection, workspace)
    head = chain_writer.lock(connection, key)
    expired = _expired(connection, key, policy, at)
    incident = projection.get(connection, key)
    if head is None or expired is None or incident is None or expired.awaits:
        return False
    fact = _tombstone(incident, head, expired.term, policy, policy_hash)
    draft = Draft(fact=fact, by=MUSTER, occurred_at=at, source=Source(surface=Surface.JOB))
    chain_writer.append(connection, workspace, [draft], at)
    for table in _GO:
        # Outcomes of requests that named no team are kept under none.
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
