"""How facts about cases at third parties change the incident."""

from __future__ import annotations

from collections.abc import Callable

from incident.entries.outside.provider_cases import CaseChased, CaseOpened, CaseUpdated, CustomersInformed
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.outside_records import ProviderCase


def case_opened(incident: Incident, entry: Entry, fact: CaseOpened) -> Change:
    """Add the case."""
    case = ProviderCase(
        n=entry.n,
        provider=fact.provider,
        case_id=fact.case_id,
        severity=fact.severity,
        opened_at=entry.occurred_at,
        by=entry.by,
        heard_at=entry.recorded_at,
    )
    return {"provider_cases": (*incident.provider_cases, case)}


def case_updated(incident: Incident, entry: Entry, fact: CaseUpdated) -> Change:
    """Count the update, and set status and times of the case: the provider's, and ours."""
    return _changed(
        incident,
        fact.case_id,
        lambda case: {
            "last_status": fact.status or case.last_status,
            "updates": case.updates + 1,
            "last_provider_at": entry.occurred_at,
            "heard_at": entry.recorded_at,
            "files": (*case.files, *fact.files),
        },
    )


def customers_informed(incident: Incident, entry: Entry, fact: CustomersInformed) -> Change:
    """Set when it was recorded that the provider informed customers, which is news of the case too."""
    known = {"informed_at": entry.recorded_at, "heard_at": entry.recorded_at}
    return _changed(incident, fact.case_id, lambda case: known)


def case_chased(incident: Incident, entry: Entry, fact: CaseChased) -> Change:
    """Set when the provider was last asked."""
    return _changed(incident, fact.case_id, lambda case: {"chased_at": entry.occurred_at})


def _changed(incident: Incident, case_id: str, change: Callable[[ProviderCase], Change]) -> Change:
    cases = (
        case.model_copy(update=change(case)) if case.case_id == case_id else case for case in incident.provider_cases
    )
    return {"provider_cases": tuple(cases)}
