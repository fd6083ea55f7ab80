"""Status shows the state of the incident on half a screen."""

from __future__ import annotations

import pytest

from commands.status import Status
from incident.model.components import Action, AudienceState, Episode, Interval, OpenSlot, TempFix, Times
from incident.states import Audience, Priority, State
from roles.role_names import Role
from tests.support.handmade_incidents import EVA, ILSE, ROB, START, HandmadeDesk, an_incident, later

SLOT = AudienceState(audience=Audience.INTERNAL, open=OpenSlot(due_at=later(40), missed_after=later(45)))
BUSY = an_incident(
    major=True,
    roles=(
        Interval(role=Role.COMMS_LEAD, who=EVA, since=START),
        Interval(role=Role.COMMANDER, who=ROB, since=START, until=later(2)),
        Interval(role=Role.COMMANDER, who=ILSE, since=later(2)),
    ),
    actions=(
        Action(id="A1", text="call the provider", assignee=ROB, opened_at=START, due_at=later(30)),
        Action(id="A2", text="look at the graphs", assignee=EVA, opened_at=START, done_at=later(3)),
    ),
    temp_fixes=(TempFix(id="TF1", text="restarts", owner=None, remove_by=None),),
    audiences=(SLOT,),
    episodes=(Episode(start=later(-3)),),
)


def test_the_status_shows_state_roles_and_open_work():
    assert HandmadeDesk(BUSY).answer(Status()).splitlines() == [
        "*INC-2026-0042* Checkout errors",
        "P2, major · checkout · *being worked on*",
        "Users affected since detection at <!date^1780999320^{time}|10:02 UTC> (10:02 UTC), 13 min.",
        "commander <@UILSE> · comms lead <@UEVA>",
        "Updates: responders by <!date^1781001900^{time}|10:45 UTC> (10:45 UTC)",
        "*Open actions*",
        "• A1 <@UROB>: call the provider, by <!date^1781001300^{time}|10:35 UTC> (10:35 UTC)",
        "*Temporary fixes in place*",
        "• TF1: restarts (no owner, no date)",
    ]


def test_a_missing_commander_is_pointed_out():
    assert "*No commander yet.* `/incident take commander`" in HandmadeDesk(an_incident(roles=())).answer(Status())
    small = HandmadeDesk(an_incident(roles=(), priority=Priority.P4)).answer(Status())
    assert "No commander, and none is needed at this priority." in small


def test_the_status_of_a_restored_incident_says_how_long_users_were_affected():
    times = Times(detected_at=later(-3), logged_at=START, restored_at=later(5))
    episodes = (Episode(start=later(-3), restored_at=later(5)),)
    answer = HandmadeDesk(an_incident(State.RESTORED, times=times, episodes=episodes)).answer(Status())

    assert "Users were affected for 8 min from detection, until " in answer


def test_users_are_affected_since_the_incident_started_where_that_is_known():
    times = Times(started_at=later(-63), detected_at=later(-3), logged_at=START)
    incident = an_incident(times=times, episodes=(Episode(start=later(-3)),))

    assert "(09:02 UTC), 1 h 13 min." in HandmadeDesk(incident).answer(Status())
    again = (Episode(start=later(-3), restored_at=later(1)), Episode(start=later(5)))
    answer = HandmadeDesk(an_incident(times=times, episodes=again)).answer(Status())
    assert "Users affected again since" in answer
    assert "(10:10 UTC), 1 h 9 min in all." in answer


def test_no_length_is_shown_while_the_times_disagree():
    times = Times(started_at=later(-63), detected_at=later(-3), logged_at=START, restored_at=later(-100))
    incident = an_incident(State.RESTORED, times=times, episodes=(Episode(start=later(-3), restored_at=later(-100)),))

    line = HandmadeDesk(incident).answer(Status()).splitlines()[2]

    assert line.startswith("How long users were affected is not known: restoration, ")
    assert "is before detection, " in line


@pytest.mark.parametrize("state", [State.CLOSED, State.VOID_FALSE_ALARM, State.DRILL_ENDED])
def test_the_status_of_an_incident_that_ended_asks_for_no_commander(state):
    ended = (Interval(role=Role.COMMANDER, who=ILSE, since=START, until=later(8)),)

    answer = HandmadeDesk(an_incident(state, roles=ended)).answer(Status())

    assert "take commander" not in answer
    assert "Commander until the end: <@UILSE>." in answer
    assert "ommand" not in HandmadeDesk(an_incident(state, roles=())).answer(Status())


def test_a_second_episode_counts_from_the_reopening():
    episodes = (Episode(start=later(-60), restored_at=later(-40)), Episode(start=later(-5)))

    answer = HandmadeDesk(an_incident(episodes=episodes)).answer(Status())

    assert "Users affected again since <!date^1780999200^" in answer
    assert ", 35 min in all." in answer


def test_the_status_of_an_incident_that_ended_shows_no_deadline():
    assert "update is owed" not in HandmadeDesk(an_incident(State.CLOSED)).answer(Status())


def test_many_actions_are_counted_not_listed():
    actions = tuple(Action(id=f"A{n}", text="x", assignee=ROB, opened_at=START) for n in range(1, 12))
    answer = HandmadeDesk(an_incident(actions=actions)).answer(Status())

    assert "A8" in answer
    assert "A9" not in answer
    assert "• and 3 more" in answer


def test_a_question_records_nothing():
    assert HandmadeDesk().does(Status()) == ()
    assert HandmadeDesk().said(Status()) == ""


def test_a_drill_affects_no_user():
    answer = HandmadeDesk(an_incident(drill=True)).answer(Status())

    assert answer.startswith("*INC-2026-0042* Checkout errors (drill)")
    assert "no users are affected" in answer
