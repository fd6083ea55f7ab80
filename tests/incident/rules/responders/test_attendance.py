"""Who cannot be asked: what a deactivated account leaves behind, and to whom what it was asked goes on."""

from __future__ import annotations

import pytest

from incident.deadlines import due_deadlines
from incident.entries.conversation import ActionOpened, Joined
from incident.entries.delivery import ChannelMade, PromptDue
from incident.entries.role_holders import (
    Escalated,
    HandoverOffered,
    PersonAvailable,
    PersonUnavailable,
    RoleTaken,
)
from incident.ports import Person
from incident.rules.responders.attendance import can_be_asked, changes, next_in_charge
from incident.states import Priority
from roles.accounts import Unavailability
from roles.person_ids import MUSTER, PersonId
from roles.role_names import Role
from tests.support.clock import T
from tests.support.entry_chains import ADA, BEN, CHI, DEV, Chain
from tests.support.policies import two_service_policy

GONE, GUEST, UNREACHABLE = Unavailability.DEACTIVATED, Unavailability.GUEST, Unavailability.UNREACHABLE


def commanded(**changes):
    """A P2 that Ben commands; Ada reported it, Dev owns the service."""
    chain = Chain(service_owner=DEV, **changes)
    chain.add(RoleTaken(role=Role.COMMANDER, who=BEN), at=1, by=BEN)
    return chain


def leaves(chain, who, at, why=GONE):
    chain.add(PersonUnavailable(who=who, why=why), at=at, by=MUSTER)


def asked(chain, at):
    """Ask for what is due and record that it was asked, as a tick does."""
    chain.tick(at)
    facts = due_deadlines.prompts(chain.now, two_service_policy(), T(at))
    if facts:
        chain.add(*facts, at=at, by=MUSTER)
    return [(fact.ask, fact.asked) for fact in facts]


def directory(**of):
    """Look people up of whom these are not plain members."""
    named = {"ADA": ADA, "BEN": BEN, "CHI": CHI, "DEV": DEV}
    found = {named[name]: Person(id=named[name], name=name, **changes) for name, changes in of.items()}
    return lambda who: found.get(who, Person(id=who, name="x"))


def test_the_roles_of_an_unavailable_person_are_vacant_and_show_who_held_them():
    chain = commanded()
    leaves(chain, BEN, at=5)

    assert chain.now.holder(Role.COMMANDER) is None
    assert [(role, gone.who, gone.why) for role, gone in chain.now.vacated] == [(Role.COMMANDER, BEN, GONE)]
    assert [(gap.since, gap.until) for gap in chain.now.commander_gaps] == [(T(5), None)]

    chain.add(RoleTaken(role=Role.COMMANDER, who=CHI), at=7, by=CHI)
    assert chain.now.vacated == ()


def test_a_role_that_others_hold_too_is_not_vacant():
    chain = commanded()
    chain.add(RoleTaken(role=Role.TECH_LEAD, who=BEN), RoleTaken(role=Role.TECH_LEAD, who=CHI), at=2)
    leaves(chain, BEN, at=5)

    assert [role for role, _ in chain.now.vacated] == [Role.COMMANDER]
    assert chain.now.holders(Role.TECH_LEAD) == (CHI,)


@pytest.mark.parametrize("who", [BEN, CHI])
def test_an_offer_from_or_to_an_unavailable_person_is_withdrawn(who):
    chain = commanded()
    chain.add(HandoverOffered(role=Role.COMMANDER, from_who=BEN, to=CHI, note="all is in the channel now"), at=3)
    leaves(chain, who, at=5)

    assert chain.now.offers == ()


def test_a_missing_commander_is_asked_for_at_once_when_the_account_of_one_is_deactivated():
    chain = commanded()
    chain.add(RoleTaken(role=Role.DEPUTY, who=CHI), at=2, by=CHI)
    leaves(chain, BEN, at=5)

    assert ("commander", (CHI,)) in asked(chain, 5)


def test_an_open_prompt_goes_on_at_once_when_no_one_of_those_asked_is_left_and_only_once():
    chain = commanded()
    chain.add(ActionOpened(id="A1", text="x", assignee=CHI, due_at=T(10)), at=2)
    assert ("action", (CHI,)) in asked(chain, 10)

    leaves(chain, CHI, at=12)

    assert ("action", (BEN,)) in asked(chain, 12)
    assert not [ask for ask, _ in asked(chain, 13) if ask == "action"]


