"""How facts about reports to regulators change the incident. Every due time comes from an entry."""

from __future__ import annotations

from incident.entries.outside.regulatory_clocks import ClockStarted, Determined, NotReportable, ReportSubmitted
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.outside_records import Determination, RegulatoryClock, ReportDecision


def determined(incident: Incident, entry: Entry, fact: Determined) -> Change:
    """Add what was determined, as of when it became known."""
    item = Determination(what=fact.what, result=fact.result, at=entry.occurred_at)
    return {"determinations": (*incident.determinations, item)}


def clock_started(incident: Incident, entry: Entry, fact: ClockStarted) -> Change:
    """Add the clock, unless it runs already."""
    if incident.clock(fact.regime, fact.obligation) is not None:
        return {}
    clock = RegulatoryClock(
        n=entry.n,
        regime=fact.regime,
        obligation=fact.obligation,
        trigger=fact.trigger,
        trigger_at=fact.trigger_at,
        due_at=fact.due_at,
        internal_due_at=fact.internal_due_at,
        law=fact.law,
        checked_on=fact.checked_on,
    )
    return {"clocks": (*incident.clocks, clock)}


def report_submitted(incident: Incident, entry: Entry, fact: ReportSubmitted) -> Change:
    """Set when the report was submitted, and under which reference."""
    submitted = {"submitted_at": entry.occurred_at, "ref": fact.ref}
    return {
        "clocks": tuple(
            clock.model_copy(update=submitted)
            if (clock.regime, clock.obligation) == (fact.regime, fact.obligation)
            else clock
            for clock in incident.clocks
        )
    }


def not_reportable(incident: Incident, entry: Entry, fact: NotReportable) -> Change:
    """Set the decision on the regime, in the place of an earlier one, and end the clocks that still ran."""
    decision = ReportDecision(n=entry.n, regime=fact.regime, reason=fact.reason, by=entry.by, at=entry.occurred_at)
    earlier = next((one for one in incident.report_decisions if one.regime == fact.regime), None)
    decisions = (
        (*incident.report_decisions, decision)
        if earlier is None
        else tuple(
            decision.model_copy(update={"n": one.n}) if one is earlier else one for one in incident.report_decisions
        )
    )
    clocks = tuple(
        clock.model_copy(update={"is_stopped": True})
        if clock.regime == fact.regime and clock.obligation in fact.stopped
        else clock
        for clock in incident.clocks
    )
    return {"report_decisions": decisions, "clocks": clocks}
