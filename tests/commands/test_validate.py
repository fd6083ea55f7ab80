"""Evidence is recorded at any time; only evidence from after the restoration counts."""

from __future__ import annotations

import pytest

from commands.core.fields.form_field import form_fields
from commands.validate import Validate
from incident.entries.closure import Validated
from incident.model.components import Times
from incident.refusal import Code
from incident.states import State
from tests.support.handmade_incidents import EVA, ROB, START, HandmadeDesk, an_incident, later, worded
from tests.support.policies import small_policy

BACK = an_incident(State.RESTORED, times=Times(logged_at=START, restored_at=later(5)))


@pytest.mark.parametrize(
    ("typed", "criterion"),
    [
        ("monitoring", "monitoring_verified"),
        ("Owner", "service_owner_confirmed"),
        ("user", "user_confirmed"),
        ("sign-off", "security_signoff"),
        ("monitoring_verified", "monitoring_verified"),
        ("provider_all_clear", "provider_all_clear"),
    ],
)
def test_a_criterion_is_parsed_as_people_type_it_and_an_unknown_one_is_recorded(typed, criterion):
    validate = Validate(criterion=typed, evidence="green for 15 minutes")

    assert HandmadeDesk(BACK).does(validate) == (Validated(criterion=criterion, evidence="green for 15 minutes"),)


def test_evidence_from_before_the_restoration_is_recorded_and_reported_not_to_count():
    validate = Validate(criterion="monitoring", evidence="rollback done")

    assert "does not count for closing" in HandmadeDesk().answer(validate)
    assert "does not count for closing" in HandmadeDesk(BACK, occurred_at=later(4)).answer(validate)
    assert HandmadeDesk(BACK).answer(validate) == "Recorded: monitoring is green."


def test_what_another_person_says_for_the_owner_of_the_service_is_recorded_as_a_report():
    validate = Validate(criterion="owner", evidence="paid with three cards")

    assert HandmadeDesk(BACK, actor=ROB).answer(validate) == "Recorded: the service owner confirms."
    assert HandmadeDesk(BACK, actor=EVA).answer(validate) == (
        "Recorded: the service owner confirms. You are not the owner, <@UROB>: the record says that you report it."
    )


def test_only_a_security_lead_signs_off_where_the_policy_names_one():
    sign_off = Validate(criterion="sign-off", evidence="Mira agrees")
    policy = small_policy(groups={"security_lead": ["UROSA"]})
    refusal = HandmadeDesk(BACK, policy=policy).refuses(sign_off)

    assert (refusal.code, refusal.reason) == (Code.NOT_AUTHORISED, "security_not_yours")
    assert "Ask <@UROSA>" in worded(refusal)
    assert HandmadeDesk(BACK, policy=policy, groups=frozenset({"security_lead"})).does(sign_off)
    assert HandmadeDesk(BACK).answer(sign_off) == (
        "Recorded: security signs off. The policy names no security lead: the record says that you report it."
    )


@pytest.mark.parametrize("typed", ["provider_all_clear", "all-clear", "provider"])
def test_the_all_clear_of_a_provider_is_recorded_and_reported_not_to_count(typed):
    validate = Validate(criterion=typed, evidence="their status page is green")

    assert HandmadeDesk(BACK).does(validate)[0].criterion == "provider_all_clear"
    assert "never counts for closing" in HandmadeDesk(BACK).answer(validate)


def test_the_form_offers_the_all_clear_of_a_provider_marked_as_not_counting():
    offered = dict(form_fields(Validate)["criterion"].choices)

    assert offered["provider_all_clear"].endswith("(does not count)")
