"""What the guide demands of people: who declares, who holds which role, who is paged, and who posts updates."""

from __future__ import annotations

import pytest

from incident.entries.conversation import MessageDeleted
from incident.entries.delivery import DeliveryFailed
from incident.medium import Medium
from incident.refusal import Code
from incident.states import Audience, Priority
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, CommandBench, who
from tests.support.worked_incidents import NOT_RESTORED, a_major, moment, of_kind, record


@pytest.mark.parametrize("fields", [{"priority": "P1"}, {"impact": "P1"}, {"urgency": "VIP"}, {"impact": 0}])
def test_a_priority_cannot_be_typed(fields):
    desk = CommandBench().declared(impact=2, urgency=2)

    refused = desk.do("priority", "ilse", 5, form={"justification": "the board asks for a P1", **fields})

    assert refused.code in (Code.BAD_VALUE, Code.MISSING_FIELDS)
    assert desk.incident.priority == Priority.P3


def test_a_priority_request_with_the_same_levels_leaves_the_priority():
    desk = CommandBench().declared(impact=2, urgency=2)

    desk.do("priority", "eva", 5, justification="the customer insists that this is a P1")

    assert desk.incident.priority == Priority.P3


@pytest.mark.parametrize("justification", ["VIP", "", "the CEO asks"])
def test_a_disputed_priority_stays_until_a_sufficient_reason_is_given(justification):
    desk = CommandBench().declared(impact=2, urgency=2)

    refused = desk.do("priority", "eva", 5, impact=1, urgency=1, justification=justification)
    assert (refused.code, desk.incident.priority) == (Code.JUSTIFICATION, Priority.P3)
    assert [(one["by"], one["code"]) for one in record(desk, 5)["refusals"]] == [("eva", Code.JUSTIFICATION)]

    desk.do("priority", "eva", 6, impact=1, urgency=1, justification="every payment fails since ten")
    assert desk.incident.priority == Priority.P1


def test_the_priority_is_always_that_of_the_matrix_and_every_assessment_stays_on_the_record():
    desk = CommandBench().declared(impact=3, urgency=3)
    for at, (impact, urgency) in enumerate(((1, 1), (1, 3), (2, 1), (3, 2)), start=5):
        desk.do("priority", "ilse", at, impact=impact, urgency=urgency, justification="as it looks by now")

    history = record(desk, 20)["priority_history"]

    assert [h["priority"] for h in history] == [desk.policy.matrix[h["impact"]][h["urgency"]] for h in history]
    assert [h["priority"] for h in history] == ["P5", "P1", "P3", "P2", "P4"]
    assert [h["justification"] for h in history] == ["initial", *["as it looks by now"] * 4]


def test_a_person_with_authority_declares_a_major_incident_and_updates_become_due():
    desk = CommandBench().declared(impact=1, urgency=2)

    refused = desk.do("major", "guest", 5, reason="I cannot pay")
    assert (refused.code, desk.incident.major) == (Code.NOT_AUTHORISED, False)
    assert desk.incident.audience(Audience.EXEC).open is None

    desk.do("major", "rob", 6, reason="nobody can pay")
    owed = {a.audience: a.open.due_at for a in desk.incident.audiences if a.open}
    assert owed[Audience.EXEC] == owed[Audience.CUSTOMER] == T(66)


def test_a_major_incident_on_an_internal_service_owes_customers_no_update():
    desk = CommandBench().declared(service="wiki", category="Application", owner_group="it", impact=1, urgency=1)

    assert desk.incident.major
    assert {a.audience for a in desk.incident.audiences if a.open} == {Audience.INTERNAL, Audience.EXEC}


def test_of_two_people_who_take_command_the_second_reads_who_is_commander():
    desk = CommandBench().declared()
    desk.do("take", "eva", 2, role="commander")

    refused = desk.do("take", "rob", 3, role="commander")

    assert (refused.code, dict(refused.facts)["who"]) == (Code.ROLE_TAKEN, who("eva"))
    assert record(desk, 4)["roles"] == {"commander": [{"who": "eva", "from": moment(2), "to": None}]}


def test_several_technical_leads_hold_their_role_each_for_an_interval():
    desk = CommandBench().declared()
    desk.do("take", "eva", 2, role="tech lead")
    desk.do("take", "rob", 3, role="tech lead")
    desk.do("release", "eva", 9, role="tech lead")

    assert record(desk, 10)["roles"]["tech_lead"] == [
        {"who": "eva", "from": moment(2), "to": moment(9)},
        {"who": "rob", "from": moment(3), "to": None},
    ]


