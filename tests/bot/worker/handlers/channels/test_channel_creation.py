"""The incident channel: its name, its creator, and the people who are invited."""

from __future__ import annotations

from dataclasses import replace

from commands.core.record_service import FixedPolicy
from incident.states import State
from sandbox.state.entities import Person
from sandbox.state.mutations import channel_mutations as changes


def names(rig, key):
    return {rig.sandbox.workspace.people[user].name for user in rig.channel(key).members} - {"muster"}


def test_the_declarer_and_the_on_call_people_of_the_service_are_invited(rig):
    key = rig.declare()

    rig.drain()

    assert names(rig, key) == {"ilse", "eva"}


def test_a_taken_name_gets_a_suffix_and_the_other_channel_is_left_alone(rig):
    other = changes.create(rig.sandbox.workspace, "inc-2026-0001-payments-fail", rig.users["rob"])
    key = rig.declare()

    rig.drain()

    assert rig.channel(key).name == "inc-2026-0001-payments-fail-2"
    assert rig.sandbox.workspace.bot.id not in other.members


def test_a_channel_of_an_earlier_database_is_not_used_for_this_incident(rig):
    """Numbers restart with a new database; a channel older than the incident is not its channel."""
    old = changes.create(rig.sandbox.workspace, "inc-2026-0001-payments-fail", rig.sandbox.workspace.bot.id)
    rig.after(minutes=60)
    rig.sandbox.faults.server_error("conversations.create", times=1)
    key = rig.declare()

    rig.after(minutes=1)

    assert rig.channel(key).id != old.id
    assert rig.channel(key).name == "inc-2026-0001-payments-fail-2"


def test_a_person_who_cannot_be_invited_does_not_keep_the_others_out(rig):
    rig.sandbox.workspace.people[rig.users["eva"]].is_restricted = True
    key = rig.declare()

    rig.after(seconds=5)

    assert names(rig, key) == {"ilse"}
    [lost] = rig.entries(key, "place_lost")
    assert (lost.fact.who, lost.fact.error) == (rig.person("eva"), "user_is_restricted")
    assert any("could not be invited" in text for text in rig.texts(key))


def test_a_person_who_cannot_be_invited_and_the_one_who_involved_them_learn_it_by_direct_message(rig):
    rig.sandbox.workspace.people[rig.users["rob"]].is_restricted = True
    key = rig.declare()
    rig.act("take", "rosa", key, role="commander")
    rig.after(seconds=5)
    rig.act("assign", "eva", key, role="scribe", to=rig.person("rob"))

    rig.after(seconds=5)

    [mine] = [message.text for message in rig.direct("rob") if "needed" in message.text]
    assert "INC-2026-0001" in mine
    assert f"Ask <@{rig.users['eva']}> to get you in" in mine
    [hers] = [message.text for message in rig.direct("eva") if "is not in" in message.text]
    assert f"<@{rig.users['rob']}>" in hers
    assert "`user_is_restricted`" in hers
    rig.act("assign", "ilse", key, role="sme", to=rig.person("eva"))
    rig.after(seconds=5)
    assert len(rig.entries(key, "place_lost")) == 1, "a later try of the same invitation adds nothing"


def test_the_commander_learns_that_a_person_on_call_could_not_be_invited(rig):
    rig.sandbox.workspace.people[rig.users["eva"]].is_restricted = True
    key = rig.declare()
    rig.act("take", "rosa", key, role="commander")

    rig.after(seconds=5)

    for name, words in (("eva", "You are needed"), ("rosa", "is not in")):
        assert sum(words in message.text for message in rig.direct(name)) == 1


def test_the_channel_is_created_when_no_person_can_be_invited(rig):
    for name in ("ilse", "eva"):
        rig.sandbox.workspace.people[rig.users[name]].deleted = True
    key = rig.declare()

    rig.after(seconds=5)

    assert rig.incident(key).places.card_ts is not None
    assert {entry.fact.who for entry in rig.entries(key, "place_lost")} >= {rig.person("ilse"), rig.person("eva")}


def test_a_person_with_a_role_or_an_action_is_invited(rig):
    key = rig.declare()
    rig.drain()

    rig.act("assign", "ilse", key, role="scribe", to=rig.person("rosa"))
    rig.act("action", "ilse", key, assignee=rig.person("rob"), text="look at the queue")
    rig.after(seconds=2)

    assert names(rig, key) == {"ilse", "eva", "rosa", "rob"}


def test_more_than_a_hundred_people_are_invited_in_several_calls(rig):
    crowd = [rig.sandbox.workspace.add_person(Person(f"crowd{n:03}", "One of many")) for n in range(120)]
    big = rig.policy.model_copy(update={"rosters": {"payments": tuple(person.id for person in crowd)}})
    object.__setattr__(rig.adapter, "record", replace(rig.adapter.record, active=FixedPolicy(big)))
    key = rig.declare()

    rig.drain()

    assert len(rig.channel(key).members) == 122


def test_a_restricted_incident_gets_a_private_channel_without_its_title(rig):
    key = rig.declare("Customer data of Acme leaked", private=True)

    rig.drain()

    assert rig.channel(key).kind == "group"
    assert rig.channel(key).name == "inc-2026-0001"
    assert rig.incident(key).state is State.TRIAGED


def test_who_is_on_call_joins_a_restricted_incident_only_once_they_accept(rig):
    key = rig.declare("Customer data of Acme leaked", private=True)
    rig.drain()
    rig.act("escalate", "ilse", key, who=rig.person("eva"), reason="we need a database expert")
    rig.after(seconds=5)
    before = names(rig, key)
    [call] = rig.incident(key).escalations

    rig.act("answer", "eva", key, answer="accepted", escalation=call.n)
    rig.after(seconds=5)

    assert (before, names(rig, key)) == ({"ilse"}, {"ilse", "eva"})


def test_people_of_a_joined_duplicate_are_invited(rig):
    first = rig.declare()
    rig.after(minutes=1)
    second = rig.act("declare", "rosa", title="Same trouble", service="checkout", impact=1, urgency=1).key
    rig.act("join", "rosa", second, number=rig.incident(first).number)

    rig.after(seconds=5)

    assert "rosa" in names(rig, first)
    assert any("was the same problem" in text for text in rig.texts(first))
