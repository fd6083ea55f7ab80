"""A decision that no report is due ends the clocks that run; what is overdue stays missed, and what comes later counts."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.clock import T
from tests.support.parsed_lines import parsed
from tests.support.regulated import WHY, as_legal, clock, regulated

HOUR = 60
NONE_DUE = {"regime": "nis2", "reason": "no considerable damage to others"}


def significant(**declared):
    desk = regulated("nis2", **declared)
    desk.do("determine", at=10, form={"what": "aware_significant_incident", "reason": WHY})
    return desk


def statuses(desk, at):
    return {one.obligation: one.status(T(at)) for one in desk.incident.clocks}


def test_a_decision_ends_the_clocks_of_its_regime_that_run():
    desk = significant()
    as_legal(desk, "not_reportable", 20, NONE_DUE)

    assert statuses(desk, 900 * HOUR) == {"early_warning": "not_reportable", "notification": "not_reportable"}
    assert "No report is due any more: early warning, notification" in desk.answer()


def test_a_clock_that_is_overdue_stays_missed():
    desk = significant()
    as_legal(desk, "not_reportable", 30 * HOUR, NONE_DUE)

    assert statuses(desk, 30 * HOUR) == {"early_warning": "missed", "notification": "not_reportable"}


def test_a_report_may_be_submitted_after_it_and_starts_what_follows():
    desk = significant()
    as_legal(desk, "not_reportable", 20, NONE_DUE)
    as_legal(desk, "submitted", 30, {"regime": "nis2", "obligation": "notification", "ref": "N-1"})

    assert statuses(desk, 40) == {"early_warning": "not_reportable", "notification": "met", "final": "pending"}


def test_what_was_submitted_before_stays_met():
    desk = significant()
    as_legal(desk, "submitted", 15, {"regime": "nis2", "obligation": "early_warning", "ref": "N-1"})
    as_legal(desk, "not_reportable", 20, NONE_DUE)

    assert statuses(desk, 40) == {"early_warning": "met", "notification": "not_reportable"}


def test_a_later_determination_starts_the_clocks_all_the_same():
    desk = regulated("nis2")
    as_legal(desk, "not_reportable", 5, NONE_DUE)
    desk.do("determine", at=10, form={"what": "aware_significant_incident", "reason": WHY})

    assert clock(desk, "nis2", "early_warning").status(T(20)) == "pending"


def test_a_decision_is_taken_again_and_replaces_the_first_in_its_place():
    desk = regulated("nis2", "gdpr33")
    for at, regime, reason in ((5, "nis2", "one"), (6, "gdpr33", "two"), (7, "nis2", "three")):
        as_legal(desk, "not_reportable", at, {"regime": regime, "reason": reason})

    found = [(one.regime, one.reason, one.at) for one in desk.incident.report_decisions]
    assert found == [("nis2", "three", T(7)), ("gdpr33", "two", T(6))]


def test_a_regime_that_is_not_in_force_may_be_decided_on():
    desk = regulated("gdpr33")

    assert as_legal(desk, "not_reportable", 5, NONE_DUE).code is None


def test_only_privacy_compliance_and_legal_decide():
    desk = significant()
    outcome = desk.do("not_reportable", "ilse", 20, form=NONE_DUE)

    assert (outcome.code, outcome.reason) == (Code.NOT_AUTHORISED, "obligation_not_yours")
    assert statuses(desk, 20) == {"early_warning": "pending", "notification": "pending"}


def test_a_decision_without_a_reason_opens_the_form():
    assert parsed("not reportable nis2").fields == {"regime": "nis2"}
    assert as_legal(regulated("nis2"), "not_reportable", 5, {"regime": "nis2"}).code == Code.MISSING_FIELDS


@pytest.mark.parametrize("words", ["not reportable", "not-reportable", "not_reportable"])
def test_a_typed_line_decides(words):
    assert parsed(f"{words} nis2 because no damage").fields == {"regime": "nis2", "reason": "no damage"}
