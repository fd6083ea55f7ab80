"""Roles in the fold: intervals, offers, force, the end of all roles, and the gaps without a commander."""

from __future__ import annotations

import pytest

from incident.deadlines import response_deadlines
from incident.entries.lifecycle import Acknowledged, Reopened
from incident.entries.role_holders import (
    Escalated,
    EscalationAnswered,
    HandoverAccepted,
    HandoverOffered,
    PersonUnavailable,
    RoleAssumed,
    RoleReleased,
    RoleTaken,
)
from incident.medium import Medium
from incident.states import State
from roles.accounts import Unavailability
from roles.person_ids import MUSTER
from roles.role_names import Role
from tests.support.clock import T0, T
from tests.support.entry_chains import ADA, BEN, CHI, DEV, Chain
from tests.support.policies import two_service_policy

COMMANDER, TECH = Role.COMMANDER, Role.TECH_LEAD


def taken(who, role=COMMANDER, how="taken"):
    return RoleTaken(role=role, who=who, how=how)


def released(who, role=COMMANDER):
    return RoleReleased(role=role, who=who)


def offered(from_who, to, role=COMMANDER):
    return HandoverOffered(role=role, from_who=from_who, to=to, note="everything you need to know")


def accepted(from_who, to, role=COMMANDER):
    return HandoverAccepted(role=role, from_who=from_who, to=to)


def held(chain, role=COMMANDER):
    return [(i.who, i.since, i.until) for i in chain.now.roles if i.role == role]


def gaps(chain):
    minutes = lambda at: None if at is None else (at - T0).total_seconds() / 60  # noqa: E731
    return [(minutes(g.since), minutes(g.until)) for g in chain.now.commander_gaps]


def test_the_first_commander_acknowledges_the_incident_and_a_later_ack_does_not():
    chain = Chain()
    chain.add(taken(BEN, TECH), at=1)
    assert chain.now.times.acknowledged_at is None
    chain.add(taken(ADA), at=2)
    chain.add(Acknowledged(), at=3)
    assert chain.now.times.acknowledged_at == T(2)


def test_the_first_ack_recorded_counts_at_the_time_it_happened():
    chain = Chain()
    chain.add(Acknowledged(), at=5, occurred=1)
    chain.add(Acknowledged(), at=6, occurred=0)
    assert chain.now.times.acknowledged_at == T(1)


def test_nothing_changes_between_offer_and_acceptance():
    chain = Chain()
    chain.add(taken(ADA), at=1)
    chain.add(offered(ADA, BEN), at=5)
    assert chain.now.holder(COMMANDER) == ADA
    chain.add(accepted(ADA, BEN), at=9)
    assert held(chain) == [(ADA, T(1), T(9)), (BEN, T(9), None)]
    assert chain.now.offers == ()


def test_a_new_offer_replaces_the_pending_one():
    chain = Chain()
    chain.add(taken(ADA), at=1)
    chain.add(offered(ADA, BEN), at=2)
    chain.add(offered(ADA, CHI), at=3)
    assert [o.to for o in chain.now.offers] == [CHI]


def test_a_forced_take_ends_the_holder_and_withdraws_their_offer():
    chain = Chain()
    chain.add(taken(ADA), at=1)
    chain.add(offered(ADA, BEN), at=2)
    chain.add(RoleAssumed(role=COMMANDER, from_who=ADA, reason="gone"), taken(CHI, how="forced"), at=20, by=CHI)
    assert held(chain) == [(ADA, T(1), T(20)), (CHI, T(20), None)]
    assert chain.now.offers == ()


def test_release_by_the_one_who_offered_withdraws_the_offer_and_by_another_does_not():
    chain = Chain()
    chain.add(taken(ADA, TECH), taken(BEN, TECH), at=1)
    chain.add(offered(ADA, CHI, TECH), at=2)
    chain.add(released(BEN, TECH), at=3)
    assert [o.to for o in chain.now.offers] == [CHI]
    chain.add(released(ADA, TECH), at=4)
    assert chain.now.offers == ()


def test_an_offer_of_one_role_leaves_that_of_another():
    chain = Chain()
    chain.add(taken(ADA), taken(ADA, Role.SCRIBE), at=1)
    chain.add(offered(ADA, BEN), offered(ADA, CHI, Role.SCRIBE), at=2)
    chain.add(accepted(ADA, BEN), at=3)
    assert [(o.role, o.to) for o in chain.now.offers] == [(Role.SCRIBE, CHI)]


def test_a_shared_role_passes_on_without_touching_its_other_holders():
    chain = Chain()
    chain.add(taken(ADA, TECH), taken(BEN, TECH), at=1)
    chain.add(offered(ADA, CHI, TECH), at=2)
    chain.add(accepted(ADA, CHI, TECH), at=3)
    assert chain.now.holders(TECH) == (BEN, CHI)


