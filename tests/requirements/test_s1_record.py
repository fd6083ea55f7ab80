"""What the guide demands of the record: an auditor finds each state, each change, each refusal and each update."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident.entries.status_updates import UpdateDelivered
from incident.medium import Medium
from incident.report.incident_metrics import metrics
from incident.states import Audience, Priority
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.worked_incidents import CURE, NO_RECORD, NOT_RESTORED, a_major, moment, of_kind, record


def test_every_closure_criterion_has_a_line_with_its_actor_and_time(closed):
    report = record(closed, 45)

    lines = {(item["kind"], item["by"], item["occurred_at"]): item["text"] for item in report["timeline"]}
    assert CURE in lines["resolution", "rob", moment(30)]
    assert "errors at 0.1 %" in lines["validation", "rob", moment(31)]
    assert "orders of the last hour" in lines["validation", "nadia", moment(32)]
    assert "category" in lines["confirm", "ilse", moment(33)]
    assert "priority" in lines["confirm", "ilse", moment(34)]
    assert NO_RECORD in lines["link", "rob", moment(35)]
    assert "Payments work again." in lines["update", "eva", moment(36)]
    assert report["pir"] == {"owner": "nadia", "at": moment(3000)}
    assert report["closure_attempts"] == [{"at": moment(40), "by": "ilse", "result": "accepted", "missing": []}]


def test_a_refused_close_is_recorded_with_its_unmet_criteria():
    desk = a_major(without=["link", "review"])
    desk.do("close", "ilse", 40)
    desk.do("close", "rob", 41)

    report = record(desk, 42)

    assert report["closure_attempts"] == [
        {"at": moment(40), "by": "ilse", "result": "refused", "missing": ["LINKS", "PIR_SCHEDULED"]}
    ]
    assert [(r["by"], r["intent"], r["code"]) for r in report["refusals"]] == [
        ("ilse", "close", "E_CLOSE_INCOMPLETE"),
        ("rob", "close", "E_NOT_AUTHORISED"),
    ]


def test_the_first_assessment_and_every_change_are_on_the_record():
    desk = CommandBench().declared(impact=2, urgency=2)
    desk.do("category", "eva", 3, category="Database", reason="the index is gone")
    desk.do("priority", "eva", 4, impact=1, urgency=1, justification="every payment fails since ten")
    desk.do("priority", "ilse", 9, impact=1, urgency=3, justification="a way round it was found")

    report = record(desk, 10)

    assert [(p["priority"], p["impact"], p["urgency"], p["by"]) for p in report["priority_history"]] == [
        ("P3", 2, 2, "rob"),
        ("P1", 1, 1, "eva"),
        ("P3", 1, 3, "ilse"),
    ]
    assert [(c["category"], c["by"], c["reason"]) for c in report["category_history"]] == [
        ("Application", "rob", "initial"),
        ("Database", "eva", "the index is gone"),
    ]
    assert (report["incident"]["priority"], report["incident"]["category"]) == ("P3", "Database")


def test_the_record_of_a_major_incident_names_actors_times_audiences_and_the_review_owner(closed):
    report = record(closed, 45)

    assert report["incident"]["major"]
    assert report["timestamps"]["major_declared_at"] == moment(0)
    assert set(report["roles"]) == {"commander", "comms_lead"}
    assert set(report["updates"]) == {"internal", "exec", "customer"}
    assert [u["by"] for u in of_kind(report, "update")] == ["eva"] * 6
    assert report["pir"]["owner"] == "nadia"
    assert len(report["timeline"]) > 15


def test_an_update_that_did_not_arrive_is_recorded_for_the_audience_it_missed():
    desk = a_major(without=NOT_RESTORED)
    desk.do("update", "eva", 12, audience=["internal", "exec", "customer"], text="We see one payment in five fail.")
    posted = [e for e in desk.entries() if e.fact.kind == "status_update_posted"][-3:]
    for entry in posted:
        lost = entry.fact.audience == Audience.CUSTOMER
        delivered = UpdateDelivered(
            update=entry.n,
            audience=entry.fact.audience,
            medium=Medium.SLACK,
            ref=None if lost else "C200:1.2",
            error="is_archived" if lost else None,
        )
        desk.note(desk.key, delivered)

    deliveries = [e.fact for e in desk.entries() if e.fact.kind == "update_delivered"]

    assert [(f.audience, f.error) for f in deliveries] == [
        (Audience.INTERNAL, None),
        (Audience.EXEC, None),
        (Audience.CUSTOMER, "is_archived"),
    ]
    notices = [job for job in desk.memory.queued() if job.template == "surfaces/undelivered"]
    assert len(notices) == 1


def test_the_metrics_of_an_incident_are_the_same_at_any_later_time(closed):
    first = metrics(closed.incident)
    closed.tick(5000)

    assert metrics(closed.incident) == first
    assert record(closed, 6000)["metrics"] == first.model_dump()
    assert (first.time_to_ack_s, first.time_to_restore_s, first.restore_target_met) == (60, 1200, True)


def test_the_targets_of_a_priority_are_shown_and_recorded_with_it():
    desk = CommandBench().declared(impact=2, urgency=2)

    desk.do("priority", "eva", 4, impact=1, urgency=2, justification="half of all payments fail")

    held = desk.incident.priorities[-1]
    assert (held.priority, held.ack_minutes, held.restore_minutes) == (Priority.P2, 30, 480)
    plan = desk.answer()
    assert "acknowledge within 30 min" in plan
    assert "restore within 8 h of detection" in plan
    assert "responders by" in plan


@pytest.mark.parametrize(("impact", "late"), [(1, True), (3, False)])
def test_whether_the_restoration_was_in_time_is_measured_against_the_priority(impact, late):
    desk = CommandBench().declared(impact=impact, urgency=1, detected_at=T(-400).isoformat())
    desk.do("ack", "rob", 1)
    desk.do("restored", "rob", 5, text="payments go through")

    assert record(desk, 6)["metrics"]["restore_target_met"] is not late
    assert timedelta(seconds=record(desk, 6)["metrics"]["time_to_restore_s"]) == timedelta(minutes=405)
