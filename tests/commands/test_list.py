"""The open incidents are listed, restricted ones to those involved alone."""

from __future__ import annotations

from commands.list import PAGE, List
from incident.entry import IncidentKey
from incident.states import Priority, State
from tests.support.handmade_incidents import EVA, ROB, HandmadeDesk, an_incident


def other(number: int, state: State = State.ACTIVE, **changes: object):
    return an_incident(state, key=IncidentKey("T1", f"X{number:04}"), number=f"INC-2026-{number:04d}", **changes)


def listed(room: HandmadeDesk) -> list[str]:
    return [line[3:16] for line in room.answer(List()).splitlines()]


def room_of(*incidents, actor=EVA) -> HandmadeDesk:
    room = HandmadeDesk(None, actor=actor)
    room.memory.state.rows.update({one.key: one for one in incidents})
    return room


def test_the_highest_priority_comes_first_then_the_oldest_and_drills_last():
    room = room_of(
        other(1, priority=Priority.P3),
        other(3, priority=Priority.P1),
        other(2, priority=Priority.P1),
        other(4, priority=Priority.P1, drill=True),
    )

    assert listed(room) == ["INC-2026-0002", "INC-2026-0003", "INC-2026-0001", "INC-2026-0004"]


def test_a_restricted_incident_is_listed_for_those_involved_only():
    secret = other(7, restricted=True)

    assert listed(room_of(secret, other(8), actor=ROB)) == ["INC-2026-0007", "INC-2026-0008"]
    assert listed(room_of(secret, other(8), actor=EVA)) == ["INC-2026-0008"]


def test_a_page_names_the_number_of_the_others_and_the_line_that_shows_them():
    room = room_of(*(other(n) for n in range(1, PAGE + 4)))

    first = room.answer(List()).splitlines()
    assert first[-1] == f"and 3 more: `/incident list after INC-2026-{PAGE:04d}`"
    assert len(first) == PAGE + 1
    assert listed_after(room, str(PAGE)) == ["INC-2026-0021", "INC-2026-0022", "INC-2026-0023"]


def test_a_page_after_an_incident_that_the_actor_may_not_see_is_refused_like_one_that_does_not_exist():
    room = room_of(other(7, restricted=True), other(8), actor=EVA)

    assert room.refuses(List(after="7")).reason == room.refuses(List(after="9")).reason == "show_unknown"


def listed_after(room: HandmadeDesk, number: str) -> list[str]:
    return [line[3:16] for line in room.answer(List(after=number)).splitlines()]


def test_an_incident_that_ended_is_not_listed():
    assert room_of(other(1, state=State.CLOSED)).answer(List()) == "No incident is open."


def test_a_line_names_the_incident_and_its_channel():
    (line,) = room_of(other(1, major=True)).answer(List()).splitlines()

    assert line == "• *INC-2026-0001* P2, major · being worked on · Checkout errors · <#C100>"


def test_a_question_records_nothing():
    assert room_of().does(List()) == ()
    assert room_of().said(List()) == ""