@pytest.mark.parametrize("end", [State.CLOSED, State.VOID_DUPLICATE, State.DRILL_ENDED])
def test_the_end_of_an_incident_ends_all_roles_and_offers(end):
    chain = Chain()
    chain.add(taken(ADA), taken(BEN, TECH), at=1)
    chain.add(offered(ADA, BEN), at=2)
    chain.move(end, at=30)
    assert [i.until for i in chain.now.roles] == [T(30), T(30)]
    assert chain.now.offers == ()


def test_a_backfilled_take_counts_from_when_it_happened():
    chain = Chain()
    chain.add(taken(ADA), at=10, occurred=4)
    assert held(chain) == [(ADA, T(4), None)]


def test_a_backfill_never_gives_a_single_role_to_two_at_once_nor_ends_it_before_it_began():
    chain = Chain()
    chain.add(taken(ADA), at=10)
    chain.add(released(ADA), at=20, occurred=5)
    chain.add(taken(BEN), at=30, occurred=7)
    assert held(chain) == [(ADA, T(10), T(10)), (BEN, T(10), None)]


def test_gaps_count_from_the_first_commander_to_resolution():
    chain = Chain()
    chain.add(taken(ADA), at=5)
    chain.add(released(ADA), at=10)
    assert gaps(chain) == [(10, None)]
    chain.add(taken(BEN), at=25)
    chain.move(State.ACTIVE, State.RESTORED, State.RESOLVED, at=30)
    chain.add(released(BEN), at=31)
    assert gaps(chain) == [(10, 25)]


def test_gaps_count_again_from_each_reopening_to_the_next_resolution():
    chain = Chain()
    chain.add(taken(ADA), at=0)
    chain.move(State.ACTIVE, State.RESTORED, State.RESOLVED, State.CLOSED, at=10)
    chain.add(Reopened(reason="back", recurrence_at=None, from_state=State.CLOSED), at=50)
    chain.move(State.ACTIVE, at=50)
    assert gaps(chain) == [(50, None)]
    chain.add(taken(BEN), at=62)
    chain.move(State.RESTORED, State.RESOLVED, at=70)
    assert gaps(chain) == [(50, 62)]


def test_without_a_commander_ever_only_the_time_since_a_reopening_is_a_gap():
    chain = Chain()
    chain.move(State.ACTIVE, State.RESTORED, State.RESOLVED, at=10)
    assert gaps(chain) == []
    chain.add(Reopened(reason="back", recurrence_at=None, from_state=State.RESOLVED), at=50)
    chain.move(State.ACTIVE, State.RESTORED, State.RESOLVED, at=70)
    assert gaps(chain) == [(50, 70)]


def call(person=BEN, ladder=(), minutes=5.0, **changes):
    at = {"answer_by": T(minutes)} if minutes else {}
    return Escalated(how="functional", to=person, person=person, reason="need a DBA", ladder=ladder, **at, **changes)


def test_an_unanswered_call_lapses_and_the_next_of_the_ladder_is_called():
    chain = Chain()
    chain.add(call(BEN, (CHI, DEV)), at=0)
    chain.tick(5)
    assert [e.person for e in chain.now.escalations] == [BEN]
    chain.tick(6)
    assert [(e.person, e.answer, e.answer_by) for e in chain.now.escalations] == [
        (BEN, "lapsed", T(5)),
        (CHI, None, T(11)),
    ]


def test_an_answered_call_is_not_followed():
    chain = Chain()
    chain.add(call(BEN, (CHI,)), at=0)
    n = chain.now.escalations[0].n
    chain.add(EscalationAnswered(escalation=n, answer="accepted", medium=Medium.VOICE), at=2, by=BEN)
    chain.tick(20)
    assert [(e.person, e.answer, e.medium) for e in chain.now.escalations] == [(BEN, "accepted", Medium.VOICE)]


def test_a_declined_call_goes_to_the_next_once():
    chain = Chain()
    chain.add(call(BEN, (CHI,)), at=0)
    chain.add(EscalationAnswered(escalation=chain.now.n, answer="declined"), at=2, by=BEN)
    chain.tick(3)
    chain.tick(4)
    assert [(e.person, e.ladder) for e in chain.now.escalations] == [(BEN, (CHI,)), (CHI, ())]


def test_calls_end_with_the_levels_and_with_the_incident():
    chain = Chain()
    chain.add(call(BEN, (CHI,)), at=0)
    chain.tick(60)
    chain.tick(120)
    assert [e.answer for e in chain.now.escalations] == ["lapsed", "lapsed"]

    over = Chain()
    over.add(call(BEN, (CHI,)), at=0)
    over.move(State.VOID_FALSE_ALARM, at=1)
    over.tick(60)
    assert [e.answer for e in over.now.escalations] == [None]


