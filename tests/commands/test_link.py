"""A record of another system is linked, or a reason says why there is none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from commands.core.request import Place
from commands.link import Link
from incident.entries.restoration import Linked, LinkNone
from incident.refusal import Code
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import HandmadeDesk, worded


def test_a_record_of_another_system_is_linked():
    link = Link(kind="known_error", ref="KE-31")

    assert link.intent == "link"
    assert HandmadeDesk().does(link) == (Linked(link="known_error", ref="KE-31"),)
    assert HandmadeDesk().answer(link) == "Linked: known error KE-31."


@pytest.mark.parametrize("named", ["1", "#1", "INC-2026-1", "inc-2026-0001", "<#C100|inc-1>"])
def test_an_incident_of_ours_is_linked_by_its_number(room: CommandBench, named: str) -> None:
    room.do("link", by="eva", kind="related", ref=named)

    assert [fact.ref for fact in room.facts()] == ["INC-2026-0001"]


def test_an_incident_that_the_actor_may_not_see_is_linked_as_it_was_typed(room: CommandBench) -> None:
    hidden = {"title": "Leak", "service": "checkout", "private": True}
    number = room.do("declare", by="nadia", place=Place(channel="CELSEWHERE"), **hidden).number

    room.do("link", by="eva", kind="related", ref="#2")

    assert number == "INC-2026-0002"
    assert [fact.ref for fact in room.facts()] == ["#2"]


def test_stating_that_there_is_no_record_needs_only_a_reason():
    for link in (
        Link(reason="vendor bug"),
        Link(kind="none", reason="vendor bug"),
        Link(kind="none", ref="vendor bug"),
    ):
        assert link.intent == "link_none"
        assert HandmadeDesk().does(link) == (LinkNone(reason="vendor bug"),)
    assert HandmadeDesk().answer(Link(reason="vendor bug")) == "Recorded: nothing to link, because vendor bug"


def test_a_missing_field_is_asked_for():
    nothing, why = HandmadeDesk().refuses(Link(kind="problem")), HandmadeDesk().refuses(Link(kind="none"))

    assert (nothing.code, nothing.fields) == (Code.MISSING_FIELDS, ("ref",))
    assert (why.code, why.fields) == (Code.MISSING_FIELDS, ("reason",))
    assert "PRB-102" in worded(nothing)
    assert "none because" in worded(why)


def test_an_unlisted_kind_is_recorded_and_one_with_markup_is_refused():
    assert HandmadeDesk().does(Link(kind="vendor_case", ref="7712")) == (Linked(link="vendor_case", ref="7712"),)
    with pytest.raises(ValidationError):
        Link(kind="<!channel>", ref="7712")
