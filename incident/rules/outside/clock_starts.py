"""Which clocks a determination or a submission starts, and which regimes in force are not decided. Pure."""

from __future__ import annotations

from datetime import datetime

from incident.entries.outside.regulatory_clocks import ClockStarted
from incident.model.incident import Incident
from incident.outside.clock_arithmetic import after_weekend, due_at, internal_due_at
from incident.outside.regimes import Regime, ReportStage
from incident.policy import Policy


def clocks_by_determination(incident: Incident, policy: Policy, what: str, at: datetime) -> tuple[ClockStarted, ...]:
    """Return the clocks that a true determination starts, of the regimes that were in force when the incident was declared.

    One that has started already is not moved. Raises CalendarEndsError.
    """
    return tuple(
        _started(incident, policy, regime, stage, trigger=what, at=at)
        for regime in _in_force(incident, policy)
        for stage in regime.stages
        if stage.determination == what and incident.clock(regime.id, stage.id) is None
    )


def clocks_by_submission(
    incident: Incident, policy: Policy, regime_id: str, obligation: str, at: datetime
) -> tuple[ClockStarted, ...]:
    """Return the clocks that follow from the submission of a report, late or not. Raises CalendarEndsError."""
    return tuple(
        _started(incident, policy, regime, stage, trigger=f"{obligation} submitted", at=at)
        for regime in _in_force(incident, policy)
        for stage in regime.stages
        if regime.id == regime_id and stage.after == obligation and incident.clock(regime.id, stage.id) is None
    )


def undecided_regimes(incident: Incident) -> tuple[str, ...]:
    """Return the regimes in force of which no clock started and that were not decided to ask for no report."""
    decided = {clock.regime for clock in incident.clocks} | {one.regime for one in incident.report_decisions}
    return tuple(regime for regime in incident.regimes if regime not in decided)


def needs_decisions(incident: Incident) -> bool:
    """True if each regime in force has to be decided on before closing: in a major or a security incident."""
    return incident.major or incident.type == "security"


def _in_force(incident: Incident, policy: Policy) -> tuple[Regime, ...]:
    if not incident.regimes:
        return ()
    found = (policy.regime_book.regime(regime_id) for regime_id in incident.regimes)
    return tuple(regime for regime in found if regime is not None and regime.status == "in_force")


def _started(
    incident: Incident, policy: Policy, regime: Regime, stage: ReportStage, *, trigger: str, at: datetime
) -> ClockStarted:
    cap = stage.length.cap
    known = (one.at for one in incident.determinations if cap and one.result and one.what == cap.determination)
    due = due_at(stage.length, at, policy.regime_book.calendars, capped_from=next(known, None))
    if policy.reporting.entity.get(regime.id) in regime.weekend_relief:
        due = after_weekend(due, policy.time_zone)
    return ClockStarted(
        regime=regime.id,
        obligation=stage.id,
        trigger=trigger,
        trigger_at=at,
        due_at=due,
        internal_due_at=internal_due_at(at, due, policy.reporting.internal_due_percent),
        rule=stage.length.words,
        law=regime.law,
        checked_on=regime.checked_on.isoformat(),
    )
