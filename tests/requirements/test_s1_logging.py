"""What the guide demands of logging and classifying: the first values stay on the record, whatever changes later."""

from __future__ import annotations

import pytest

from commands.core.request import Place
from incident.entries.conversation import MessageEdited
from incident.refusal import Code
from incident.states import Priority, State
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.worked_incidents import moment, of_kind, record

ELSEWHERE = Place(channel="CELSEWHERE")


def test_each_state_change_of_a_closed_incident_is_recorded_with_its_time_and_actor(closed):
    report = record(closed, 45)

    steps = [(s["to"], s["at"], s["by"]) for s in report["state_history"]]
    assert steps == [
        ("logged", moment(0), "rob"),
        ("triaged", moment(0), "rob"),
        ("active", moment(1), "rob"),
        ("restored", moment(20), "rob"),
        ("resolved", moment(30), "rob"),
        ("closed", moment(40), "ilse"),
    ]
    assert [(c["category"], c["at"], c["by"]) for c in report["category_history"]] == [
        ("Application", moment(0), "rob")
    ]
    assert [(p["priority"], p["at"], p["by"]) for p in report["priority_history"]] == [("P1", moment(0), "rob")]


@pytest.mark.parametrize(("source", "kept"), [("monitoring", "monitoring"), (None, "human")])
def test_the_detection_source_and_time_of_an_alarm_and_of_a_report_are_recorded(source, kept):
    desk = CommandBench().declared(at=6, source=source, detected_at=T(2).isoformat())

    report = record(desk, 7)

    assert of_kind(report, "logged")[0]["detection_source"] == kept
    assert report["timestamps"]["detected_at"] == moment(2)


@pytest.mark.parametrize(
    ("channel", "reporter", "shown"),
    [
        ("portal", {"reporter": who("eva")}, "eva"),
        ("email", {"outside_reporter": "ops@customer.example"}, "ops@customer.example"),
        ("phone", {"outside_reporter": "a caller from Leeds"}, "a caller from leeds"),
        ("monitoring", {"reporter": "customer ticket 7"}, "customer ticket 7"),
    ],
)
def test_an_incident_reported_outside_slack_is_logged_with_its_source_and_reporter(channel, reporter, shown):
    desk = CommandBench().declared(source=channel, **reporter)

    [logged] = of_kind(record(desk, 1), "logged")

    assert (logged["detection_source"], logged["reporter"], logged["by"]) == (channel, shown, "rob")


def test_nothing_is_declared_without_a_symptom(desk: CommandBench):
    refused = desk.do("declare", service="checkout", impact=1, urgency=1, place=ELSEWHERE)

    assert (refused.code, refused.fields, refused.number) == (Code.MISSING_FIELDS, ("title",), None)


def test_nothing_is_declared_without_an_owner(desk: CommandBench):
    refused = desk.do("declare", title="The wiki is slow", service="wiki", category="Application", place=ELSEWHERE)

    assert (refused.code, refused.fields) == (Code.MISSING_FIELDS, ("owner_group",))


def test_nothing_is_declared_on_an_unknown_service(desk: CommandBench):
    refused = desk.do("declare", title="It is slow", service="chekout", place=ELSEWHERE)

    assert (refused.code, refused.fields, refused.key) == (Code.UNKNOWN_SERVICE, ("service",), None)


def test_an_unjudged_incident_has_a_provisional_priority():
    desk = CommandBench().declared(impact=None, urgency=None)

    assert (desk.incident.priority, desk.incident.provisional) == (Priority.P3, True)
    assert "(provisional)" in of_kind(record(desk, 1), "priority")[0]["text"]

    desk.do("priority", "rob", 2, impact=2, urgency=1, justification="one shop in three is down")
    assert (desk.incident.priority, desk.incident.provisional) == (Priority.P2, False)


def test_a_title_and_a_service_are_enough_to_log_an_incident_that_is_not_judged_yet(desk: CommandBench):
    outcome = desk.do("declare", title="Is checkout slow?", service="checkout", place=ELSEWHERE)

    assert (outcome.code, desk.facts()[0].provisional) == (None, True)
    assert "set it with `/incident priority`" in desk.answer()


