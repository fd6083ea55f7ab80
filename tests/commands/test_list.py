"""The open incidents are listed, restricted ones to those involved alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from commands.core.request import Actor
from commands.list import PAGE, List
from incident.entry import IncidentKey
from incident.model.components import Action, AudienceState, OpenSlot, PriorityItem, StateItem
from incident.states import Audience, Priority, State
from roles.accounts import Account
from tests.support.handmade_incidents import EVA, ROB, START, HandmadeDesk, an_incident, later


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
    first, second = room_of(secret, other(8), actor=ROB).answer(List()).splitlines()
    assert ", restricted ·" in first
    assert "restricted" not in second


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
    assert room_of(other(1, state=State.CLOSED)).answer(List()) == (
        "No incident is open. Closed ones: `/incident list closed`"
    )


def test_a_line_names_the_incident_and_its_channel():
    (line,) = room_of(other(1, major=True)).answer(List()).splitlines()

    assert line == (
        "• *INC-2026-0001* P2, major · being worked on · Checkout errors · <#C100> · open for 10 min · commander <@UILSE>"
    )


def test_a_line_names_what_is_overdue_and_the_worst_first():
    late = other(
        1,
        state=State.LOGGED,
        roles=(),
        audiences=(AudienceState(audience=Audience.INTERNAL, open=OpenSlot(due_at=later(4), missed_after=later(9))),),
        actions=(
            an_action("A1", due=later(2)),
            an_action("A2", due=later(20)),
            an_action("A3", due=later(1), done=START),
        ),
        priorities=(
            PriorityItem(
                at=START,
                impact=1,
                urgency=2,
                priority=Priority.P2,
                by=ROB,
                justification="initial",
                ack_minutes=5,
                commander_minutes=30,
            ),
        ),
    )

    (line,) = room_of(late).answer(List()).splitlines()

    assert line.endswith(
        "no commander · :warning: overdue: acknowledgement (5 min), update to responders (6 min), A1 (8 min)"
    )


def ended(number: int, minutes: float, **changes: object):
    states = (StateItem(at=later(minutes), old=State.RESOLVED, new=State.CLOSED, by=ROB),)
    return other(number, state=State.CLOSED, states=states, **changes)


def test_closed_incidents_are_listed_newest_first_since_a_time_and_of_a_service():
    room = room_of(ended(1, 1), ended(2, 9, service="wiki"), ended(3, 5), other(4), ended(5, 7, restricted=True))

    assert listed_by(room, List(which="closed")) == ["INC-2026-0002", "INC-2026-0003", "INC-2026-0001"]
    assert listed_by(room, List(which="closed", since=later(3))) == ["INC-2026-0002", "INC-2026-0003"]
    assert listed_by(room, List(which="closed", service="checkout")) == ["INC-2026-0003", "INC-2026-0001"]
    assert listed_by(room, List(which="all")) == ["INC-2026-0004", "INC-2026-0003", "INC-2026-0002", "INC-2026-0001"]
    assert listed_by(room, List(service="checkout")) == ["INC-2026-0004"]
    assert "closed · Checkout errors · <#C100> · ended <!date^" in room.answer(List(which="closed"))
    assert room.answer(List(which="closed", service="search")) == "No incident ended on search."


def test_a_page_of_closed_incidents_names_the_line_that_shows_the_older_ones():
    room = room_of(*(ended(n, n / 10, service="wiki") for n in range(1, PAGE + 4)))
    asked = List(which="closed", service="wiki", since=later(0))

    first = room.answer(asked).splitlines()
    assert first[-1] == 'Older ones: `/incident list closed service="wiki" since=2026-06-09T10:05Z after INC-2026-0004`'
    older = List(which="closed", service="wiki", since=later(0), after="4")
    assert listed_by(room, older) == ["INC-2026-0003", "INC-2026-0002", "INC-2026-0001"]


def test_one_finds_the_visible_ones_behind_many_restricted_ones():
    secret = (ended(n, n, restricted=True) for n in range(2, 60))

    assert listed_by(room_of(ended(1, 0), *secret), List(which="closed")) == ["INC-2026-0001"]


def test_a_guest_lists_the_incidents_of_their_channels():
    room = room_of(ended(1, 1, members=(EVA,)), ended(2, 2))
    now = replace(room.now(), actor=Actor(id=EVA, account=Account.GUEST))

    assert [line.i.number for line in List(which="closed").view(now).lines] == ["INC-2026-0001"]


def test_ones_own_are_those_that_concern_the_actor():
    room = room_of(other(1), other(2, reporter=EVA, service="wiki"), other(3, reporter=EVA), actor=EVA)

    assert listed_by(room, List(which="mine")) == ["INC-2026-0002", "INC-2026-0003"]
    assert listed_by(room, List(which="mine", service="wiki")) == ["INC-2026-0002"]
    assert listed_by(room, List(which="mine", after="2")) == ["INC-2026-0003"]


def listed_by(room: HandmadeDesk, verb: List) -> list[str]:
    return [line[3:16] for line in room.answer(verb).splitlines() if line.startswith("•")]


def an_action(name: str, *, due: datetime, done: datetime | None = None) -> Action:
    return Action(id=name, text="roll back", assignee=EVA, opened_at=START, due_at=due, done_at=done)


def test_a_question_records_nothing():
    assert room_of().does(List()) == ()
    assert room_of().said(List()) == ""


def test_a_list_of_some_priorities_says_so_and_goes_on_with_them():
    room = room_of(*(other(n, priority=Priority.P1) for n in range(1, PAGE + 2)), other(90, priority=Priority.P3))

    lines = room.answer(List(priorities="P1")).splitlines()

    assert lines[0] == "Open, P1:"
    assert len(lines) == PAGE + 2
    assert lines[-1] == "Older ones: `/incident list P1 after INC-2026-0002`"
    assert room.answer(List(which="mine", priorities=("P2", "P5"))).startswith("No P2 or P5 incident that concerns you")
