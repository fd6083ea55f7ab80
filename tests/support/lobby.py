"""A channel in which people talk before an incident exists: Muster captures it, a person declares."""

from __future__ import annotations

from bot.slack.capture.message_events import captures_of
from commands.core.capture import capture
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import EntryPoint, Source
from sandbox.state.entities import Channel
from tests.support.worker_env import EVERYBODY


def declare_in(rig, channel, at_message=None, drain=None, **fields):
    """Declare in a channel as ilse does it; give the key, once all is done."""
    request = Request(
        verb="declare",
        fields={"title": "Payments fail", "service": "checkout", "impact": 1, "urgency": 1, **fields},
        actor=Actor(id=rig.person("ilse"), groups=EVERYBODY),
        team=rig.team,
        place=Place(channel=channel, message=at_message),
        source=Source(surface=EntryPoint.COMMAND, channel=channel),
        key=f"declare:{next(rig.keys)}",
        at=rig.clock.now(),
    )
    outcome = run(request, recorder=rig.store.recorder, policy=rig.policy, policy_hash="0" * 64)
    assert not outcome.is_refused, outcome
    if drain is not None:
        drain(rig.clock.now())
    rig.after(seconds=5)
    return outcome.key


def a_channel(rig, name, *, private=False, with_muster=True):
    channel = rig.sandbox.actor.create_channel(rig.users["ilse"], name, private)
    rig.sandbox.actor.invite(rig.users["ilse"], channel, rig.users["eva"])
    if with_muster:
        rig.sandbox.actor.invite(rig.users["ilse"], channel, rig.sandbox.workspace.bot.id)
    rig.after(minutes=1)
    return channel


def say(rig, channel, name, text, thread=None):
    ts = rig.sandbox.actor.post(rig.users[name], channel, text, thread)
    rig.after(minutes=1)
    return ts


def hear(rig, **event):
    """Let Muster hear an event, as its edge does."""
    body = {"team_id": rig.team, "event_id": f"Ev{next(rig.keys)}", "event": {"type": "message", **event}}
    said = captures_of(body)
    assert said is not None
    known = capture(said, recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())
    if known is None:
        rig.adapter.recent_messages.add(said, rig.clock.now())


def heard_edit(rig, channel, ts, now, before=None):
    stamp = f"{rig.clock.now().timestamp():.6f}"
    message = {"ts": ts, "user": rig.users["eva"], "text": now, "edited": {"user": rig.users["eva"], "ts": stamp}}
    previous = {"ts": ts, "user": rig.users["eva"], "text": before}
    hear(rig, subtype="message_changed", channel=channel, message=message, previous_message=previous, event_ts=stamp)


def heard_deletion(rig, channel, ts, before=None):
    stamp = f"{rig.clock.now().timestamp():.6f}"
    previous = {"ts": ts, "user": rig.users["eva"], "text": before}
    hear(rig, subtype="message_deleted", channel=channel, deleted_ts=ts, previous_message=previous, event_ts=stamp)


def texts(rig, key, kind="message_posted"):
    return [entry.fact.text for entry in rig.entries(key, kind)]


def place_of(rig, channel) -> Channel:
    return rig.sandbox.workspace.channels[channel]