def test_the_time_of_logging_cannot_be_set(desk: CommandBench):
    refused = desk.do("declare", title="x", service="checkout", logged_at=T(-60).isoformat(), place=ELSEWHERE)
    desk.declared(at=5, occurred_at=T(-60), detected_at=T(-55).isoformat())

    report = record(desk, 6)

    assert (refused.code, refused.fields) == (Code.BAD_VALUE, ("logged_at",))
    assert report["timestamps"]["logged_at"] == moment(5)
    assert report["timestamps"]["detected_at"] == moment(-55)


def test_a_corrected_symptom_is_recorded_next_to_the_first_one():
    desk = CommandBench().declared(symptom="one in five payments fails")
    desk.do("correct", "eva", 3, entry=1, text="it is one in three payments")

    report = record(desk, 4)

    assert "one in five payments fails" in of_kind(report, "logged")[0]["text"]
    [correction] = of_kind(report, "correction")
    assert (correction["corrects"], correction["by"]) == (1, "eva")
    assert "it is one in three payments" in correction["text"]


def test_both_texts_of_an_edited_message_are_recorded():
    desk = CommandBench().declared()
    desk.says("eva", "CPU is at 10 %", at=2, ts="1781000520.000100")
    desk.hears(edited("CPU is at 100 %"), "eva", at=3)

    [revision] = record(desk, 4)["revisions"].values()

    assert (revision["original"], revision["current"], revision["edits"]) == ("CPU is at 10 %", "CPU is at 100 %", 1)


def edited(text: str) -> MessageEdited:
    return MessageEdited(
        channel="C100", ts="1781000520.000100", edited_ts="1781000580.000200", author=who("eva"), text=text
    )


def test_the_first_classification_stays_on_the_record_after_every_change():
    desk = CommandBench().declared(title="Payments fail", category="Application", source="monitoring")
    desk.do("reclassify", "eva", 5, type="third_party", reason="the provider is down, not we")
    desk.do("reclassify", "eva", 9, type="security", reason="somebody got in through the provider")
    desk.do("category", "eva", 10, category="Database", reason="the data was changed")

    report = record(desk, 11)

    assert [(t["type"], t["at"]) for t in report["type_history"]] == [
        ("it", moment(0)),
        ("third_party", moment(5)),
        ("security", moment(9)),
    ]
    assert [c["category"] for c in report["category_history"]] == ["Application", "Database"]
    assert report["category_history"][0]["reason"] == "initial"
    [logged] = of_kind(report, "logged")
    assert (logged["occurred_at"], logged["reporter"]) == (moment(0), "rob")
    assert "Payments fail" in logged["text"]


def test_an_incident_that_started_as_a_request_always_says_so():
    desk = CommandBench().declared(type="request")
    desk.do("reclassify", "eva", 5, type="it", reason="nobody at all can log in")

    report = record(desk, 6)

    assert [t["type"] for t in report["type_history"]] == ["request", "it"]
    assert report["incident"]["type"] == "it"


@pytest.mark.parametrize("reason", ["", "   "])
def test_the_category_changes_only_with_a_reason(reason):
    desk = CommandBench().declared()

    refused = desk.do("category", "eva", 5, category="Other", reason=reason)

    assert (refused.code, desk.incident.category) == (Code.JUSTIFICATION, "Application")


def test_a_category_outside_the_catalogue_is_recorded_and_flagged():
    desk = CommandBench().declared()

    desk.do("category", "eva", 5, category="Application", subcategory="Weather", reason="it rained into the rack")

    assert desk.facts()[0].unlisted
    assert "It is not in the catalogue for checkout" in desk.answer()


def test_any_member_reports_without_a_role_or_a_group(desk: CommandBench):
    outcome = desk.do("declare", by="clerk", title="I cannot pay", service="checkout", place=ELSEWHERE)

    assert (outcome.code, outcome.number) == (None, "INC-2026-0001")
    assert desk.facts()[0].reporter == who("clerk")


def test_a_header_is_never_without_time_reporter_and_service():
    report = record(CommandBench().declared(impact=None, urgency=None), 1)

    [logged] = of_kind(report, "logged")
    assert report["timestamps"]["logged_at"] == logged["occurred_at"] == moment(0)
    assert (logged["reporter"], report["incident"]["service"]) == ("rob", "checkout")
    assert report["incident"]["category"]
    assert report["state_history"][0]["to"] == State.LOGGED
