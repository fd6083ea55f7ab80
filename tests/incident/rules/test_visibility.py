"""Who may see a restricted incident, and who may not."""

from __future__ import annotations

import pytest

from incident.entries.conversation import ActionOpened, Joined, Left
from incident.entries.delivery import ChannelMade
from incident.entries.role_holders import Escalated, EscalationAnswered, HandoverOffered, RoleReleased, RoleTaken
from incident.rules.visibility import is_called, is_exposed, is_restricted, may_reach, may_see
from roles.person_ids import MUSTER
from roles.role_names import Role
from tests.support.entry_chains import ADA, BEN, CHI, Chain


def restricted(*facts):
    chain = Chain(restricted=True)
    for fact in facts:
        chain.add(fact, at=1, by=ADA)
    return chain.now


def test_anybody_may_see_an_open_incident():
    assert not is_restricted(Chain().now)
    assert may_see(Chain().now, CHI)


def test_only_those_involved_may_see_a_restricted_incident_and_its_reporter_is():
    assert not may_see(restricted(), CHI)
    assert may_see(restricted(), ADA)
    assert may_see(restricted(), MUSTER)


@pytest.mark.parametrize(
    "fact",
    [
        RoleTaken(role=Role.SME, who=BEN),
        HandoverOffered(role=Role.SCRIBE, from_who=ADA, to=BEN, note="you take it from here"),
        ActionOpened(id="A1", text="drain", assignee=BEN),
    ],
)
def test_a_person_who_is_brought_in_may_see_it(fact):
    assert may_see(restricted(fact), BEN)
    assert not may_see(restricted(fact), CHI)


def test_the_channel_decides_for_its_members():
    made, joined = ChannelMade(channel="C9", name="inc-1", private=True), Joined(channel="C9", who=BEN)
    assert may_see(restricted(made, joined), BEN)
    assert not may_see(restricted(made, joined, Left(channel="C9", who=BEN)), BEN)


def test_a_member_of_a_public_channel_is_not_involved_until_it_is_private():
    made, joined = ChannelMade(channel="C9", name="inc-1"), Joined(channel="C9", who=BEN)
    now_private = ChannelMade(channel="C9", name="inc-1", private=True)

    assert not may_see(restricted(made, joined), BEN)
    assert is_exposed(restricted(made, joined))
    assert may_see(restricted(made, joined, now_private), BEN)
    assert not is_exposed(restricted(made, joined, now_private))


def test_who_gave_up_their_role_or_declined_the_call_sees_no_more():
    gave_up = restricted(RoleTaken(role=Role.SME, who=BEN), RoleReleased(role=Role.SME, who=BEN))
    assert not may_see(gave_up, BEN)
    assert not may_see(called("declined"), BEN)
    assert not is_called(called("declined"), BEN)


def test_who_is_called_sees_a_restricted_incident_once_they_accept_and_may_answer_before():
    assert not may_see(called(None), BEN)
    assert is_called(called(None), BEN)
    assert may_see(called("accepted"), BEN)


@pytest.mark.parametrize(("is_answer", "is_reached"), [(True, True), (False, False)])
def test_who_is_called_reaches_a_restricted_incident_by_their_answer_alone(is_answer, is_reached):
    incident = called(None)

    assert may_reach(incident, BEN, channel="D1", is_claimed=False, is_answer=is_answer) is is_reached
    assert not may_reach(incident, CHI, channel="D1", is_claimed=False, is_answer=is_answer)


def called(answer):
    chain = Chain(restricted=True)
    chain.add(Escalated(how="functional", to=BEN, person=BEN, reason="need a DBA"), at=1)
    if answer is not None:
        chain.add(EscalationAnswered(escalation=chain.now.escalations[0].n, answer=answer), at=2, by=BEN)
    return chain.now
