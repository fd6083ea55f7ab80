"""Containment is recorded with its term, and is not restoration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from commands.contain import Contain
from incident.deadlines.outside.containment_deadlines import reviews
from incident.entries.restoration import Contained
from incident.refusal import Code
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.handmade_incidents import HandmadeDesk
from tests.support.parsed_lines import parsed
from tests.support.worked_incidents import a_major


def test_a_containment_step_is_recorded_with_its_term():
    assert HandmadeDesk().does(Contain(term="long", text="path closed")) == (
        Contained(term="long", text="path closed", id="C1"),
    )


def test_there_is_no_third_term():
    with pytest.raises(ValidationError):
        Contain.model_validate({"term": "medium", "text": "path closed"})


@pytest.mark.parametrize(("term", "reads"), [("short", "for now"), ("long", "until the cause is fixed")])
def test_the_channel_line_says_for_how_long(term, reads):
    line = HandmadeDesk().said(Contain(term=term, text="14 ranges blocked"))

    assert line == f"*Contained* {reads} by <@UILSE>: 14 ranges blocked"
    assert "not restored" in HandmadeDesk().answer(Contain(term=term, text="14 ranges blocked"))


def test_containment_by_a_person_who_is_no_responder_is_marked():
    desk = CommandBench().declared()

    desk.do("contain", "clerk", 5, term="short", text="pulled the cable")
    marked = (desk.facts()[0].outside_group, desk.said())
    desk.do("contain", "rob", 6, term="short", text="blocked the address")

    assert marked[0] is True
    assert "(:warning: not a responder)" in marked[1]
    assert desk.facts()[0].outside_group is False
    assert [one.outside_group for one in desk.incident.containment] == [True, False]


STEP = {"term": "short", "text": "key revoked", "target": "key 7", "undo": "issue it again"}


def test_a_step_says_what_it_was_done_to_who_approved_it_and_how_it_is_undone(room):
    room.do("contain", at=5, **STEP, approved_by=who("eva"))

    [step] = room.incident.containment
    assert (step.id, step.target, step.approved_by, step.undo, step.reversible) == (
        "C1",
        "key 7",
        who("eva"),
        "issue it again",
        True,
    )


@pytest.mark.parametrize(("undo", "reversible"), [("No.", False), ("switch it on", True), (None, None)])
def test_a_step_can_be_undone_cannot_or_no_one_said(room, undo, reversible):
    room.do("contain", at=5, term="short", text="disk wiped", undo=undo)

    assert room.incident.containment[0].reversible is reversible


def test_the_entry_that_undoes_a_step_links_it_and_the_step_names_that_entry(room):
    made = room.do("contain", at=5, **STEP)
    undone = room.do("contain", at=9, term="undone", id="c1", text="the key is issued again")

    [step] = room.incident.containment
    assert (step.undone_by, step.is_in_place) == (undone.first, False)
    assert room.entries()[-1].fact.contained == made.first


def test_who_contained_it_is_asked_on_the_review_date_also_after_closing_and_then_the_owner_too():
    desk = a_major()
    desk.do("contain", "rob", 38, term="long", text="path closed", review_at=T(60).isoformat())
    desk.do("close", "ilse", 40)

    [due] = reviews(desk.incident, desk.policy)
    assert [(step.at, step.whom) for step in due.steps] == [
        (T(60), (who("rob"),)),
        (T(60) + timedelta(days=1), (who("rob"), desk.incident.service_owner)),
    ]
    desk.tick(61)
    assert "containment" in [entry.fact.ask for entry in desk.entries() if entry.fact.kind == "prompt_due"]


def test_a_step_that_stays_is_asked_about_again_only_on_its_next_date(room):
    room.do("contain", at=5, term="long", text="path closed", review_at=T(60).isoformat())
    room.do("contain", at=61, term="reviewed", text="the cause is still there", review_at=T(900).isoformat())
    assert [due.due_at for due in reviews(room.incident, room.policy)] == [T(900)]

    room.do("contain", at=62, term="undone", text="cause removed")
    assert reviews(room.incident, room.policy) == ()


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"term": "undone", "id": "C9", "text": "gone"}, Code.STATE, "contain_unknown"),
        ({"term": "undone", "id": "C1", "text": "gone"}, Code.STATE, "contain_undone_already"),
        ({"term": "long", "text": "x", "review_at": T(1).isoformat()}, Code.BAD_VALUE, "contain_review_past"),
    ],
)
def test_what_cannot_be_recorded_is_refused(room, fields, code, reason):
    room.do("contain", at=5, **STEP)
    room.do("contain", at=6, term="undone", id="C1", text="gone")

    outcome = room.do("contain", at=7, form=fields)

    assert (outcome.code, outcome.reason) == (code, reason)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("contain short 14 ranges blocked", {"term": "short", "text": "14 ranges blocked"}),
        ("contain undone C1 rule removed", {"term": "undone", "id": "C1", "text": "rule removed"}),
        ("contain long target=web-2 path closed", {"term": "long", "target": "web-2", "text": "path closed"}),
    ],
)
def test_a_typed_line_contains(line, fields):
    assert parsed(line).fields == fields
