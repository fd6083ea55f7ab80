"""What the security procedure demands beyond the guide: types with their own evidence, and one process for all of them."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from incident.rules.closure_criteria import unmet
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.worked_incidents import PROOF, WORK, Step, a_major, go_on, moment, of_kind, record

SIGNED = (
    Step("contained", "validate", "rob", 31, {"criterion": "containment", "evidence": "the keys are revoked"}),
    Step("integrity", "validate", "rob", 31, {"criterion": "integrity", "evidence": "hashes equal the release's"}),
    Step("signoff", "validate", "nadia", 32, {"criterion": "signoff", "evidence": "reviewed with the security lead"}),
)


def a_breach(*, without: str = "") -> CommandBench:
    """Work a P1 of type security until it may be closed, save for one step."""
    desk = CommandBench().declared(impact=1, urgency=1, type="security", started_at=T(-5).isoformat())
    return go_on(desk, *(step for step in (*WORK, *SIGNED, *PROOF) if step.name != without))


@pytest.mark.parametrize("left_out", ["contained", "integrity", "signoff"])
def test_a_security_incident_is_not_closed_without_its_own_evidence(left_out):
    desk = a_breach(without=left_out)

    refused = desk.do("close", "ilse", 40)

    assert (refused.code, refused.missing) == (Code.CLOSE_INCOMPLETE, ("VALIDATION",))


def test_a_security_incident_with_its_own_evidence_is_closed():
    assert a_breach().do("close", "ilse", 40).code is None


def test_a_malware_incident_has_the_security_checklist_and_is_restricted():
    desk = CommandBench().declared(title="Malware on two tills", type="security")

    [validation] = [one for one in unmet(desk.incident, desk.policy) if one.code == "VALIDATION"]

    assert validation.names == ("containment_confirmed", "integrity_verified", "security_signoff")
    assert desk.incident.restricted


def test_an_it_incident_and_a_security_incident_have_records_of_the_same_form():
    service, breach = record(a_major(), 45), record(a_breach(), 45)

    assert list(service) == list(breach)
    assert service["incident"].keys() == breach["incident"].keys()
    assert {u["kind"] for u in service["timeline"]} == {u["kind"] for u in breach["timeline"]}


def test_the_first_logged_values_stay_on_the_record_after_every_change():
    desk = CommandBench().declared(
        at=4, title="Tills show an odd page", symptom="a page asks for card numbers", reporter=who("eva")
    )
    desk.do("correct", "rob", 6, entry=1, text="it is one till only")
    desk.do("reclassify", "rob", 7, type="security", reason="the page was planted by somebody")

    [logged] = of_kind(record(desk, 8), "logged")

    assert (logged["occurred_at"], logged["reporter"]) == (moment(4), "eva")
    assert "a page asks for card numbers" in logged["text"]
    assert "checkout" in logged["text"]


@pytest.mark.parametrize("term", ["short", "long"])
def test_a_containment_is_recorded_with_its_term_actor_and_time(term):
    desk = CommandBench().declared(type="security")
    desk.do("contain", "rob", 5, term=term, text="revoked the keys of the till service")

    assert record(desk, 6)["containment"] == [
        {"at": moment(5), "term": term, "text": "revoked the keys of the till service", "by": "rob"}
    ]


def test_an_overdue_temporary_fix_prompts_its_owner_and_the_commander():
    desk = a_major(without=["review", "final"])
    fix = {"text": "the till service is switched off", "owner": who("rob"), "remove_by": T(90).isoformat()}
    desk.do("tempfix", "rob", 38, form=fix)

    desk.tick(91)

    [asked] = [e.fact for e in desk.entries() if e.fact.kind == "prompt_due" and e.fact.ask == "tempfix"]
    assert asked.asked == (who("rob"), who("ilse"))


def test_an_overdue_temporary_fix_prompts_its_owner_after_the_incident_is_closed():
    desk = a_major()
    fix = {"text": "the till service is switched off", "owner": who("rob"), "remove_by": T(5000).isoformat()}
    desk.do("tempfix", "rob", 38, form=fix)
    assert desk.do("close", "ilse", 40).code is None

    desk.tick(5001)

    [asked] = [e.fact for e in desk.entries() if e.fact.kind == "prompt_due" and e.fact.ask == "tempfix"]
    assert asked.asked == (who("rob"),)


def test_undecided_reporting_obligations_keep_a_major_incident_open():
    policy = a_major().policy.model_copy(update={"regimes": ("gdpr33",)})
    desk = a_major(policy=policy)

    refused = desk.do("close", "ilse", 40)

    assert (refused.code, refused.missing) == (Code.CLOSE_INCOMPLETE, ("OBLIGATIONS",))
