"""Containment is recorded with its term, and is not restoration."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from commands.contain import Contain
from incident.entries.restoration import Contained
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import HandmadeDesk


def test_a_containment_step_is_recorded_with_its_term():
    assert HandmadeDesk().does(Contain(term="long", text="path closed")) == (
        Contained(term="long", text="path closed"),
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
