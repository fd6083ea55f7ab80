"""`clocks` says what runs, until when and by which law, what is decided and what is not, and gives no advice."""

from __future__ import annotations

from tests.support.regulated import WHY, as_legal, regulated

HOUR = 60


def test_without_a_clock_it_names_the_regimes_that_are_not_decided():
    desk = regulated("gdpr33", "nis2")
    desk.do("clocks", at=5)

    assert "No legal clock runs" in desk.answer()
    assert "Not decided yet: gdpr33, nis2" in desk.answer()


def test_it_names_each_clock_with_its_due_times_its_law_and_when_that_was_checked():
    desk = regulated("gdpr33")
    desk.do("determine", at=10, form={"what": "aware_personal_data_breach", "reason": WHY})
    desk.do("clocks", at=20)

    answer = desk.answer()
    assert "*gdpr33, authority*: due by <!date^" in answer
    assert "Regulation (EU) 2016/679, Article 33), checked on 2026-11-29" in answer
    assert ": we are aware of a personal data breach." in answer
    assert "Not decided yet" not in answer
    assert "no legal advice" in answer


def test_it_says_what_was_met_missed_or_need_not_be_reported():
    desk = regulated("nis2", "gdpr33")
    desk.do("determine", at=10, form={"what": "aware_significant_incident", "reason": WHY})
    as_legal(desk, "submitted", 20, {"regime": "nis2", "obligation": "notification", "ref": "N-1"})
    as_legal(desk, "not_reportable", 30, {"regime": "gdpr33", "reason": "no personal data"})
    desk.do("clocks", at=30 * HOUR)

    answer = desk.answer()
    assert "*nis2, notification*: submitted in time" in answer
    assert "*nis2, early warning*: :warning: overdue" in answer
    assert "*gdpr33*: not reportable, decided by <@UEVA>" in answer


def test_it_records_nothing():
    desk = regulated("gdpr33")
    desk.do("clocks", at=5)

    assert desk.kinds() == []
