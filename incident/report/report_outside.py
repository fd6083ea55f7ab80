"""The report of what concerns outsiders: cases at providers."""

from __future__ import annotations

from incident.model.incident import Incident
from incident.report.report_format import Report, moment


def third_party_cases(incident: Incident) -> list[Report]:
    """Return each case at a provider; `opened_at` and `last_provider_at` are by the provider's clock."""
    return [
        {
            "provider": case.provider,
            "case_id": case.case_id,
            "severity": case.severity,
            "opened_at": moment(case.opened_at),
            "last_status": case.last_status,
            "updates": case.updates,
            **({"last_provider_at": moment(case.last_provider_at)} if case.last_provider_at else {}),
        }
        for case in incident.provider_cases
    ]
