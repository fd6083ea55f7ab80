"""What single people are told: duties with a role, a summary on joining late, a call for help."""

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
def test_who_takes_a_role_is_told_what_it_asks_of_them_now(rig, role):
    key = rig.declare()

    rig.act("take", "rosa", key, role=role.value)
    rig.drain()

    [told] = rig.direct("rosa")
    assert "INC-2026-0001" in told.text
    assert len(told.text.splitlines()) <= 8


def test_the_comms_lead_is_told_which_updates_are_owed(rig):
    key = rig.declare()

    rig.act("take", "rosa", key, role="comms_lead")
    rig.drain()

    [told] = rig.direct("rosa")
    assert "Update to responders by" in told.text
    assert "Update to executives by" in told.text


def test_who_gave_the_role_up_before_they_were_told_is_not_told(rig):
    key = rig.declare()

    rig.act("take", "rosa", key, role="scribe")
    rig.act("release", "rosa", key, role="scribe")
    rig.drain()

    assert rig.direct("rosa") == []


def test_who_joins_late_reads_a_summary_that_only_they_see(rig):
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


def test_who_comes_with_the_declaration_is_not_read_in(rig):
    key = rig.declare()
    rig.drain()

    joined(rig, key, "eva")
    rig.drain()

    assert ephemerals(rig, "eva") == []
