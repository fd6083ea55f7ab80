"""A determination is recorded with its reason, and starts the clocks of the regimes in force, once."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from roles.person_ids import MUSTER
from tests.support.clock import T
from tests.support.parsed_lines import parsed
from tests.support.regulated import WHY, as_legal, clock, regulated

HOUR = 60
BREACH = "aware_personal_data_breach"


def determined(desk, what=BREACH, at=10.0, **more):
    return desk.do("determine", at=at, form={"what": what, "reason": WHY, **more})


def test_awareness_of_a_breach_starts_the_72_hours_of_the_gdpr():
    desk = regulated("gdpr33")
    determined(desk)

    started = clock(desk, "gdpr33", "authority")
    assert (started.trigger, started.trigger_at, started.due_at) == (BREACH, T(10), T(10 + 72 * HOUR))
    assert started.internal_due_at == T(10 + 60 * HOUR)
    assert desk.kinds() == ["determined", "clock_started"]
    assert [entry.by for entry in desk.entries()[-2:]] == [desk.entries()[-2].by, MUSTER]


def test_only_the_determination_is_on_the_timeline():
    desk = regulated("gdpr33")
    determined(desk)

    assert [entry.fact.timeline for entry in desk.entries()[-2:]] == ["determination", None]


def test_a_time_of_its_own_dates_the_fact_and_wins_over_that_of_the_request():
    desk = regulated("gdpr33")
    desk.do("determine", at=200, occurred_at=T(100), form={"what": BREACH, "reason": WHY})
    other = regulated("gdpr33")
    other.do("determine", at=200, occurred_at=T(100), form={"what": BREACH, "reason": WHY, "at": T(50).isoformat()})

    assert clock(desk, "gdpr33", "authority").trigger_at == T(100)
    assert clock(other, "gdpr33", "authority").trigger_at == T(50)
    assert other.entries()[-2].occurred_at == T(50)


def test_one_determination_starts_both_clocks_of_nis2_and_no_final_report():
    desk = regulated("nis2", "gdpr33")
    determined(desk, "aware_significant_incident")

    due = {(one.regime, one.obligation): one.due_at for one in desk.incident.clocks}
    assert due == {("nis2", "early_warning"): T(10 + 24 * HOUR), ("nis2", "notification"): T(10 + 72 * HOUR)}


def test_a_second_determination_never_moves_a_clock():
    desk = regulated("gdpr33")
    determined(desk)
    determined(desk, at=500)

    assert len(desk.incident.clocks) == 1
    assert clock(desk, "gdpr33", "authority").trigger_at == T(10)
    assert "The clocks that it starts were running already" in desk.answer()


@pytest.mark.parametrize("answer", [False, "False"])
def test_a_false_determination_starts_none_and_a_later_true_one_does(answer):
    desk = regulated("gdpr33")
    determined(desk, result=answer)
    before = desk.incident.clocks
    determined(desk, at=20)

    assert before == ()
    assert clock(desk, "gdpr33", "authority").trigger_at == T(20)


def test_a_regime_that_is_not_in_force_starts_none():
    desk = regulated("nis2")
    determined(desk)

    assert desk.incident.clocks == ()
    assert desk.incident.determinations[0].what == BREACH


def test_what_no_regime_knows_is_recorded_and_starts_none():
    desk = regulated("gdpr33")

    assert determined(desk, "aware_of_rain").code is None
    assert desk.incident.clocks == ()


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_determination_without_a_reason_is_refused(reason):
    desk = regulated("gdpr33")
    outcome = determined(desk, reason=reason)

    assert (outcome.code, outcome.reason) == (Code.JUSTIFICATION, "determine_why")
    assert "Not recorded" in desk.answer()
    assert desk.incident.clocks == ()


@pytest.mark.parametrize(
    ("aware", "classified", "due"),
    [
        (0, 60, 60 + 4 * HOUR),
        (0, 22 * HOUR, 24 * HOUR),
        (0, 24 * HOUR, 24 * HOUR),
        (0, 24 * HOUR + 1, 28 * HOUR + 1),
        (None, 60, 60 + 4 * HOUR),
    ],
)
def test_the_first_report_of_dora_is_due_by_the_earlier_of_two_limits(aware, classified, due):
    desk = regulated("dora")
    if aware is not None:
        determined(desk, "aware_ict_incident", at=aware)
    assert desk.incident.clocks == ()
    determined(desk, "classified_major", at=classified)

    assert clock(desk, "dora", "initial").due_at == T(due)


def test_a_false_awareness_and_a_second_one_cap_nothing_and_a_later_one_moves_nothing():
    desk = regulated("dora")
    determined(desk, "aware_ict_incident", at=0, result=False)
    determined(desk, "aware_ict_incident", at=1 * HOUR)
    determined(desk, "aware_ict_incident", at=2 * HOUR)
    determined(desk, "classified_major", at=22 * HOUR)
    late = regulated("dora")
    determined(late, "classified_major", at=22 * HOUR)
    late.do("determine", at=23 * HOUR, form={"what": "aware_ict_incident", "reason": WHY, "at": T(0).isoformat()})

    assert clock(desk, "dora", "initial").due_at == T(25 * HOUR)
    assert clock(late, "dora", "initial").due_at == T(26 * HOUR)


def test_a_due_time_on_a_weekend_moves_for_an_investment_firm_only():
    friday = 3 * 24 * HOUR + 13 * HOUR  # 23:00; T(0) is a Tuesday, 10:00
    firm = regulated("dora", reporting={"entity": {"dora": "investment_firm"}})
    bank = regulated("dora", reporting={"entity": {"dora": "credit_institution"}})
    for desk in (firm, bank):
        determined(desk, "classified_major", at=friday)

    assert f"{clock(firm, 'dora', 'initial').due_at:%a %H:%M}" == "Mon 12:00"
    assert clock(bank, "dora", "initial").due_at == T(friday + 4 * HOUR)


def test_a_calendar_that_ends_before_the_clock_does_is_a_clear_answer():
    desk = regulated("sec_8k")
    book = desk.policy.regime_book
    ends = book.calendars["us_federal"].model_copy(update={"last": T(24 * HOUR).date()})
    desk.policy = desk.policy.with_regime_book(book.model_copy(update={"calendars": {"us_federal": ends}}))
    outcome = determined(desk, "materiality_determined")

    assert (outcome.code, outcome.reason) == (Code.BAD_VALUE, "calendar_ends")
    assert f"covers 2000-01-01 to {T(24 * HOUR):%Y-%m-%d}" in desk.answer()


def test_determinations_are_taken_after_closing_and_in_a_drill():
    drill = regulated("gdpr33", drill=True)
    voided = regulated("gdpr33")
    voided.do("void", "ilse", 5, form={"as_": "false_alarm", "reason": "monitoring of another service"})

    assert [determined(desk).code for desk in (drill, voided)] == [None, None]
    assert all(desk.incident.clocks for desk in (drill, voided))


def test_a_determination_is_not_taken_back():
    desk = regulated("gdpr33")
    determined(desk)
    outcome = desk.do("undo", at=11)

    assert outcome.reason == "undo_determined"
    assert "result=no" in desk.answer()


def test_the_answer_names_the_clock_its_law_and_that_it_is_no_advice():
    desk = regulated("gdpr33")
    determined(desk)

    assert "Regulation (EU) 2016/679, Article 33" in desk.answer()
    assert "no legal advice" in desk.answer()
    assert WHY in desk.said()


def test_the_record_lists_clocks_and_decisions_in_the_order_of_their_entries():
    desk = regulated("gdpr33", "nis2")
    as_legal(desk, "not_reportable", 5, {"regime": "nis2", "reason": "no significant impact"})
    determined(desk, at=6)
    as_legal(desk, "not_reportable", 7, {"regime": "nis2", "reason": "still none"})

    assert [one.reason for one in desk.incident.report_decisions] == ["still none"]
    assert desk.incident.report_decisions[0].n < desk.incident.clocks[0].n


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (
            "determine aware_personal_data_breach because names leaked",
            {"what": "aware_personal_data_breach", "reason": "names leaked"},
        ),
        (
            "determine classified_major answer=no because under the threshold",
            {"what": "classified_major", "result": "False", "reason": "under the threshold"},
        ),
    ],
)
def test_a_typed_line_determines(line, fields):
    assert parsed(line).fields == fields
