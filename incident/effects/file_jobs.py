"""The jobs about files that are evidence: fetch what a person keeps, erase what was redacted. Pure.

Nothing is erased under a legal hold; what was redacted under it is erased once the hold is lifted.
"""

from __future__ import annotations

from collections.abc import Sequence

from incident.effects.job_keys import key_of
from incident.entries.conversation import Redacted
from incident.entries.integrity import Preserved
from incident.entries.outside.evidence_items import FileSecured, FileStored
from incident.entry import Entry
from incident.jobs import LATER, NORMAL, Job, JobKind
from incident.model.incident import Incident


def file_jobs(after: Incident, entries: Sequence[Entry]) -> tuple[Job, ...]:
    """Return a job for each file that is to be fetched or erased."""
    fetched = (_job(JobKind.EVIDENCE_FILE, after, e.n, NORMAL) for e in entries if isinstance(e.fact, FileSecured))
    is_due = any(_may_cause_erasure(entry) for entry in entries) and not after.preserved
    erased = (one.n for one in after.evidence if is_due and one.is_redacted and one.stored == "stored")
    return (*fetched, *(_job(JobKind.EVIDENCE_ERASURE, after, n, LATER) for n in erased))


def _may_cause_erasure(entry: Entry) -> bool:
    fact = entry.fact
    return isinstance(fact, Redacted | FileStored) or (isinstance(fact, Preserved) and not fact.on)


def _job(kind: JobKind, after: Incident, n: int, rank: int) -> Job:
    return Job(kind=kind, key=key_of(kind, after.key, n), incident=after.key, entry=n, rank=rank)