def test_a_prompt_of_which_another_is_left_is_not_repeated_early():
    chain = commanded()
    chain.add(ActionOpened(id="A1", text="x", assignee=CHI, due_at=T(10)), at=2)
    asked(chain, 10)
    assert ("action", (CHI, BEN)) in asked(chain, 25)

    leaves(chain, CHI, at=26)

    assert not [ask for ask, _ in asked(chain, 26) if ask == "action"]


def test_the_next_moment_is_at_once_when_a_prompt_has_to_go_on():
    chain = commanded()
    chain.add(ActionOpened(id="A1", text="x", assignee=CHI, due_at=T(10)), at=2)
    asked(chain, 10)
    leaves(chain, CHI, at=12)

    assert due_deadlines.next_at(chain.now, two_service_policy(), T(12)) == T(12)


@pytest.mark.parametrize("gone", [(ADA,), (ADA, BEN), (ADA, BEN, CHI)])
def test_no_deadline_ever_asks_an_unavailable_person(gone):
    chain = commanded(priority=Priority.P1)
    chain.add(RoleTaken(role=Role.DEPUTY, who=CHI), RoleTaken(role=Role.COMMS_LEAD, who=ADA), at=2)
    chain.add(ActionOpened(id="A1", text="x", assignee=ADA, due_at=T(10)), at=3)
    for who in gone:
        leaves(chain, who, at=5)

    whom = {
        who for thing in due_deadlines.due(chain.now, two_service_policy()) for step in thing.steps for who in step.whom
    }

    assert whom
    assert not whom & set(gone)


def test_people_outside_our_workspace_in_slack_are_not_asked_while_another_else_can_be():
    chain = Chain(reporter=PersonId("cli:root@host"), service_owner=DEV)

    assert not can_be_asked(chain.now, PersonId("cli:root@host"))
    assert not can_be_asked(chain.now, PersonId("slack:T2:UVENDOR"))
    assert {who for _, asked_of in asked(chain, 30) for who in asked_of} <= {DEV, ADA}


def test_the_next_in_charge_stands_in():
    chain = commanded()
    assert next_in_charge(chain.now) == BEN
    leaves(chain, BEN, at=5)
    assert next_in_charge(chain.now) == ADA
    leaves(chain, ADA, at=6)
    assert next_in_charge(chain.now) == DEV
    leaves(chain, DEV, at=7)
    assert next_in_charge(chain.now) is None


@pytest.mark.parametrize(
    ("account", "why"),
    [({"is_active": False}, GONE), ({"is_guest": True}, GUEST), ({"is_bot": True}, Unavailability.BOT)],
)
def test_the_directory_says_who_became_unavailable_once(account, why):
    chain = commanded()
    person = directory(BEN=account)

    (found,) = changes(chain.now, person)

    assert found == PersonUnavailable(who=BEN, why=why, roles=(Role.COMMANDER,))
    chain.add(found, at=5, by=MUSTER)
    assert changes(chain.now, person) == ()


@pytest.mark.parametrize("name", ["ADA", "BEN", "CHI", "DEV"])
def test_everybody_whom_the_incident_may_ask_is_looked_up(name):
    chain = commanded()
    call = Escalated(how="functional", to=BEN, person=BEN, reason="x", answer_by=T(30), ladder=(CHI,))
    chain.add(call, at=2, by=BEN)

    found = changes(chain.now, directory(**{name: {"is_active": False}}))

    assert [fact.who[-3:] for fact in found if isinstance(fact, PersonUnavailable)] == [name]


def test_a_person_who_is_back_can_be_asked_again_and_has_no_role():
    chain = commanded()
    leaves(chain, BEN, at=5)

    assert changes(chain.now, directory()) == (PersonAvailable(who=BEN),)
    chain.add(PersonAvailable(who=BEN), at=6, by=MUSTER)
    assert can_be_asked(chain.now, BEN)
    assert chain.now.holder(Role.COMMANDER) is None


def test_who_was_unreachable_can_be_asked_again_once_they_join_or_write():
    chain = commanded()
    chain.add(ChannelMade(channel="C1", name="inc-1"), at=2, by=MUSTER)
    leaves(chain, BEN, at=5, why=UNREACHABLE)
    assert changes(chain.now, directory()) == ()

    chain.add(Joined(channel="C1", who=BEN), at=6, by=BEN)

    assert changes(chain.now, directory()) == (PersonAvailable(who=BEN),)


def test_a_masked_text_is_put_before_no_one_who_may_not_decide_about_it():
    chain = commanded()
    chain.add(PromptDue(due="mask:1", ask="mask", asked=(CHI,), due_at=T(1)), at=2, by=MUSTER)
    leaves(chain, CHI, at=3)

    assert not [ask for ask, _ in asked(chain, 4) if ask == "mask"]
