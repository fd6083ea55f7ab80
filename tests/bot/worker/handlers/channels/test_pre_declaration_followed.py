"""Later edits, deletions and pins of messages captured from before a declaration are recorded, and of no others."""

from __future__ import annotations

import pytest

from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import EntryPoint, Source
from tests.support.lobby import a_channel, declare_in, hear, heard_deletion, heard_edit, say, texts


@pytest.fixture
def shared_channel(rig):
    """A channel with ilse, eva and Muster as members."""
    return a_channel(rig, "payments")


def test_edits_and_deletions_are_recorded_for_captured_messages_and_no_others(rig, shared_channel):
    changed = say(rig, shared_channel, "eva", "payments fail")
    gone = say(rig, shared_channel, "eva", "wrong window")
    key = declare_in(rig, shared_channel)
    later = say(rig, shared_channel, "eva", "lunch?")

    heard_edit(rig, shared_channel, changed, "all payments fail", "payments fail")
    heard_deletion(rig, shared_channel, gone, "wrong window")
    heard_edit(rig, shared_channel, later, "dinner?", "lunch?")
    heard_deletion(rig, shared_channel, later, "dinner?")

    assert texts(rig, key, "message_edited") == ["all payments fail"]
    assert [e.fact.ts for e in rig.entries(key, "message_deleted")] == [gone]


def test_two_incidents_of_one_channel_both_record_changes_of_their_messages(rig, shared_channel):
    ts = say(rig, shared_channel, "eva", "payments fail")
    keys = [declare_in(rig, shared_channel), declare_in(rig, shared_channel)]

    heard_edit(rig, shared_channel, ts, "all payments fail", "payments fail")

    assert [texts(rig, key, "message_edited") for key in keys] == [["all payments fail"]] * 2


def test_an_edit_from_before_a_second_incident_is_captured_for_it_too(rig, shared_channel):
    ts = say(rig, shared_channel, "eva", "payments fail")
    hear(rig, channel=shared_channel, ts=ts, user=rig.users["eva"], text="payments fail")
    declare_in(rig, shared_channel)
    heard_edit(rig, shared_channel, ts, "all payments fail", "payments fail")
    rig.sandbox.actor.edit(rig.users["eva"], shared_channel, ts, "all payments fail")

    second = declare_in(rig, shared_channel)

    assert (texts(rig, second), texts(rig, second, "message_edited")[:1]) == (["payments fail"], ["all payments fail"])


def test_a_pin_on_a_captured_message_adds_it_to_the_timeline_of_its_incident(rig, shared_channel):
    ts = say(rig, shared_channel, "eva", "payments fail")
    say(rig, shared_channel, "eva", "unmarked")
    key = declare_in(rig, shared_channel)
    rig.after(minutes=1)
    place = Place(channel=shared_channel, message=ts)
    request = Request(
        verb="pin",
        fields={"channel": shared_channel, "ts": ts},
        actor=Actor(id=rig.person("ilse")),
        team=rig.team,
        place=place,
        source=Source(surface=EntryPoint.EVENT),
        key="pin:1",
        at=rig.clock.now(),
    )
    run(request, recorder=rig.store.recorder, policy=rig.policy, policy_hash="0" * 64)

    [pinned] = rig.entries(key, "message_pinned")

    assert (pinned.fact.ts, pinned.fact.text, pinned.by) == (ts, "payments fail", rig.person("ilse"))
    assert pinned.occurred_at < rig.incident(key).times.logged_at


def test_a_pin_by_a_person_who_may_not_see_the_incident_adds_nothing(rig):
    channel = a_channel(rig, "payments")
    ts = say(rig, channel, "eva", "somebody is in our network")
    key = declare_in(rig, channel, private=True)
    request = Request(
        verb="pin",
        fields={"channel": channel, "ts": ts},
        actor=Actor(id=rig.person("rosa")),
        team=rig.team,
        place=Place(channel=channel, message=ts),
        source=Source(surface=EntryPoint.EVENT),
        key="pin:2",
        at=rig.clock.now(),
    )
    outcome = run(request, recorder=rig.store.recorder, policy=rig.policy, policy_hash="0" * 64)

    assert outcome.is_refused
    assert rig.entries(key, "message_pinned", "refused") == []
