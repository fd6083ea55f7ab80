"""A root cause analysis is due after a major incident, is written in parts and approved by another person, or waived."""

from __future__ import annotations

import pytest

from bot.rendering.renderer import VerbContext
from commands.rca import Rca
from incident.entries.aftermath.reviews import DocumentMoved, RcaOpened
from incident.policy_parts.paging_hours import BusinessHours
from incident.refusal import Code
from incident.rules.business_days import after_business_days
from incident.states import Document, DocumentState
from roles.person_ids import MUSTER
from tests.support.after_bench import RCA, after_policy, closed_bench, resolved_bench
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import renderer


def test_closing_a_major_incident_starts_the_time_of_its_analysis():
    bench = closed_bench()

    [opened] = [one for one in bench.entries() if isinstance(one.fact, RcaOpened)]
    assert (opened.fact, opened.by) == (
        RcaOpened(due_at=after_business_days(T(40), 5, BusinessHours()), why="major"),
        "muster",
    )
    assert bench.do("rca", "eva", 50, what="open").reason == "rca_open_already"


def test_every_part_is_needed_and_the_author_does_not_approve():
    bench = closed_bench()
    bench.do("rca", "eva", 50, what="write", method="Five whys")

    assert bench.do("rca", "eva", 51, what="submit").fields == ("root_cause", "contributing", "confidence")
    bench.do("rca", "eva", 52, what="write", **RCA)
    assert "`/incident rca submit`" in bench.answer()
    bench.do("rca", "eva", 53, what="submit")
    assert bench.answer() == "Submitted. Another person approves it: service owner or closer."
    assert bench.do("rca", "eva", 54, what="approve").code == Code.NOT_AUTHORISED
    assert "another person approves: service owner or closer." in bench.answer()
    bench.do("rca", "nadia", 55, what="approve")
    assert bench.answer() == "Approved, and it stays as it is. What it leaves out: `/incident note …`."

    assert bench.incident.aftermath.rca.state is DocumentState.APPROVED
    assert bench.do("rca", "eva", 56, what="open").reason == "document_approved"


def test_a_security_incident_needs_its_attack_vector_which_may_be_unknown():
    bench = resolved_bench(service="checkout", type="security")
    bench.do("rca", "ilse", 50, what="write", **RCA)

    assert bench.do("rca", "ilse", 51, what="submit").fields == ("attack_vector",)
    assert bench.do("rca", "nadia", 51, what="approve").reason == "document_draft"
    bench.do("rca", "ilse", 52, what="write", attack_vector="Unknown because the logs are gone")
    bench.do("rca", "ilse", 53, what="submit")
    assert bench.facts() == [DocumentMoved(document=Document.RCA, state=DocumentState.IN_REVIEW)]


def test_an_analysis_is_waived_with_a_reason_by_one_who_may_approve():
    bench = closed_bench()

    assert bench.do("rca", "nadia", 50, what="waive", text="Not needed").code == Code.JUSTIFICATION
    assert bench.do("rca", "rob", 50, what="waive", text="The cause is PRB-1, known").reason == "document_not_yours"
    bench.do("rca", "nadia", 51, what="waive", text="The cause is PRB-1, known")
    assert "not applicable" in bench.answer()

    assert bench.do("rca", "eva", 52, what="write", method="Five whys").reason == "document_waived"
    assert bench.do("rca", "eva", 53, what="open").reason == "document_waived"


def test_closing_asks_for_no_analysis_that_was_waived_before():
    bench = resolved_bench()
    bench.do("rca", "nadia", 38, what="waive", text="The cause is PRB-1, known")

    assert bench.do("close", "ilse", 40).code is None
    assert bench.incident.aftermath.rca.due_at is None


def test_an_analysis_is_asked_for_with_a_date_to_come():
    bench = CommandBench(policy=after_policy()).declared()

    assert bench.do("rca", at=1, what="open", due=T(0).isoformat()).reason == "task_due_past"
    assert bench.do("rca", at=1).reason == "rca_what"
    bench.do("rca", at=2, what="open", due=T(9000).isoformat())
    assert bench.facts() == [RcaOpened(due_at=T(9000), why="asked")]
    bench.do("rca", at=3, what="write", method="Five whys")
    assert Rca.proposal({}, bench.incident, None) == {"what": "write", "method": "Five whys"}


@pytest.mark.parametrize(("third", "recurs"), [({}, True), ({"category": "Database"}, False), ({"drill": True}, False)])
def test_the_third_incident_of_a_kind_recurs(third, recurs):
    bench = CommandBench(policy=after_policy())
    for at in (0, 60):
        bench.declared(at, category="Application")
    bench.declared(120, **{"category": "Application", **third})

    kinds = [entry.fact.kind for entry in bench.entries()]
    assert ("recurrence_seen" in kinds, "rca_opened" in kinds) == (recurs, recurs)
    if recurs:
        assert bench.incident.aftermath.recurrence.numbers == ("INC-2026-0001", "INC-2026-0002")
        seen = [one for one in bench.entries() if one.fact.kind == "recurrence_seen"]
        posted = renderer().said("surfaces/recurrence", VerbContext(bench.incident, tuple(seen), MUSTER, T(120)))
        assert "INC-2026-0001, INC-2026-0002" in posted
        assert "Link the problem behind them" in posted


def test_a_restricted_incident_is_not_counted_in_another():
    bench = CommandBench(policy=after_policy())
    bench.declared(0, category="Application", private=True)
    bench.declared(60, category="Application").declared(120, category="Application")

    assert bench.incident.aftermath.recurrence is None
