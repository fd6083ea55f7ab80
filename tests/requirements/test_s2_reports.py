"""What the procedure demands of reports to regulators: considered in time, asked for before they are due, decided to close."""

from __future__ import annotations

import pytest

from bot.config.outside.regime_files import with_regimes
from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import team_policy
from tests.support.regulated import WHY, as_legal, regulated
from tests.support.worked_incidents import STORY, go_on, record

HOUR = 60
DECIDERS = (who("nadia"), who("eva"))
BREACH = {"what": "aware_personal_data_breach", "reason": WHY}


def asked(desk: CommandBench, ask: str) -> list[tuple[float, tuple[str, ...]]]:
    """Return the minute of each prompt of one kind, and who was asked."""
    due = (entry for entry in desk.entries() if entry.fact.kind == "prompt_due" and entry.fact.ask == ask)
    return [((entry.recorded_at - T(0)).total_seconds() / 60, entry.fact.asked) for entry in due]


def worked(*regimes: str) -> CommandBench:
    """Work a P1 under these regimes up to where it may be closed, but for the decisions on reports."""
    desk = regulated(*regimes, impact=1, urgency=1, started_at=T(-5).isoformat())
    return go_on(desk, *STORY)


def test_a_major_without_a_decision_on_each_regime_is_not_closed():
    desk = worked("gdpr33", "nis2")
    as_legal(desk, "not_reportable", 38, {"regime": "nis2", "reason": "no significant impact"})
    refused = desk.do("close", "ilse", 40)

    assert (refused.code, refused.missing) == (Code.CLOSE_INCOMPLETE, ("OBLIGATIONS",))
    assert "regimes gdpr33" in str(refused.facts)


@pytest.mark.parametrize("way", ["determined", "not reportable"])
def test_it_is_closed_once_a_clock_started_or_no_report_is_due(way):
    desk = worked("gdpr33")
    if way == "determined":
        desk.do("determine", at=38, form=BREACH)
    else:
        as_legal(desk, "not_reportable", 38, {"regime": "gdpr33", "reason": "no personal data"})

    assert desk.do("close", "ilse", 40).code is None


def test_a_false_determination_decides_nothing():
    desk = worked("gdpr33")
    desk.do("determine", at=38, form={**BREACH, "result": False})

    assert desk.do("close", "ilse", 40).missing == ("OBLIGATIONS",)


def test_a_minor_incident_needs_no_decision():
    desk = regulated("gdpr33", started_at=T(-5).isoformat())
    go_on(desk, *(step for step in STORY if step.name != "review"))

    assert desk.do("close", "ilse", 40).code is None


def test_what_must_be_reported_is_asked_for_as_soon_as_an_incident_is_of_type_security():
    desk = regulated("gdpr33")
    desk.do("take", "ilse", 1, role="commander")
    desk.tick(4)
    before = asked(desk, "screening")
    desk.do("reclassify", "rob", 5, type="security", reason="an account was taken over")
    desk.tick(5)
    desk.tick(125)

    assert before == []
    assert asked(desk, "screening") == [(5, DECIDERS), (125, (*DECIDERS, who("ilse")))]


def test_it_is_asked_for_no_more_once_each_regime_is_decided_and_never_in_a_drill():
    desk, drill = regulated("gdpr33", impact=1, urgency=1), regulated("gdpr33", impact=1, urgency=1, drill=True)
    desk.do("determine", at=0, form=BREACH)
    for one in (desk, drill):
        one.tick(300)

    assert asked(desk, "screening") == asked(drill, "screening") == []


def test_a_report_is_asked_for_at_half_of_its_time_at_our_own_due_time_and_when_it_is_due():
    desk = regulated("gdpr33")
    desk.do("take", "ilse", 1, role="commander")
    desk.do("determine", at=10, form=BREACH)
    for hours in (36, 60, 72, 74):
        desk.tick(10 + hours * HOUR)

    found = asked(desk, "clock")
    assert [at for at, _ in found[:3]] == [10 + hours * HOUR for hours in (36, 60, 72)]
    assert [whom for _, whom in found[:3]] == [DECIDERS, (*DECIDERS, who("ilse")), (*DECIDERS, who("ilse"))]


def test_a_report_is_asked_for_after_closing_too_and_no_more_once_it_is_submitted():
    desk = worked("gdpr33")
    desk.do("determine", at=38, form=BREACH)
    desk.do("close", "ilse", 40)
    desk.tick(38 + 36 * HOUR)
    as_legal(desk, "submitted", 40 * HOUR, {"regime": "gdpr33", "obligation": "authority", "ref": "DPA-1"})
    desk.tick(80 * HOUR)

    assert [at for at, _ in asked(desk, "clock")] == [38 + 36 * HOUR]


def test_a_report_of_a_drill_is_not_asked_for():
    desk = regulated("gdpr33", drill=True)
    desk.do("determine", at=10, form=BREACH)
    desk.tick(80 * HOUR)

    assert asked(desk, "clock") == []


def test_without_people_of_authority_the_commander_is_asked():
    policy = with_regimes(team_policy().model_copy(update={"regimes": ("gdpr33",)}))
    desk = CommandBench(policy=policy).declared(impact=1, urgency=1)
    desk.do("take", "ilse", 0, role="commander")
    desk.tick(1)

    assert asked(desk, "screening")[-1][1] == (who("ilse"),)


def test_the_record_has_each_report_with_its_status_when_it_is_read():
    desk = regulated("nis2", "gdpr33")
    desk.do("determine", at=10, form={"what": "aware_significant_incident", "reason": WHY})
    as_legal(desk, "submitted", 20, {"regime": "nis2", "obligation": "notification", "ref": "N-1"})
    as_legal(desk, "not_reportable", 30, {"regime": "gdpr33", "reason": "no personal data"})

    reports = record(desk, 25 * HOUR)["obligations"]
    assert [(one["regime"], one["obligation"], one["status"]) for one in reports] == [
        ("nis2", "early_warning", "missed"),
        ("nis2", "notification", "met"),
        ("nis2", "final", "pending"),
        ("gdpr33", "*", "not_reportable"),
    ]
    assert reports[1]["ref"] == "N-1"
    assert reports[3]["decided_by"] == "eva"