@pytest.mark.parametrize("audience", ["customer", "exec"])
def test_only_three_roles_post_updates_to_customers_and_executives(audience):
    desk = a_major(without=NOT_RESTORED)

    refused = desk.do("update", "rob", 12, audience=audience, text="We think it is the database.")
    spoken = desk.do("update", "eva", 13, audience=audience, text="One in five payments fails.")

    assert (refused.code, spoken.code) == (Code.NOT_AUTHORISED, None)


def test_an_update_without_text_is_refused():
    desk = a_major(without=NOT_RESTORED)

    refused = desk.do("update", "eva", 12, audience="customer", text=" ")

    assert (refused.code, refused.fields) == (Code.MISSING_FIELDS, ("text",))


def test_an_incident_has_at_most_one_commander_at_any_time():
    desk = CommandBench().declared()
    desk.do("take", "eva", 2, role="commander")
    desk.do("handover", "eva", 8, role="commander", to=who("ilse"), note="the release is rolled back, watch errors")
    desk.do("accept", "ilse", 10, role="commander")
    desk.do("release", "ilse", 14, role="commander")
    probes = [T(minute) for minute in (1, 2, 9, 10, 13.9, 14)]

    report = record(desk, 20, probes)["roles_at"]

    assert [probe["commander"] for probe in report] == [[], ["eva"], ["eva"], ["ilse"], ["ilse"], []]


def test_functional_and_hierarchical_escalations_are_listed_separately_with_their_answers():
    desk = CommandBench().declared()
    desk.do("escalate", "ilse", 3, how="functional", who=who("rob"), reason="the database needs you")
    desk.do("answer", "rob", 5, answer="accepted")
    desk.do("escalate", "ilse", 6, how="hierarchical", to="the board", reason="we may have to switch it off")

    report = record(desk, 7)["escalations"]
    [answered] = [e for e in desk.entries() if e.fact.kind == "escalation_answered"]

    assert [(e["how"], e["to"], e["at"]) for e in report] == [
        ("functional", "rob", moment(3)),
        ("hierarchical", "the board", moment(6)),
    ]
    assert (answered.recorded_at, answered.by, answered.fact.answer) == (T(5), who("rob"), "accepted")


def test_a_drill_follows_the_real_policy_and_posts_no_update_to_customers():
    desk = CommandBench().declared(impact=1, urgency=1, drill=True)
    desk.do("take", "eva", 2, role="comms")

    refused = desk.do("update", "eva", 3, audience="customer", text="We are sorry.")

    assert refused.code == Code.DRILL_EXTERNAL_BLOCKED
    assert desk.incident.audience(Audience.INTERNAL).open.due_at == T(15)


def test_the_first_acknowledgement_stops_the_clock():
    desk = CommandBench().declared()
    desk.do("ack", "eva", 4)
    desk.do("ack", "rob", 9)

    assert record(desk, 10)["metrics"]["time_to_ack_s"] == 4 * 60


def test_a_pinned_text_outlives_its_message_and_its_channel():
    desk = CommandBench().declared()
    desk.says("eva", "CPU is at 100 %", at=2, ts="1781000520.000100")
    desk.do("pin", "rob", 3, form={"channel": CHANNEL, "ts": "1781000520.000100"})
    desk.hears(MessageDeleted(channel=CHANNEL, ts="1781000520.000100", author=who("eva")), "eva", at=4)
    desk.note(desk.key, DeliveryFailed(medium=Medium.SLACK, what="channel"))

    [seen] = of_kind(record(desk, 6), "observation")

    assert (seen["text"], seen["by"], seen["promoted_by"]) == ("CPU is at 100 %", "eva", "rob")


def test_a_guest_declares_and_holds_no_role():
    desk = CommandBench()
    reported = desk.do("declare", "guest", 0, title="I cannot pay", service="checkout")
    desk = desk.declared(at=1)

    assert reported.number == "INC-2026-0001"
    assert desk.do("take", "guest", 2, role="commander").code == Code.NOT_A_RESPONDER
    ready = a_major()
    assert ready.do("close", "guest", 41).code in (Code.NOT_A_RESPONDER, Code.NOT_AUTHORISED)
    assert ready.do("close", "ilse", 42).code is None
