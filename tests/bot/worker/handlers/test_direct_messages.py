"""Messages to one person: the role checklist, the catch-up brief for a late joiner, and pages."""

from __future__ import annotations

import pytest

from commands.core.capture import Capture, capture
from incident.entries.conversation import Joined
from incident.entry import EntryPoint, Source
from roles.role_names import Role


def joined(rig, key, name):
    fact = Joined(channel=rig.channel(key).id, who=rig.person(name))
    source = Source(surface=EntryPoint.EVENT, channel=fact.channel, event=f"Ev{name}{rig.clock.now()}")
    whole = Capture(team=rig.team, fact=fact, by=fact.who, occurred_at=rig.clock.now(), source=source)
    capture(whole, recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())


def ephemerals(rig, name):
    return rig.sandbox.workspace.ephemerals.get(rig.users[name], [])


@pytest.mark.parametrize("role", list(Role))
def test_a_person_who_takes_a_role_gets_its_checklist(rig, role):
    key = rig.declare()

    rig.act("take", "rosa", key, role=role.value)
    rig.drain()

    [message] = rig.direct("rosa")
    assert "INC-2026-0001" in message.text
    assert len(message.text.splitlines()) <= 8


def test_the_comms_lead_reads_which_updates_are_owed(rig):
    key = rig.declare()

    rig.act("take", "rosa", key, role="comms_lead")
    rig.drain()

    [message] = rig.direct("rosa")
    assert "Update to responders by" in message.text
    assert "Update to executives by" in message.text


def test_a_person_who_released_the_role_first_gets_no_checklist(rig):
    key = rig.declare()

    rig.act("take", "rosa", key, role="scribe")
    rig.act("release", "rosa", key, role="scribe")
    rig.drain()

    assert rig.direct("rosa") == []


def test_a_late_joiner_gets_a_catch_up_brief_that_only_they_see(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.after(minutes=10)
    rig.sandbox.workspace.people[rig.users["rosa"]]
    rig.channel(key).members.append(rig.users["rosa"])

    joined(rig, key, "rosa")
    rig.drain()

    [read] = ephemerals(rig, "rosa")
    assert "You have joined *INC-2026-0001*" in read.text
    assert "Payments fail" in read.text
    assert ephemerals(rig, "ilse") == []


def test_a_person_invited_at_the_declaration_gets_no_catch_up_brief(rig):
    key = rig.declare()
    rig.drain()

    joined(rig, key, "eva")
    rig.drain()

    assert ephemerals(rig, "eva") == []
