"""Joining the incident declared first voids the second as its duplicate, in one transaction."""

from __future__ import annotations

import pytest

from commands.core.request import Place
from incident.entries.lifecycle import JoinedAsDuplicate
from incident.refusal import Code
from incident.states import State
from tests.support.command_bench import CommandBench, who


def second(room: CommandBench, **fields: object) -> Place:
    whole = {"title": "Payments down", "service": "checkout", **fields}
    outcome = room.do("declare", by="eva", at=5, place=Place(channel="CELSEWHERE"), **whole)
    return Place(number=outcome.number)


def test_the_second_incident_is_void_and_the_first_names_who_joined(room: CommandBench) -> None:
    place = second(room)

    outcome = room.do("join", by="eva", at=6, place=place, number="INC-2026-0001")

    assert room.kinds() == ["voided", "state_changed"]
    assert outcome.key is not None
    void = room.memory.state.rows[outcome.key]
    assert (void.state, void.duplicate_of) == (State.VOID_DUPLICATE, "INC-2026-0001")
    assert (room.facts()[0].why, room.facts()[0].reason) == ("joined", None), "nobody wrote a reason"
    joined = [e.fact for e in room.entries() if isinstance(e.fact, JoinedAsDuplicate)]
    assert joined == [JoinedAsDuplicate(number="INC-2026-0002", who=who("eva"))]
    assert room.answer() == "INC-2026-0002 is void as a duplicate of INC-2026-0001. You are invited to its channel."
    assert "Go on there" in room.said()


@pytest.mark.parametrize("named", ["1", "#1", "INC-2026-1", "<#C100|inc-1>"])
def test_the_first_incident_is_named_as_people_type_it(room: CommandBench, named: str) -> None:
    place = second(room)

    outcome = room.do("join", by="eva", at=6, place=place, number=named)

    assert outcome.key is not None
    assert room.memory.state.rows[outcome.key].duplicate_of == "INC-2026-0001"


def test_a_second_click_joins_nothing_again(room: CommandBench) -> None:
    place = second(room)
    room.do("join", by="eva", at=6, place=place, number="INC-2026-0001")

    assert room.do("join", by="eva", at=6, place=place, number="INC-2026-0001").code == Code.STATE
    assert sum(isinstance(e.fact, JoinedAsDuplicate) for e in room.entries()) == 1


def test_the_first_incident_does_not_join_the_second(room: CommandBench) -> None:
    second(room)

    assert room.do("join", number="INC-2026-0002").reason == "join_later"
    assert "`/incident INC-2026-0002 join INC-2026-0001`" in room.answer()
    assert room.do("join", number="INC-2026-0001").reason == "join_itself"
    assert "this is INC-2026-0001" in room.answer()


def test_an_incident_that_is_over_is_not_joined_but_the_line_that_voids_this_one_is_given(room: CommandBench) -> None:
    place = second(room)
    room.do("void", at=6, as_="false_alarm", reason="the probe itself was broken")

    assert room.do("join", by="eva", at=7, place=place, number="1").reason == "join_over"
    assert "INC-2026-0001 is void, a false alarm" in room.answer()
    assert "`/incident void duplicate of INC-2026-0001`" in room.answer()


def test_an_incident_that_is_over_is_not_joined(room: CommandBench) -> None:
    place = second(room)
    room.do("void", at=6, as_="false_alarm", reason="the probe itself was broken")

    assert room.do("join", place=place, number="INC-2026-0001").code == Code.STATE


def test_an_incident_that_was_mitigated_is_not_voided_by_joining(room: CommandBench) -> None:
    place = second(room)
    for verb in ("ack", "mitigated"):
        room.do(verb, at=6, place=place, **({"text": "better"} if verb == "mitigated" else {}))

    assert room.do("join", place=place, number="INC-2026-0001").reason == "too_late_to_void"


def test_a_restricted_incident_cannot_be_found_by_joining_it(desk: CommandBench) -> None:
    desk.declared(type="security")
    place = second(desk)

    assert desk.do("join", by="eva", place=place, number="INC-2026-0001").code == Code.NO_INCIDENT
    assert desk.do("join", by="eva", place=place, number="INC-2026-0999").code == Code.NO_INCIDENT


def test_a_restricted_incident_is_not_joined_from_another_restricted_one(desk: CommandBench) -> None:
    desk.declared(type="security")
    place = second(desk, type="security")

    outcome = desk.do("join", by="eva", place=place, number="INC-2026-0001")

    assert (outcome.code, outcome.reason) == (Code.NO_INCIDENT, "no_such_incident")
    assert not any(isinstance(e.fact, JoinedAsDuplicate) for e in desk.entries())


def test_a_person_involved_in_both_restricted_incidents_may_join_them(desk: CommandBench) -> None:
    desk.declared(type="security")
    place = second(desk, type="security")

    assert not desk.do("action", by="rob", text="look at the logs", assignee=who("eva"), at=6).is_refused

    assert desk.do("join", by="eva", place=place, number="INC-2026-0001").code is None
