"""The report of what concerns outsiders: cases at providers, reports to regulators."""

from __future__ import annotations

from datetime import datetime

from incident.model.incident import Incident
from incident.model.outside_records import RegulatoryClock, ReportDecision
from incident.report.report_format import Report, ReportFormat, moment


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
            **({"files": list(case.files)} if case.files else {}),
        }
        for case in incident.provider_cases
    ]


def obligations(incident: Incident, read: ReportFormat, as_of: datetime) -> list[Report]:
    """Return each clock with its status as of a time, and each decision that no report is due, in order of their entries."""
    written = [(clock.n, _clock(clock, as_of)) for clock in incident.clocks]
    written += [(decision.n, _decision(decision, read)) for decision in incident.report_decisions]
    return [report for _, report in sorted(written, key=lambda found: found[0])]


def _clock(clock: RegulatoryClock, as_of: datetime) -> Report:
    submitted = {"submitted_at": moment(clock.submitted_at), "ref": clock.ref} if clock.submitted_at else {}
    return {
        "regime": clock.regime,
        "obligation": clock.obligation,
        "trigger": clock.trigger,
        "trigger_at": moment(clock.trigger_at),
        "due_at": moment(clock.due_at),
        "status": clock.status(as_of),
        **submitted,
    }


def _decision(decision: ReportDecision, read: ReportFormat) -> Report:
    return {
        "regime": decision.regime,
        "obligation": "*",
        "status": "not_reportable",
        "reason": decision.reason,
        "decided_by": read.who(decision.by),
        "decided_at": moment(decision.at),
    }