def test_a_call_without_a_time_to_answer_never_lapses():
    chain = Chain()
    chain.add(call(minutes=None), at=0)
    chain.tick(600)
    assert [e.answer for e in chain.now.escalations] == [None]


def leaves(chain, who, at):
    chain.add(PersonUnavailable(who=who, why=Unavailability.DEACTIVATED), at=at, by=MUSTER)


def test_a_call_to_a_person_who_becomes_unavailable_lapses_at_once_and_the_next_is_called():
    chain = Chain()
    chain.add(call(BEN, (CHI, DEV)), at=0)
    leaves(chain, BEN, at=1)
    chain.tick(1.1)
    assert [(e.person, e.answer) for e in chain.now.escalations] == [(BEN, "lapsed"), (CHI, None)]


def test_a_level_that_cannot_be_reached_is_skipped_at_once():
    chain = Chain()
    chain.add(call(BEN, (CHI, DEV)), at=0)
    leaves(chain, CHI, at=1)
    chain.tick(6)
    assert [(e.person, e.ladder) for e in chain.now.escalations] == [(BEN, (CHI, DEV)), (DEV, ())]


def test_a_ladder_of_which_no_one_can_be_reached_ends_the_calls():
    chain = Chain()
    chain.add(call(BEN, (CHI, DEV)), at=0)
    leaves(chain, CHI, at=1)
    leaves(chain, DEV, at=1)
    chain.tick(60)
    assert [e.person for e in chain.now.escalations] == [BEN]
    assert [ask.kind for ask in response_deadlines.escalations(chain.now, two_service_policy())] == ["call"]


def test_who_accepted_another_call_or_holds_a_role_is_not_called_as_a_level():
    chain = Chain()
    chain.add(call(CHI).model_copy(update={"how": "hierarchical"}), at=0)
    chain.add(EscalationAnswered(escalation=chain.now.n, answer="accepted"), at=1, by=CHI)
    chain.add(taken(DEV), at=1)
    chain.add(call(BEN, (CHI, DEV), rounds=1, levels=(BEN, CHI, DEV), last=CHI), at=2)
    chain.tick(60)
    chain.tick(120)
    assert [e.person for e in chain.now.escalations] == [CHI, BEN, BEN]


def test_a_later_call_to_the_person_first_called_that_they_accept_ends_the_first_too():
    chain = Chain()
    chain.add(call(BEN, (CHI,)), at=0)
    chain.add(call(BEN), at=1)
    chain.add(EscalationAnswered(escalation=chain.now.n, answer="accepted"), at=2, by=BEN)
    chain.tick(60)
    assert [(e.person, e.answer) for e in chain.now.escalations] == [(BEN, None), (BEN, "accepted")]


def test_a_call_for_a_decision_is_followed_by_no_level():
    chain = Chain()
    chain.add(call(BEN, (CHI, DEV)).model_copy(update={"how": "hierarchical"}), at=0)
    chain.tick(60)
    assert [(e.person, e.answer) for e in chain.now.escalations] == [(BEN, "lapsed")]


def test_after_a_late_acceptance_no_further_level_is_called_and_no_one_is_asked_for_another_way():
    chain = Chain()
    chain.add(call(BEN, (CHI, DEV)), at=0)
    chain.tick(6)
    chain.add(EscalationAnswered(escalation=chain.now.escalations[0].n, answer="accepted"), at=7, by=BEN)
    chain.tick(60)
    assert [(e.person, e.answer) for e in chain.now.escalations] == [(BEN, "accepted"), (CHI, None)]
    assert response_deadlines.escalations(chain.now, two_service_policy()) == ()


def test_a_call_for_help_that_failed_and_one_for_a_decision_are_each_asked_about():
    chain = Chain()
    chain.add(call(BEN).model_copy(update={"how": "hierarchical"}), at=0)
    chain.add(call(CHI), at=1)
    chain.tick(20)
    assert len(response_deadlines.escalations(chain.now, two_service_policy())) == 2
    chain.add(call(DEV, minutes=40), at=21)
    assert len(response_deadlines.escalations(chain.now, two_service_policy())) == 1


def test_after_an_acceptance_a_decline_of_another_level_calls_no_one_else():
    chain = Chain()
    chain.add(call(BEN, (CHI, DEV)), at=0)
    chain.tick(6)
    first, second = chain.now.escalations
    chain.add(EscalationAnswered(escalation=first.n, answer="accepted"), at=7, by=BEN)
    chain.add(EscalationAnswered(escalation=second.n, answer="declined"), at=8, by=CHI)
    chain.tick(60)
    assert [e.person for e in chain.now.escalations] == [BEN, CHI]
