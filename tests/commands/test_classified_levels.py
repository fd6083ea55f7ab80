"""Answers about the impact propose levels by the rules of the policy; levels that a person sets count (S1-38, S1-41)."""

from __future__ import annotations

from typing import Any

import pytest

from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench
from tests.support.parsed_lines import parsed
from tests.support.policies import team_policy

LEVELS_ASKED = {"impact": None, "urgency": None}


def bench(tier: int = 1) -> CommandBench:
    policy = team_policy()
    services = {name: one.model_copy(update={"tier": tier}) for name, one in policy.services.items()}
    return CommandBench(policy=policy.model_copy(update={"services": services}))


def levels(desk: CommandBench) -> tuple[int, int, bool]:
    last = desk.incident.priorities[-1]
    return last.impact, last.urgency, desk.incident.provisional


def test_forty_percent_of_the_users_of_a_tier_1_service_propose_impact_1():
    desk = bench().declared(**LEVELS_ASKED, share="40 %", unbearable_in=120)

    assert levels(desk) == (1, 2, False)
    proposal = next(entry.fact for entry in desk.entries() if entry.fact.kind == "levels_proposed")
    assert proposal.rules == ("share >= 30", "unbearable_in <= 480")


@pytest.mark.parametrize(
    ("tier", "answers", "impact"),
    [
        (1, {"affected": 1000}, 1),
        (2, {"affected": 1000}, 2),
        (1, {"affected": 49}, 3),
        (1, {"share": 5}, 2),
        (1, {"affected": 0}, 3),
    ],
)
def test_counts_and_the_tier_of_the_service_propose_an_impact(tier, answers, impact):
    assert levels(bench(tier).declared(**LEVELS_ASKED, **answers))[0] == impact


@pytest.mark.parametrize(("minutes", "urgency"), [(60, 1), (61, 2), (480, 2), (481, 3)])
def test_two_hours_until_it_is_unacceptable_give_an_urgency_and_the_deadline(minutes, urgency):
    desk = bench().declared()
    desk.do("priority", "ilse", 10, form={"unbearable_in": minutes, "justification": "the queue fills up by then"})

    assert levels(desk)[1] == urgency
    assert desk.incident.assessment.unbearable_at == T(10 + minutes)
    assert "Unacceptable from" in desk.answer()


def test_levels_that_were_typed_count_and_the_proposal_stays_on_the_record():
    desk = bench().declared(impact=3, urgency=3, share=90, unbearable_in=5)

    assert levels(desk) == (3, 3, False)
    assert (desk.incident.assessment.impact, desk.incident.assessment.urgency) == (1, 1)


def test_a_new_answer_keeps_what_was_answered_before():
    desk = bench().declared(share=40, impact_words="no one can pay")
    desk.do("priority", "ilse", 5, form={"affected": 3, "justification": "counted in the payment log"})

    assessment = desk.incident.assessment
    assert (assessment.share, assessment.affected, assessment.impact_words) == (40, 3, "no one can pay")
    assert "the levels set count" not in desk.answer()


def test_affected_personal_data_propose_a_high_impact():
    desk = bench().declared(impact=3, urgency=3)
    desk.do("affected", at=1, form={"what": "personal_data", "text": "names"})
    desk.do("priority", at=2, form={"affected": 2, "justification": "two customers, with names"})

    assert levels(desk)[0] == 1


def test_a_priority_with_its_answers_is_taken_back_as_one():
    desk = bench().declared(impact=3, urgency=3)
    desk.do("priority", at=1, form={"share": 40, "justification": "four in ten cannot pay"})

    assert desk.do("undo", at=2).code is None
    assert (levels(desk)[:2], desk.incident.assessment) == ((3, 3), None)


@pytest.mark.parametrize("form", [{"share": 101}, {"affected": -1}, {"affected": "many"}])
def test_a_count_that_cannot_be_is_refused(form: dict[str, Any]):
    outcome = bench().do("declare", form={"title": "Checkout errors", "service": "checkout", **form})

    assert outcome.code == Code.BAD_VALUE


def test_a_typed_line_gives_counts_and_a_time_and_a_title_keeps_its_words():
    line = parsed("priority 1 2 share=40 unbearable_in=2h because four in ten cannot pay")
    assert (line.fields["share"], line.fields["unbearable_in"]) == ("40", 120)
    assert line.fields["justification"] == "four in ten cannot pay"

    title = parsed("declare affected 30 users cannot pay on=checkout").fields
    assert "affected" not in title
