"""A breach of regulation makes an incident major with high impact, and keeps it so (S2-09, S2-14)."""

from __future__ import annotations

import pytest

from incident.refusal import Code
from roles.person_ids import MUSTER
from tests.support.command_bench import CommandBench
from tests.support.parsed_lines import parsed

WHY = "card data was stored unencrypted"


def marked(**declared) -> CommandBench:
    desk = CommandBench().declared(**{"impact": 3, "urgency": 2, **declared})
    desk.do("regulatory", at=5, form={"reason": WHY})
    return desk


def test_a_breach_of_regulation_is_a_major_incident_with_high_impact_by_muster():
    desk = marked()

    assert (desk.incident.major, desk.incident.priorities[-1].impact) == (True, 1)
    assert desk.incident.priorities[-1].justification == WHY
    raised = [entry for entry in desk.entries() if entry.fact.kind in ("priority_changed", "major_declared")]
    assert [entry.by for entry in raised[-2:]] == [MUSTER, MUSTER]
    assert "Impact stays high" in desk.answer()


def test_an_impact_of_three_is_forced_to_one_with_the_reason_until_the_mark_is_taken_away():
    desk = marked()
    change = {"impact": 3, "urgency": 2, "justification": "only three people are affected"}
    desk.do("priority", "ilse", 6, form=change)
    forced = desk.answer()
    impact = desk.incident.priorities[-1].impact
    desk.do("regulatory", "ilse", 7, form={"lift": True, "reason": "the data were test data"})
    desk.do("priority", "ilse", 8, form=change)

    assert impact == 1
    assert "Impact stays high, not low: it is a breach of regulation" in forced
    assert desk.incident.priorities[-1].impact == 3


@pytest.mark.parametrize(
    ("by", "form", "code", "reason"),
    [
        ("rob", {"reason": " "}, Code.JUSTIFICATION, "regulatory_why"),
        ("clerk", {"reason": WHY}, Code.NOT_AUTHORISED, "regulatory_not_yours"),
        ("rob", {"reason": WHY, "lift": True}, Code.STATE, "regulatory_none"),
    ],
)
def test_a_mark_needs_a_reason_and_authority_and_is_taken_away_only_where_it_is(by, form, code, reason):
    desk = CommandBench().declared()
    outcome = desk.do("regulatory", by, 5, form=form)

    assert (outcome.code, outcome.reason) == (code, reason)
    assert desk.answer()
    assert desk.incident.regulatory is None


def test_it_is_marked_once_and_not_undone():
    desk = marked()
    undone = desk.do("undo", at=6)
    again = desk.do("regulatory", at=7, form={"reason": WHY})

    assert undone.reason == "undo_regulatory"
    assert (again.code, again.reason) == (Code.STATE, "regulatory_twice")
    assert "lift" in desk.answer()


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("regulatory because card data was stored", {"reason": "card data was stored"}),
        ("regulatory lift because it was test data", {"lift": True, "reason": "it was test data"}),
    ],
)
def test_a_typed_line_marks_it_or_takes_the_mark_away(line, fields):
    assert parsed(line).fields == fields
