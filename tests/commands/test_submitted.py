"""A report is submitted once, by those with authority, in time or late; what follows from it starts."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.clock import T
from tests.support.parsed_lines import parsed
from tests.support.regulated import WHY, as_legal, clock, regulated

HOUR = 60
AUTHORITY = {"regime": "gdpr33", "obligation": "authority", "ref": "DPA-88120"}


def breached(**declared):
    desk = regulated("gdpr33", **declared)
    desk.do("determine", at=10, form={"what": "aware_personal_data_breach", "reason": WHY})
    return desk


def test_the_answer_says_in_time_and_which_clocks_still_run():
    desk = regulated("gdpr33", "nis2")
    for what in ("aware_personal_data_breach", "aware_significant_incident"):
        desk.do("determine", at=10, form={"what": what, "reason": WHY})
    as_legal(desk, "submitted", 20, AUTHORITY)

    assert "Recorded as in time, due " in desk.answer()
    assert "Still runs: *nis2, early warning*" in desk.answer()
    assert "gdpr33, authority" not in desk.answer()

    alone = breached()
    as_legal(alone, "submitted", 20, AUTHORITY)
    assert "No other clock runs." in alone.answer()


@pytest.mark.parametrize(("at", "status"), [(10 + 72 * HOUR, "met"), (11 + 72 * HOUR, "late")])
def test_a_report_is_met_if_it_was_submitted_by_the_time_it_was_due(at, status):
    desk = breached()
    as_legal(desk, "submitted", at, AUTHORITY)

    found = clock(desk, "gdpr33", "authority")
    assert (found.status(T(at)), found.submitted_at, found.ref) == (status, T(at), "DPA-88120")
    assert ("as late" in desk.answer()) is (status == "late")


def test_a_time_of_its_own_decides_whether_it_was_late():
    desk = breached()
    as_legal(desk, "submitted", 100 * HOUR, {**AUTHORITY, "at": T(70 * HOUR).isoformat()}, occurred_at=T(90 * HOUR))

    found = clock(desk, "gdpr33", "authority")
    assert (found.status(T(100 * HOUR)), found.submitted_at) == ("met", T(70 * HOUR))
    assert desk.entries()[-1].occurred_at == T(70 * HOUR)


def test_a_clock_that_is_due_is_missed_only_after_it():
    desk = breached()
    found = clock(desk, "gdpr33", "authority")

    assert found.status(found.due_at) == "pending"
    assert found.status(T(10 + 72 * HOUR + 1)) == "missed"


@pytest.mark.parametrize("at", [12 * HOUR, 60 * HOUR])
def test_the_reports_of_dora_follow_each_other_in_time_or_late(at):
    desk = regulated("dora")
    desk.do("determine", at=10, form={"what": "classified_major", "reason": WHY})
    as_legal(desk, "submitted", at, {"regime": "dora", "obligation": "initial", "ref": "BA-1"})
    as_legal(desk, "submitted", at + 60, {"regime": "dora", "obligation": "intermediate", "ref": "BA-2"})

    following, last = clock(desk, "dora", "intermediate"), clock(desk, "dora", "final")
    assert (following.trigger, following.due_at) == ("initial submitted", T(at + 72 * HOUR))
    assert (last.trigger, last.trigger_at) == ("intermediate submitted", T(at + 60))
    assert (last.due_at.month, last.due_at.day) == (last.trigger_at.month + 1, last.trigger_at.day)


@pytest.mark.parametrize("obligation", ["authority", "nothing like it"])
def test_a_report_whose_clock_did_not_start_is_refused_whoever_asks(obligation):
    desk = regulated("gdpr33")
    outcome = desk.do("submitted", at=20, form={**AUTHORITY, "obligation": obligation})

    assert (outcome.code, outcome.reason) == (Code.STATE, "clock_none")
    assert "`/incident clocks`" in desk.answer()


def test_a_report_that_was_submitted_is_not_submitted_again():
    desk = breached()
    as_legal(desk, "submitted", 20, AUTHORITY)
    outcome = desk.do("submitted", at=30, form=AUTHORITY)

    assert (outcome.code, outcome.reason) == (Code.STATE, "submitted_twice")
    assert "Not recorded" in desk.answer()


def test_a_regime_that_is_not_in_force_is_named_with_those_that_are():
    desk = breached()
    outcome = as_legal(desk, "submitted", 20, {**AUTHORITY, "regime": "certin", "obligation": "report"})

    assert (outcome.code, outcome.reason) == (Code.STATE, "regime_not_in_force")
    assert "which has gdpr33" in desk.answer()


def test_a_report_was_not_submitted_before_its_clock_started():
    desk = breached()
    outcome = as_legal(desk, "submitted", 20, {**AUTHORITY, "at": T(9).isoformat()})

    assert (outcome.code, outcome.reason) == (Code.BAD_VALUE, "submitted_before_known")
    assert "before" in desk.answer()
    assert clock(desk, "gdpr33", "authority").is_running


def test_only_privacy_compliance_and_legal_submit():
    desk = breached()
    outcome = desk.do("submitted", "ilse", 20, form=AUTHORITY)

    assert (outcome.code, outcome.reason) == (Code.NOT_AUTHORISED, "obligation_not_yours")
    assert "<@UNADIA>" in desk.answer()
    assert clock(desk, "gdpr33", "authority").is_running


def test_in_a_drill_clocks_run_and_nothing_is_submitted():
    desk = breached(drill=True)
    without = desk.do("submitted", at=20, form=AUTHORITY)
    outcome = as_legal(desk, "submitted", 21, AUTHORITY)

    assert (without.code, outcome.code) == (Code.NOT_AUTHORISED, Code.DRILL_EXTERNAL_BLOCKED)
    assert "drill" in desk.answer()
    assert clock(desk, "gdpr33", "authority").is_running


def test_a_submission_is_one_entry_of_the_timeline_and_is_not_taken_back():
    desk = breached()
    as_legal(desk, "submitted", 20, AUTHORITY)
    line = desk.entries()[-1]
    undone = desk.do("undo", "eva", 21)

    assert line.fact.timeline == "obligation"
    assert undone.reason == "undo_determined"


def test_a_typed_line_names_the_report_and_its_reference():
    assert parsed("submitted gdpr33 authority DPA-88120").fields == AUTHORITY
