"""Muster is removed from an incident channel: it rejoins and backfills the missed messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SetClock
from bot.simulation.replay.replay_environment import ReplayEnvironment
from incident.entries.conversation import MessagePosted
from sandbox.state.entities import Person
from sandbox.state.mutations import channel_mutations
from tests.support.policies import full_policy


@pytest.fixture
def stage():
    people = {name: Person(name, name.capitalize()) for name in ("ilse", "eva", "rob", "rosa")}
    made = ReplayEnvironment(
        people, clock=SetClock(datetime(2026, 6, 9, 10, 5, tzinfo=UTC)), channels=("incidents", "exec")
    )
    try:
        made.open(full_policy(list(made.users.values())))
        yield made
    finally:
        made.close()


def test_messages_posted_while_muster_is_removed_from_the_channel_are_recorded(stage):
    workspace, ilse = stage.sandbox.workspace, stage.users["ilse"]
    stage.slash(ilse, "general", "declare impact=1 urgency=1 service=checkout Payments fail")
    stage.settle()
    channel = workspace.channels[stage.channel]

    with workspace.lock:
        channel_mutations.leave(workspace, channel, workspace.bot.id)
        ts = stage.sandbox.actor.post(ilse, channel.id, "nobody of ours hears this")
    stage.settle()
    stage.advance_to(stage.clock.now() + timedelta(minutes=2))

    messages = {e.fact.ts: e.fact.text for e in stage.entries(stage.incident) if isinstance(e.fact, MessagePosted)}
    assert workspace.bot.id in channel.members
    assert messages.get(ts) == "nobody of ours hears this"
