"""Whom and what an incident affects is recorded with its basis, and the privacy officer hears of personal data at once."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from tests.support.command_bench import CommandBench, who
from tests.support.parsed_lines import parsed
from tests.support.policies import team_policy

CUSTOMERS = {"what": "data_subjects", "count": 1200, "basis": "estimate", "text": "customers of the shop"}


def desk(**declared) -> CommandBench:
    policy = team_policy()
    people = policy.people.model_copy(update={"privacy_officer": "UNADIA"})
    return CommandBench(policy=policy.model_copy(update={"people": people})).declared(**declared)


def test_the_last_entry_about_the_same_counts_with_its_basis():
    bench = desk()
    first = bench.do("affected", at=1, form=CUSTOMERS).first
    assert "takes the place" not in bench.answer()
    bench.do("affected", at=2, form={"what": "systems", "text": "payments-db, web-2"})
    assert "takes the place" not in bench.answer()
    bench.do("affected", at=3, form={**CUSTOMERS, "count": 1187, "basis": "known", "percent": 3})

    assert f"it takes the place of entry {first} about data subjects." in bench.answer()
    found = {one.what: (one.count, one.percent, one.basis) for one in bench.incident.affected}
    assert found == {"systems": (None, None, None), "data_subjects": (1187, 3, "known")}
    assert bench.entries()[-1].fact.timeline == "affected"
    assert "1187, 3 % (known): customers of the shop" in bench.said()


@pytest.mark.parametrize(("what", "called"), [("data_subjects", 1), ("personal_data", 1), ("clients", 0)])
def test_personal_data_page_the_privacy_officer_once_and_start_no_clock(what, called):
    bench = desk()
    bench.do("affected", at=1, form={**CUSTOMERS, "what": what})
    bench.do("affected", at=2, form={**CUSTOMERS, "what": what, "count": 7})

    calls = [call.person for call in bench.incident.escalations]
    assert calls == [who("nadia")] * called
    assert bench.incident.clocks == ()


@pytest.mark.parametrize("case", ["by the officer", "in a drill"])
def test_no_one_is_paged_who_recorded_it_or_in_a_drill(case):
    bench = desk(drill=case == "in a drill")
    bench.do("affected", "nadia" if case == "by the officer" else "rob", 1, form=CUSTOMERS)

    assert bench.incident.escalations == ()


@pytest.mark.parametrize(
    ("form", "reason"),
    [({"what": "clients"}, "affected_which"), ({"what": "clients", "count": 5}, "affected_basis")],
)
def test_a_number_without_its_basis_and_nothing_at_all_are_refused(form, reason):
    bench = desk()
    outcome = bench.do("affected", form=form)

    assert (outcome.code, outcome.reason) == (Code.MISSING_FIELDS, reason)
    assert "/incident affected" in bench.answer()
    assert bench.incident.affected == ()


def test_the_line_that_is_advised_records_what_was_meant():
    bench = desk()
    bench.do("affected", form={"what": "data_subjects", "count": 900, "text": "customers in DE and AT"})

    assert "`/incident affected data_subjects 900 estimate …`" in bench.answer()
    assert parsed("affected data_subjects 900 estimate DE").fields["basis"] == "estimate"


def test_it_is_taken_back_like_any_other_note():
    bench = desk()
    bench.do("affected", at=1, form={"what": "systems", "text": "payments-db"})

    assert bench.do("undo", at=2).code is None
    assert bench.incident.affected == ()


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (
            "affected data_subjects 1200 basis=estimate customers of the shop",
            {"what": "data_subjects", "count": "1200", "basis": "estimate", "text": "customers of the shop"},
        ),
        ("affected systems web-2, payments-db", {"what": "systems", "text": "web-2, payments-db"}),
        ("affected member states DE, FR", {"what": "member_states", "text": "DE, FR"}),
    ],
)
def test_a_typed_line_names_what_is_affected(line, fields):
    assert parsed(line).fields == fields
