"""How validations, reviews and refused closings change the incident."""

from __future__ import annotations

from incident.entries.closure import ClosureRefused, ReviewScheduled, Validated
from incident.entry import Entry
from incident.fold.change import Change, effective_at
from incident.model.components import ClosureAttempt, Review, Validation
from incident.model.incident import Incident


def validated(incident: Incident, entry: Entry, fact: Validated) -> Change:
    """Add the evidence; the closure criteria decide whether it still counts."""
    item = Validation(
        at=entry.recorded_at,
        criterion=fact.criterion,
        by=entry.by,
        evidence=fact.evidence,
        effective_at=effective_at(entry),
    )
    return {"validations": (*incident.validations, item)}


def review_scheduled(incident: Incident, entry: Entry, fact: ReviewScheduled) -> Change:
    """Set the review's owner and time, in place of an earlier one."""
    return {"review": Review(owner=fact.owner, at=fact.at, set_by=entry.by, set_at=entry.recorded_at)}


def closure_refused(incident: Incident, entry: Entry, fact: ClosureRefused) -> Change:
    """Add the attempt, with what was missing."""
    attempt = ClosureAttempt(at=entry.recorded_at, by=entry.by, missing=fact.missing, accepted=False)
    return {"closure_attempts": (*incident.closure_attempts, attempt)}
