"""A channel with a history becomes an incident channel: Muster joins it and reads its history once, within limits, or refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.capture.channel_history import HistoryWindow
from commands.core.request import Actor, Place, Request
from commands.core.run import note_outcome, run
from incident.entries.delivery import HistoryTaken
from incident.entry import EntryPoint, Source
from incident.states import State
from tests.support.worker_env import EVERYBODY

EVER = datetime.fromtimestamp(0, UTC)


def backfill(rig, channel):
    """Adopt a channel as ilse does; return the key of the incident."""
    request = Request(
        verb="backfill",
        fields={
            "title": "Payments failed",
            "service": "checkout",
            "started_at": (rig.clock.now() - timedelta(hours=2)).isoformat(),
        },
        actor=Actor(id=rig.person("ilse"), groups=EVERYBODY),
        team=rig.team,
        place=Place(channel=channel),
        source=Source(surface=EntryPoint.COMMAND, channel=channel),
        key=f"backfill:{channel}",
        at=rig.clock.now(),
    )
    outcome = run(request, recorder=rig.store.recorder, policy=rig.policy, policy_hash="0" * 64)
    assert not outcome.is_refused, outcome
    rig.drain()
    rig.after(seconds=5)
    rig.drain()
    return outcome.key


def talked_in(rig, name, private=False):
    """Create a channel with a message that has a pushpin and a reply."""
    actor, users = rig.sandbox.actor, rig.users
    channel = actor.create_channel(users["ilse"], name, private)
    actor.invite(users["ilse"], channel, users["eva"])
    rig.after(minutes=1)
    ts = actor.post(users["ilse"], channel, "payments fail since ten")
    actor.post(users["eva"], channel, "rolled back", ts)
    actor.react(users["eva"], channel, ts, "pushpin")
    rig.after(minutes=60)
    return channel, ts


def test_a_public_channel_is_joined_and_its_messages_are_captured_with_their_own_times(rig):
    channel, ts = talked_in(rig, "payments-trouble")

    key = backfill(rig, channel)

    assert rig.incident(key).places.channel == channel
    recorded = rig.entries(key, "message_posted")
    assert [(e.fact.text, e.fact.thread_ts) for e in recorded] == [
        ("payments fail since ten", None),
        ("rolled back", ts),
    ]
    assert all(e.occurred_at < e.recorded_at - timedelta(minutes=59) for e in recorded)
    [pinned] = rig.entries(key, "message_pinned")
    assert (pinned.by, pinned.fact.author) == (rig.person("eva"), rig.person("ilse"))


def test_an_adopted_channel_changes_only_by_a_card_and_lines(rig):
    channel, _ = talked_in(rig, "payments-trouble")

    backfill(rig, channel)

    place = rig.sandbox.workspace.find_channel(channel)
    ours = [m.text for m in place.messages.values() if m.user == rig.sandbox.workspace.bot.id and not m.subtype]
    assert (place.name, place.topic.value, place.bookmarks) == ("payments-trouble", "", {})
    assert any("made this the channel of" in text for text in ours)
    assert any(text.startswith("2 earlier messages are on the record now") for text in ours)
    assert not [c for c in rig.sandbox.workspace.channels.values() if c.name.startswith("inc-")]


def test_later_messages_of_an_adopted_channel_are_captured(rig):
    channel, _ = talked_in(rig, "payments-trouble")
    key = backfill(rig, channel)

    found = rig.store.recorder.read(lambda reader: reader.find(rig.team, channel=channel))

    assert found == key


def test_an_unreadable_private_channel_is_not_adopted_and_the_person_reads_what_to_do(rig):
    channel, _ = talked_in(rig, "payments-secret", private=True)

    key = backfill(rig, channel)

    incident = rig.incident(key)
    assert (incident.state, incident.places.channel) == (State.VOID_NOT_INCIDENT, None)
    [voided] = rig.entries(incident.key, "voided")
    sentence = rig.adapter.renderer.macro("sentences.j2", "voided", voided)
    assert sentence == "not incident: the channel it was to be the record of cannot be read"
    notices = [m.text for m in rig.sandbox.workspace.dm(rig.users["ilse"]).messages.values()]
    assert any("cannot read" in text for text in notices)


@pytest.mark.parametrize("name", ["general", "incidents"])
def test_a_channel_for_more_than_one_incident_is_not_adopted_and_its_messages_are_not_read(rig, name):
    channel = rig.named(name)
    rig.sandbox.actor.post(rig.users["ilse"], name, "good morning") if rig.users["ilse"] in channel.members else None

    key = backfill(rig, channel.id)

    incident = rig.incident(key)
    assert (incident.state, incident.places.channel, rig.entries(key, "message_posted")) == (
        State.VOID_NOT_INCIDENT,
        None,
        [],
    )
    assert any("serves more than this incident" in message.text for message in rig.direct("ilse"))


def test_a_private_channel_with_muster_as_a_member_is_adopted(rig):
    channel, _ = talked_in(rig, "payments-secret", private=True)
    rig.sandbox.actor.invite(rig.users["ilse"], channel, rig.sandbox.workspace.bot.id)

    key = backfill(rig, channel)

    assert len(rig.entries(key, "message_posted")) == 2


def test_a_very_long_history_is_read_up_to_the_limit_of_a_record(rig):
    channel, _ = talked_in(rig, "payments-trouble")
    rig.sandbox.actor.invite(rig.users["ilse"], channel, rig.sandbox.workspace.bot.id)
    for number in range(420):
        rig.sandbox.actor.post(rig.users["eva"], channel, f"line {number}")
    rig.after(minutes=1)
    reading = HistoryWindow(channel, oldest=EVER, since=EVER, latest=rig.clock.now(), most=400)

    found = reading.read(rig.slack, "conversations.history", "")

    assert (len(found), found[0]["text"], reading.is_whole) == (400, "line 419", False)


def test_the_channel_line_says_that_older_messages_stay_in_slack(rig):
    key = rig.declare()
    rig.drain()
    fact = HistoryTaken(messages=1000, more=True)
    note_outcome(key, [fact], job="taken", recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())
    rig.drain()

    assert "Older ones are only in Slack." in rig.texts(key)[-1]
