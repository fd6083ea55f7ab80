"""A case at a third party has the provider's times and ours, is updated in any state, and never replaces this record."""

from __future__ import annotations

import pytest

from bot.simulation.replay.intents import fields_of, verb_of
from commands.core.fields.form_field import missing
from commands.vendor import Vendor
from incident.deadlines.outside.provider_deadlines import outside_words
from incident.policy import Policy
from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.parsed_lines import parsed
from tests.support.policies import team_policy
from tests.support.worked_incidents import a_major, record

OPEN = {"form": "case", "provider": "cloud-1", "case_id": "7712345678"}
NEWS = {"form": "update", "case_id": "7712345678", "text": "a regional issue"}


def opened(**fields) -> CommandBench:
    desk = CommandBench().declared()
    desk.do("vendor", at=14, form={**OPEN, **fields})
    return desk


def test_a_case_has_the_provider_s_time_of_opening_and_ours():
    desk = opened(severity="urgent", opened_at=T(13).isoformat())

    [case] = desk.incident.provider_cases
    entry = desk.entries()[-1]
    assert (case.provider, case.case_id, case.severity, case.last_status) == (
        "cloud-1",
        "7712345678",
        "urgent",
        "opened",
    )
    assert (case.opened_at, case.heard_at) == (T(13), T(14))
    assert (entry.fact.timeline, entry.occurred_at, entry.recorded_at) == ("third_party", T(13), T(14))


def test_an_update_has_the_provider_s_time_and_ours():
    desk = opened()
    desk.do("vendor", at=30, form={**NEWS, "status": "identified", "provider_at": T(26).isoformat()})

    [case] = desk.incident.provider_cases
    entry = desk.entries()[-1]
    assert (case.updates, case.last_status, case.last_provider_at, case.heard_at) == (1, "identified", T(26), T(30))
    assert (entry.fact.timeline, entry.occurred_at, entry.recorded_at) == ("third_party", T(26), T(30))


def test_the_provider_s_own_time_wins_over_that_of_the_request():
    desk = opened()
    desk.do("vendor", at=30, occurred_at=T(20), form={**NEWS, "provider_at": T(26).isoformat()})
    desk.do("vendor", at=31, occurred_at=T(21), form=NEWS)

    assert [e.occurred_at for e in desk.entries() if e.fact.kind == "case_updated"] == [T(26), T(21)]


def test_an_update_without_a_status_leaves_the_status_and_counts():
    desk = opened()
    desk.do("vendor", at=30, form={**NEWS, "status": "identified"})
    desk.do("vendor", at=31, form=NEWS)

    [case] = desk.incident.provider_cases
    assert (case.updates, case.last_status) == (2, "identified")


def test_an_update_changes_its_own_case_only():
    desk = opened()
    desk.do("vendor", at=15, form={**OPEN, "provider": "cdn", "case_id": "C-9"})
    desk.do("vendor", at=16, form={**NEWS, "case_id": "c-9"})

    assert [(case.provider, case.updates) for case in desk.incident.provider_cases] == [("cloud-1", 0), ("cdn", 1)]


def test_the_report_has_each_case_and_the_time_of_the_last_update_only_after_one():
    desk = opened(opened_at=T(13).isoformat())
    before = record(desk, 20)["third_party_cases"]
    desk.do("vendor", at=30, form={**NEWS, "provider_at": T(26).isoformat()})

    case = {"provider": "cloud-1", "case_id": "7712345678", "severity": None, "opened_at": "2026-06-09T10:13:00Z"}
    assert before == [{**case, "last_status": "opened", "updates": 0}]
    assert record(desk, 31)["third_party_cases"] == [
        {**case, "last_status": "opened", "updates": 1, "last_provider_at": "2026-06-09T10:26:00Z"}
    ]


@pytest.mark.parametrize("provider", ["cloud-1", "another"])
def test_a_number_that_is_used_is_refused_whichever_provider_it_is_of(provider):
    desk = opened()
    outcome = desk.do("vendor", form={**OPEN, "provider": provider})

    assert (outcome.code, outcome.reason) == (Code.STATE, "case_used")
    assert "`/incident vendor update 7712345678 …`" in desk.answer()


@pytest.mark.parametrize("form", ["update", "chase"])
def test_an_unknown_number_is_refused(form):
    desk = opened()
    outcome = desk.do("vendor", form={**NEWS, "form": form, "case_id": "1"})

    assert (outcome.code, outcome.reason) == (Code.STATE, "case_unknown")
    assert "there is no case 1 here" in desk.answer()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"form": "case", "provider": "cloud-1"}, "case_which"),
        ({"form": "case", "case_id": "2"}, "case_whose"),
        ({"form": "update", "case_id": "7712345678"}, "case_news"),
    ],
)
def test_what_is_missing_is_asked_for(fields, reason):
    desk = opened()
    outcome = desk.do("vendor", form=fields)

    assert (outcome.code, outcome.reason) == (Code.MISSING_FIELDS, reason)
    assert "Not recorded" in desk.answer()


