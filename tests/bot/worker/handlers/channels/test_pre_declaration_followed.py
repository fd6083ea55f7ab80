"""What was captured from before a declaration is followed: edits, deletions and marks of exactly those messages."""

from __future__ import annotations

import pytest

from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import EntryPoint, Source
from tests.support.lobby import a_channel, declare_in, hear, heard_deletion, heard_edit, say, texts


@pytest.fixture
def lobby(rig):
    """A channel in which ilse, eva and Muster are."""
    return a_channel(rig, "payments")


def test_later_edits_and_deletions_of_what_was_captured_are_followed_and_of_nothing_else(rig, lobby):
    changed = say(rig, lobby, "eva", "payments fail")
    gone = say(rig, lobby, "eva", "wrong window")
    key = declare_in(rig, lobby)
    later = say(rig, lobby, "eva", "lunch?")

    heard_edit(rig, lobby, changed, "all payments fail", "payments fail")
    heard_deletion(rig, lobby, gone, "wrong window")
    heard_edit(rig, lobby, later, "dinner?", "lunch?")
    heard_deletion(rig, lobby, later, "dinner?")

    assert texts(rig, key, "message_edited") == ["all payments fail"]
    assert [e.fact.ts for e in rig.entries(key, "message_deleted")] == [gone]


def test_two_incidents_of_one_channel_both_follow_what_they_captured(rig, lobby):
    ts = say(rig, lobby, "eva", "payments fail")
    keys = [declare_in(rig, lobby), declare_in(rig, lobby)]

    heard_edit(rig, lobby, ts, "all payments fail", "payments fail")

    assert [texts(rig, key, "message_edited") for key in keys] == [["all payments fail"]] * 2


def test_an_edit_made_before_an_incident_is_captured_for_a_second_one_too(rig, lobby):
    ts = say(rig, lobby, "eva", "payments fail")
    hear(rig, channel=lobby, ts=ts, user=rig.users["eva"], text="payments fail")
    declare_in(rig, lobby)
    heard_edit(rig, lobby, ts, "all payments fail", "payments fail")
    rig.sandbox.actor.edit(rig.users["eva"], lobby, ts, "all payments fail")

    second = declare_in(rig, lobby)

    assert (texts(rig, second), texts(rig, second, "message_edited")[:1]) == (["payments fail"], ["all payments fail"])


def test_a_mark_on_a_captured_message_puts_it_into_the_timeline_of_its_incident(rig, lobby):
    ts = say(rig, lobby, "eva", "payments fail")
    say(rig, lobby, "eva", "unmarked")
    key = declare_in(rig, lobby)
    rig.after(minutes=1)
    place = Place(channel=lobby, message=ts)
    request = Request(
        verb="pin",
        fields={"channel": lobby, "ts": ts},
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


def test_who_may_not_see_the_incident_marks_nothing_in_it(rig):
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
