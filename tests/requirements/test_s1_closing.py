"""What the guide demands of closing: only an incident with every criterion met is closed, and every gap is named."""

from __future__ import annotations

from typing import Any

import pytest

from incident.refusal import Code
from incident.states import State
from tests.support.clock import T
from tests.support.command_bench import who
from tests.support.worked_incidents import (
    CURE,
    NOT_RESOLVED,
    NOT_RESTORED,
    PROOF,
    STORY,
    Step,
    a_major,
    go_on,
    of_kind,
    record,
)


def closing(desk: Any, by: str = "ilse", at: float = 40) -> tuple[str | None, tuple[str, ...]]:
    """Try to close; return the refusal code and the unmet criteria."""
    outcome = desk.do("close", by, at)
    return outcome.code, outcome.missing


def missing(*codes: str) -> tuple[str, tuple[str, ...]]:
    return Code.CLOSE_INCOMPLETE, codes


def test_an_incident_with_every_criterion_met_is_closed():
    desk = a_major()

    assert closing(desk) == (None, ())
    assert desk.incident.state == State.CLOSED


LACKING = {
    "monitoring": "VALIDATION",
    "owner": "VALIDATION",
    "category": "CATEGORY",
    "priority": "PRIORITY",
    "link": "LINKS",
    "final": "FINAL_COMMS",
    "review": "PIR_SCHEDULED",
    "commander": "HANDOFFS",
}


@pytest.mark.parametrize("step", LACKING)
def test_one_unmet_criterion_keeps_the_incident_open(step):
    desk = a_major(without=[step])

    assert closing(desk) == missing(LACKING[step])
    assert desk.incident.state == State.RESOLVED


def test_an_incident_with_an_unconfirmed_category_is_not_closed():
    assert closing(a_major(without=["category"])) == missing("CATEGORY")


@pytest.mark.parametrize("text", ["Fixed.", "resolved", "ok now", "it works again"])
def test_a_resolution_text_that_says_nothing_does_not_meet_the_criterion(text):
    desk = a_major(without=NOT_RESOLVED)
    go_on(desk, Step("resolved", "resolve", "rob", 30, {"how": "fix", "text": text}), *PROOF)

    assert closing(desk) == missing("RESOLUTION")


def test_evidence_from_before_the_restoration_does_not_count():
    desk = a_major(without=NOT_RESTORED)
    early = Step("early", "validate", "rob", 15, {"criterion": "monitoring", "evidence": "looks green"})
    go_on(desk, early, *(step for step in STORY if step.at >= 20 and step.name != "monitoring"))

    assert closing(desk) == missing("VALIDATION")


def test_empty_evidence_is_refused():
    desk = a_major(without=["monitoring"])

    refused = desk.do("validate", "rob", 38, criterion="monitoring", evidence="  ")

    assert (refused.code, refused.fields) == (Code.MISSING_FIELDS, ("evidence",))
    assert closing(desk) == missing("VALIDATION")


@pytest.mark.parametrize(
    ("verb", "fields", "lacking"),
    [
        ("category", {"category": "Database", "reason": "it was the index"}, "CATEGORY"),
        ("priority", {"impact": 1, "urgency": 1, "justification": "still every payment"}, "PRIORITY"),
    ],
)
def test_a_change_after_the_confirmation_requires_another_confirmation(verb, fields, lacking):
    desk = a_major()
    desk.do(verb, "ilse", 38, form=fields)

    assert closing(desk) == missing(lacking)


def test_a_handover_that_is_not_accepted_keeps_the_incident_open():
    desk = a_major()
    desk.do("handover", "ilse", 38, role="commander", to=who("eva"), note="all is quiet, the review is on Thursday")

    assert closing(desk) == missing("HANDOFFS")

    desk.do("accept", "eva", 41, role="commander")
    assert closing(desk, "eva", 42) == (None, ())


def test_a_commander_who_left_without_a_successor_is_shown_and_keeps_a_major_incident_open():
    desk = a_major(without=NOT_RESTORED)
    desk.do("release", "ilse", 12, role="commander")
    desk.do("status", "rob", 13)
    seen = desk.answer()
    go_on(desk, *(step for step in STORY if step.name in NOT_RESTORED))

    assert "*No commander yet.*" in seen
    assert closing(desk) == missing("HANDOFFS")


@pytest.mark.parametrize(
    ("fix", "may_close"),
    [
        ({"text": "restart every hour"}, False),
        ({"text": "restart every hour", "remove_by": T(5000).isoformat()}, False),
        ({"text": "restart every hour", "owner": who("rob"), "remove_by": T(5000).isoformat()}, True),
    ],
)
def test_a_temporary_fix_without_an_owner_and_a_date_keeps_the_incident_open(fix, may_close):
    desk = a_major()
    desk.do("tempfix", "rob", 38, form=fix)

    assert closing(desk) == ((None, ()) if may_close else missing("TEMPFIX"))


def test_a_workaround_on_a_p1_requires_a_problem_record_or_a_reason_for_none():
    desk = a_major(without=NOT_RESOLVED)
    by_workaround = Step("resolved", "resolve", "rob", 30, {"how": "workaround", "text": "orders go by telephone now"})
    go_on(desk, by_workaround, *(step for step in PROOF if step.name != "link"))

    assert closing(desk) == missing("LINKS")

    desk.do("link", "rob", 41, kind="problem", ref="PRB-102")
    assert closing(desk, at=42) == (None, ())


def test_a_restored_and_validated_incident_is_closed_without_a_known_cause():
    desk = a_major(without=["link"])
    assert closing(desk) == missing("LINKS")

    desk.do("link", "rob", 41, kind="none", reason="the cause is unknown, nothing was found in two days")

    assert closing(desk, at=42) == (None, ())
    assert record(desk, 43)["links"] == []
    assert "the cause is unknown, nothing was found" in of_kind(record(desk, 43), "link")[-1]["text"]


def test_the_first_restoration_stops_the_clock_although_the_cause_is_not_known():
    desk = a_major(without=NOT_RESOLVED)

    report = record(desk, 600)

    assert report["state"] == "restored"
    assert report["metrics"]["time_to_restore_s"] == 20 * 60


def test_a_statement_of_the_provider_does_not_meet_the_validation_criterion():
    desk = a_major(without=["monitoring", "owner"], type="third_party")
    evidence = {"criterion": "provider_resolved", "evidence": "their status page is green"}
    desk.do("validate", "rob", 38, form=evidence)

    code, lacking = closing(desk)

    assert code == Code.CLOSE_INCOMPLETE
    assert "VALIDATION" in lacking


def test_only_a_restored_incident_is_resolved():
    desk = a_major(without=NOT_RESTORED)

    refused = desk.do("resolve", "rob", 15, how="fix", text=CURE)

    assert (desk.incident.state, refused.code) == (State.ACTIVE, Code.STATE)


def test_two_teams_close_by_the_same_policy_and_the_same_criteria():
    payments = a_major(without=["category", "review"])
    shop = a_major(without=["category", "review"], service="wiki", category="Application", owner_group="shop")

    assert (payments.incident.service, shop.incident.service) == ("checkout", "wiki")
    assert payments.incident.policy_hash == shop.incident.policy_hash != ""
    assert closing(payments) == closing(shop) == missing("CATEGORY", "PIR_SCHEDULED")