def test_a_case_is_opened_and_updated_after_closing_too_and_by_anyone():
    desk = a_major()
    desk.do("close", "ilse", 40)
    opening, news = desk.do("vendor", "clerk", 50, form=OPEN), desk.do("vendor", "clerk", 51, form=NEWS)

    assert (opening.code, news.code, desk.incident.provider_cases[0].updates) == (None, None, 1)


def test_a_provider_s_time_cannot_be_in_the_future():
    outcome = opened().do("vendor", at=30, form={**NEWS, "provider_at": T(31).isoformat()})

    assert (outcome.code, outcome.reason, outcome.fields) == (Code.BAD_VALUE, "not_yet", ("provider_at",))


def test_the_channel_reads_what_the_provider_says_and_the_reply_that_their_all_clear_proves_nothing():
    desk = opened()
    opening = desk.said()
    desk.do("vendor", at=30, form={**NEWS, "status": "provider_resolved"})

    assert opening == "*Case 7712345678 at cloud-1* opened by <@UROB>"
    assert desk.said() == "*cloud-1, case 7712345678* · provider resolved, from <@UROB>: a regional issue"
    assert "Their all-clear does not close this incident" in desk.answer()


def test_an_incident_of_type_third_party_is_closed_once_its_case_is_on_record():
    desk = a_major(type="third_party")
    refused = desk.do("close", "ilse", 40)
    desk.do("vendor", "rob", 41, form=OPEN)
    closed = desk.do("close", "ilse", 42)

    assert (refused.code, refused.missing) == (Code.CLOSE_INCOMPLETE, ("THIRD_PARTY",))
    assert closed.code is None


def test_an_update_can_be_taken_back():
    desk = opened()
    desk.do("vendor", at=30, form=NEWS)
    desk.do("undo", at=31)

    assert desk.incident.provider_cases[0].updates == 0


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("vendor case provider=AWS 771234", {"form": "case", "provider": "AWS", "case_id": "771234"}),
        ("vendor update 771234 they found it", {"form": "update", "case_id": "771234", "text": "they found it"}),
        ("vendor chased 771234", {"form": "chase", "case_id": "771234"}),
    ],
)
def test_a_typed_line_names_the_case(line, fields):
    assert parsed(line).fields == fields


def test_the_intents_of_a_scenario_are_forms_of_the_verb():
    intent = {"name": "third_party_update", "case_id": "1", "text": "they know"}

    assert verb_of("third_party_case") is verb_of("third_party_update") is Vendor
    assert fields_of(intent, who, str) == {"form": "update", "case_id": "1", "text": "they know"}
    assert Vendor(form="case").intent == "third_party_case"
    assert Vendor(form="update").intent == "third_party_update"


def test_a_typed_line_without_a_number_opens_the_form():
    assert missing(Vendor, parsed("vendor case AWS").fields) == ("case_id",)


def test_what_a_provider_informs_customers_of_is_asked_for_as_an_update_of_ours_until_there_is_one():
    desk = opened()
    desk.do("take", "ilse", 15, role="comms_lead")
    desk.do("vendor", at=20, form={"form": "informed", "case_id": "7712345678", "text": "payments are delayed"})

    [due] = outside_words(desk.incident, desk.policy)
    assert (due.steps[0].at, due.steps[0].whom) == (T(20), (who("ilse"),))
    desk.tick(21)
    assert "outside_word" in [one.fact.ask for one in desk.entries() if one.fact.kind == "prompt_due"]
    desk.do("update", "ilse", 25, audience="customer", text="Payments are delayed; the cause is known.")
    assert outside_words(desk.incident, desk.policy) == ()


def test_news_names_the_items_of_evidence_that_came_with_it():
    desk = opened()
    desk.do("evidence", at=20, item="mail of cloud-1")
    desk.do("vendor", at=21, form={**NEWS, "files": "ev-1"})

    assert desk.incident.provider_cases[0].files == ("EV1",)
    refused = desk.do("vendor", at=22, form={**NEWS, "files": "EV1, EV9"})
    assert (refused.code, refused.reason) == (Code.STATE, "evidence_unknown")


def test_a_provider_that_the_policy_does_not_know_is_recorded_with_its_words_and_the_answer_says_how_to_add_it():
    known = {"cloud-1": {"owner": "UROB", "comms_owner": "UEVA"}}
    desk = CommandBench(policy=Policy.model_validate({**team_policy().model_dump(), "vendors": known})).declared()
    form = parsed("vendor case provider=Acme 771 the line is down").fields
    desk.do("vendor", at=14, form=form)

    assert [one.provider for one in desk.incident.provider_cases] == ["Acme"]
    assert [e.fact.text for e in desk.entries() if e.fact.kind == "noted"] == ["the line is down"]
    for words in ("Acme is not among the `vendors` of the policy (cloud-1)", "comms owner"):
        assert words in desk.answer()
    desk.do("vendor", at=15, form=OPEN)
    assert "not among" not in desk.answer()
