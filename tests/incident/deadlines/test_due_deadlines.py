"""What falls due, when it is asked for, and of whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident.deadlines import due_deadlines
from incident.deadlines.deadline import Deadline
from incident.entries.closure import ReviewScheduled
from incident.entries.conversation import ActionDone, ActionOpened
from incident.entries.lifecycle import Acknowledged, StateChanged
from incident.entries.restoration import Resolved, TempFixAdded, TempFixRemoved
from incident.entries.role_holders import (
    Escalated,
    EscalationAnswered,
    HandoverAccepted,
    HandoverOffered,
    RoleReleased,
    RoleTaken,
)
from incident.entry import Fact
from incident.states import Priority, State
from roles.role_names import Role
from tests.support.clock import T
from tests.support.entry_chains import ADA, BEN, CHI, DEV, EXEC, INTERNAL, Chain
from tests.support.policies import two_service_policy


def things(chain: Chain, kind: str) -> list[Deadline]:
    return [
        thing for thing in due_deadlines.due(chain.now, two_service_policy()) if thing.key.partition(":")[0] == kind
    ]


def the(chain: Chain, kind: str) -> Deadline:
    [thing] = things(chain, kind)
    return thing


def steps(thing: Deadline) -> list[tuple[float, tuple[str, ...]]]:
    return [((step.at - T(0)).total_seconds() / 60, step.whom) for step in thing.steps]


def taken(role: Role, who: str) -> RoleTaken:
    return RoleTaken.model_validate({"role": role, "who": who})


def test_an_acknowledgement_is_asked_for_before_its_target_and_the_owner_is_asked_at_it():
    chain = Chain(Priority.P1, service_owner=DEV)

    thing = the(chain, "acknowledge")

    assert thing.due_at == T(15)
    assert steps(thing) == [(10, (ADA,)), (15, (ADA, DEV))]


@pytest.mark.parametrize("fact", [Acknowledged(), None])
def test_an_acknowledgement_is_no_longer_prompted_for_once_a_person_responds_or_it_is_over(fact):
    chain = Chain(Priority.P1)

    if fact is None:
        chain.add(StateChanged(old=State.TRIAGED, new=State.VOID_FALSE_ALARM), at=1)
    else:
        chain.add(fact, StateChanged(old=State.TRIAGED, new=State.ACTIVE), at=1)

    assert things(chain, "acknowledge") == []


def test_a_priority_without_a_target_asks_for_no_commander():
    assert things(Chain(Priority.P3), "commander") == []


def test_a_commander_who_left_is_not_replaced_where_the_priority_has_no_target():
    chain = Chain(Priority.P4, service_owner=DEV)
    chain.add(taken(Role.COMMANDER, ADA), at=1)

    chain.add(RoleReleased(role=Role.COMMANDER, who=ADA), at=2)

    assert things(chain, "commander") == []


def test_a_first_commander_is_prompted_for_at_a_third_of_the_target_and_at_the_target():
    thing = the(Chain(Priority.P1, service_owner=DEV), "commander")

    assert [minute for minute, _ in steps(thing)] == [5, 15]
    assert DEV in thing.steps[1].whom


def test_a_commander_who_left_is_replaced_by_a_prompt_at_once_to_those_closest():
    chain = Chain(Priority.P1)
    chain.add(taken(Role.COMMANDER, ADA), taken(Role.DEPUTY, BEN), taken(Role.TECH_LEAD, CHI), at=1)

    chain.add(RoleReleased(role=Role.COMMANDER, who=ADA), at=20)

    thing = the(chain, "commander")
    assert thing.steps[0].at == T(20)
    assert thing.steps[0].whom[:2] == (BEN, CHI)
    assert thing.due_at == T(30)


def test_no_commander_is_prompted_for_while_there_is_one_or_after_resolution():
    chain = Chain(Priority.P1)
    chain.add(taken(Role.COMMANDER, ADA), at=1)
    assert things(chain, "commander") == []

    chain.add(RoleReleased(role=Role.COMMANDER, who=ADA), at=2)
    chain.move(State.ACTIVE, State.RESTORED, at=3)
    chain.add(Resolved(how="fix", text="x" * 30, meets_rule=True), StateChanged(old=None, new=State.RESOLVED), at=4)
    assert things(chain, "commander") == []


def test_an_update_is_asked_of_the_comms_lead_soon_and_of_the_commander_too_when_due():
    chain = Chain(Priority.P2)
    chain.add(taken(Role.COMMANDER, ADA), taken(Role.COMMS_LEAD, BEN), at=1)

    thing = the(chain, "update")

    assert (thing.about, thing.due_at) == (INTERNAL, T(30))
    assert steps(thing) == [(20, (BEN,)), (30, (BEN, ADA))]
    assert [step.ask for step in thing.steps] == ["update_soon", "update_due"]


def test_an_update_promised_for_very_soon_is_asked_for_only_when_it_is_due():
    chain = Chain(Priority.P2)

    chain.post(INTERNAL, at=10, promise=15)

    assert [step.ask for step in the(chain, "update").steps] == ["update_due"]


def test_a_missed_update_is_asked_for_until_one_is_posted_and_the_second_in_a_row_of_the_owner_too():
    chain = Chain(Priority.P2, service_owner=DEV)
    chain.add(taken(Role.COMMANDER, ADA), taken(Role.COMMS_LEAD, BEN), at=1)

    chain.tick(36)
    assert the(chain, "missed").steps[0].whom == (BEN, ADA)

    chain.tick(96)
    assert the(chain, "missed").steps[0].whom == (BEN, ADA, DEV)

    chain.post(INTERNAL, at=97)
    assert things(chain, "missed") == []


def test_every_audience_that_is_owed_an_update_is_asked_for():
    assert {thing.about for thing in things(Chain(Priority.P1), "update")} >= {INTERNAL, EXEC}


def test_an_action_is_asked_for_at_the_end_of_its_time_box_and_of_the_commander_later():
    chain = Chain(Priority.P2)
    chain.add(taken(Role.COMMANDER, ADA), ActionOpened(id="A1", text="x", assignee=CHI, due_at=T(15)), at=1)

    assert steps(the(chain, "action")) == [(15, (CHI,)), (30, (CHI, ADA))]

    chain.add(ActionDone(id="A1", result="done"), at=16)
    assert things(chain, "action") == []


def test_an_action_without_a_time_box_is_never_asked_for():
    chain = Chain(Priority.P2)

    chain.add(ActionOpened(id="A1", text="x", assignee=CHI), at=1)

    assert things(chain, "action") == []


def called(next_levels: tuple[str, ...] = ()) -> Fact:
    return Escalated.model_validate(
        {"how": "functional", "to": "ben", "person": BEN, "reason": "help", "answer_by": T(6), "ladder": next_levels}
    )


def test_the_commander_is_told_only_when_the_whole_ladder_did_not_answer():
    chain = Chain(Priority.P2)
    chain.add(called((CHI,)), at=1)

    chain.tick(7)
    assert things(chain, "call") == []

    chain.tick(13)
    assert the(chain, "call").steps[0].whom == (ADA,)


def test_an_accepted_page_needs_no_prompt():
    chain = Chain(Priority.P2)
    chain.add(called(), at=1)

    chain.add(EscalationAnswered(escalation=chain.entries[-1].n, answer="accepted"), at=2, by=BEN)

    assert things(chain, "call") == []


def test_the_next_holder_is_asked_to_accept_at_once_and_the_present_one_soon_after():
    chain = Chain(Priority.P2)
    chain.add(taken(Role.COMMANDER, ADA), at=1)

    chain.add(HandoverOffered(role=Role.COMMANDER, from_who=ADA, to=BEN, note="x" * 20), at=10)

    assert steps(the(chain, "handover")) == [(10, (BEN,)), (15, (BEN, ADA))]

    chain.add(HandoverAccepted(role=Role.COMMANDER, from_who=ADA, to=BEN), at=11, by=BEN)
    assert things(chain, "handover") == []


def resolved(chain: Chain, at: float) -> None:
    chain.move(State.ACTIVE, State.RESTORED, at=at)
    chain.add(Resolved(how="fix", text="x" * 30, meets_rule=True), at=at)
    chain.move(State.RESOLVED, at=at)


def test_closing_is_asked_for_from_resolution_on_and_again_until_it_is_closed():
    chain = Chain(Priority.P2)
    resolved(chain, 40)

    thing = the(chain, "closure")

    assert thing.steps[0].at == T(40)
    assert thing.repeat == timedelta(minutes=two_service_policy().closure_repeat_minutes)

    chain.move(State.CLOSED, at=50)
    assert things(chain, "closure") == []


def test_the_time_to_restore_is_told_as_it_runs_out_and_at_its_end_the_owner_hears_of_it():
    chain = Chain(Priority.P1, service_owner=DEV)
    chain.add(taken(Role.COMMANDER, BEN), at=1)

    assert steps(the(chain, "restoration")) == [(115, (BEN,)), (175, (BEN,)), (211, (BEN,)), (235, (BEN, DEV))]

    chain.move(State.ACTIVE, State.RESTORED, at=40)
    assert things(chain, "restoration") == []


def test_a_second_episode_has_only_the_time_that_the_first_one_left():
    chain = Chain(Priority.P1)
    chain.move(State.ACTIVE, State.RESTORED, at=95)
    chain.move(State.ACTIVE, at=200)

    assert the(chain, "restoration").due_at == T(200 + 240 - 100)


def test_time_that_ran_out_before_anybody_knew_is_told_when_it_is_logged():
    chain = Chain(Priority.P1, detected_at=T(-400))

    assert {step.at for step in the(chain, "restoration").steps} == {T(0)}


def test_a_drill_has_no_time_to_restore():
    assert things(Chain(Priority.P1, drill=True), "restoration") == []


def test_a_temporary_fix_is_asked_for_on_its_day_even_after_closing():
    chain = Chain(Priority.P2)
    chain.add(TempFixAdded(id="TF1", text="x", owner=BEN, remove_by=T(600)), at=1)
    resolved(chain, 40)
    chain.move(State.CLOSED, at=50)

    assert the(chain, "tempfix").steps[0].at == T(600)

    chain.add(TempFixRemoved(id="TF1", evidence="gone"), at=60)
    assert things(chain, "tempfix") == []


def test_the_reviews_owner_is_reminded_the_day_before_and_when_it_begins():
    chain = Chain(Priority.P2)

    chain.add(ReviewScheduled(owner=BEN, at=T(3000)), at=1, by=BEN)

    assert steps(the(chain, "review")) == [(3000 - 1440, (BEN,)), (3000, (BEN,))]


@pytest.mark.parametrize(("starts", "moments"), [(3000, [1, 3000 - 1440, 3000]), (600, [1, 600])])
def test_the_reviews_owner_is_told_at_once_when_another_person_schedules_it(starts, moments):
    chain = Chain(Priority.P2)

    chain.add(ReviewScheduled(owner=BEN, at=T(starts)), at=1, by=ADA)

    assert steps(the(chain, "review")) == [(moment, (BEN,)) for moment in moments]


def test_silence_is_counted_from_what_people_last_did():
    chain = Chain(Priority.P3)
    chain.add(Acknowledged(), at=10, by=BEN)

    thing = the(chain, "stale")

    assert thing.due_at == T(10) + two_service_policy().silence_of(Priority.P3)


def test_an_incident_that_is_over_asks_for_nothing_but_what_outlives_it():
    chain = Chain(Priority.P1)
    chain.add(called(), ActionOpened(id="A1", text="x", assignee=CHI, due_at=T(5)), at=1)

    chain.add(StateChanged(old=State.TRIAGED, new=State.VOID_FALSE_ALARM), at=2)

    assert due_deadlines.due(chain.now, two_service_policy()) == ()
