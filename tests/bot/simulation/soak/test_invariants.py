"""The soak: one seed gives one plan, and the invariants report losses, duplicates and outdated cards."""

from __future__ import annotations

import pytest

from bot.rendering.message_catalog import sentence
from bot.simulation.soak.invariants import DOUBLED, LOST, SoakState
from bot.simulation.soak.ledger import Ledger, LedgerEntry, is_spooled
from bot.simulation.soak.soak_environment import COMMAND
from bot.simulation.soak.soak_plan import STEPS_PER_SECOND, plan
from commands.core.capture import Capture, capture
from incident.entries.conversation import MessageDeleted
from incident.entry import EntryPoint, Source
from sandbox.state.mutations import channel_mutations, message_mutations
from tests.support.worker_env import worker_env_on


class Environment:
    """The part of an environment that the invariants read."""

    def __init__(self, rig):
        self.sandbox, self.policy = rig.sandbox, rig.policy


def soaked(rig):
    key = rig.declare("t00001 fails")
    rig.act("note", "ilse", key, text="t00002 the pool is exhausted")
    rig.after(seconds=5)
    ledger = Ledger(entries=[LedgerEntry("t00001", "declare", "Declared."), LedgerEntry("t00002", "note", "Noted.")])
    return key, SoakState(rig.store, Environment(rig), ledger)


def of_kind(state, *begins):
    return [one for one in state.problems() if one.startswith(begins)]


def capture_deletion(rig, channel, ts, previous):
    gone = MessageDeleted(channel=channel, ts=ts, author=rig.person("ilse"), previous=previous)
    source = Source(surface=EntryPoint.EVENT, channel=channel, event=f"Ev{ts}")
    captured = Capture(team=rig.team, fact=gone, by=rig.person("ilse"), occurred_at=rig.clock.now(), source=source)
    capture(captured, recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())


def test_the_same_seed_gives_the_same_steps_and_another_seed_different_ones():
    assert plan(7, 1) == plan(7, 1)
    assert plan(7, 1) != plan(8, 1)
    assert len(plan(7, 2)) == 2 * 60 * STEPS_PER_SECOND


def test_a_complete_record_has_no_violations(rig):
    _, state = soaked(rig)

    assert of_kind(state, LOST, DOUBLED, "stale", "dead", "unsound") == []


def test_an_acknowledged_command_that_is_not_recorded_is_reported(rig):
    _, state = soaked(rig)

    state.ledger.add(LedgerEntry("t00003", "note", "Noted."))
    state.ledger.add(LedgerEntry("t00004", "note", None))
    state.ledger.add(LedgerEntry("t00005", "note", sentence("absent_here")))

    [lost] = of_kind(state, LOST)
    assert "t00003" in lost


def test_a_reply_of_degraded_mode_is_not_an_acknowledgement():
    kept = sentence("absent_kept", command=COMMAND)

    assert [is_spooled(one) for one in (kept, sentence("absent_here"), "Noted.", "", None)] == [True, True] + 3 * [
        False
    ]


def test_a_fact_that_is_recorded_twice_is_reported(rig):
    key, state = soaked(rig)

    rig.act("note", "ilse", key, text="t00002 the pool is exhausted")

    assert any("t00002" in one for one in of_kind(state, DOUBLED))


def test_a_message_that_was_not_captured_is_reported(rig):
    key, state = soaked(rig)

    ts = rig.sandbox.actor.post("ilse", rig.channel(key).id, "unheard")
    state.ledger.set_message(rig.channel(key).id, ts, "unheard")

    [lost] = of_kind(state, LOST)
    assert "unheard" in lost


@pytest.mark.parametrize("replies", [0, 1], ids=["gone", "a stone"])
def test_a_message_known_by_its_deletion_is_recorded_if_its_text_is(rig, replies):
    key, state = soaked(rig)
    channel, texts = rig.channel(key).id, ("heard of when it went", "nobody heard of it")
    posted = [rig.sandbox.actor.post("ilse", channel, text) for text in texts]
    for _ in range(replies):
        rig.sandbox.actor.post("ilse", channel, "a reply", posted[0])
    for ts, text in zip(posted, texts, strict=True):
        state.ledger.set_message(channel, ts, text)
        rig.sandbox.actor.delete("ilse", channel, ts)
        state.ledger.mark_deleted(channel, ts)

    capture_deletion(rig, channel, posted[0], texts[0])

    [lost] = of_kind(state, LOST)
    assert texts[1] in lost


def test_a_deletion_with_an_outdated_text_does_not_count_as_recorded(rig):
    key, state = soaked(rig)
    channel = rig.channel(key).id
    posted = [rig.sandbox.actor.post("ilse", channel, "latency is up") for _ in range(3)]
    for ts, held in zip(posted, ("latency is down", "latency is up", None), strict=True):
        rig.sandbox.actor.edit("ilse", channel, ts, "latency is down")
        state.ledger.set_message(channel, ts, "latency is down")
        rig.sandbox.actor.delete("ilse", channel, ts)
        state.ledger.mark_deleted(channel, ts)
        capture_deletion(rig, channel, ts, held)

    lost = of_kind(state, LOST)

    assert [ts for ts in posted if any(ts in one for one in lost)] == posted[1:]


def test_a_job_that_posted_twice_is_reported(rig):
    key, state = soaked(rig)
    first = rig.messages(key)[-1]

    second = message_mutations.post(rig.sandbox.workspace, rig.channel(key), first.user, first.text)
    second.metadata = first.metadata

    assert len(of_kind(state, DOUBLED)) == 1


def test_a_channel_of_muster_without_an_incident_is_reported(rig):
    _, state = soaked(rig)

    channel_mutations.create(rig.sandbox.workspace, "inc-2026-0009-nothing", rig.sandbox.workspace.bot.id)

    assert len(of_kind(state, DOUBLED)) == 1


def test_an_outdated_card_is_reported(rig):
    key, state = soaked(rig)

    rig.act("take", "rob", key, role="commander")

    assert len(of_kind(state, "stale")) == 1


def test_a_deleted_message_whose_events_slack_gave_up_on_is_unknowable(sqlite_store):
    with worker_env_on(sqlite_store, sends_events=True) as rig:
        _check_unknowable(rig)


def _check_unknowable(rig):
    key, state = soaked(rig)
    channel = rig.channel(key).id
    gone, present = (rig.sandbox.actor.post("ilse", channel, text) for text in ("for a moment", "for good"))
    for ts, text in ((gone, "for a moment"), (present, "for good")):
        state.ledger.set_message(channel, ts, text)
    rig.sandbox.actor.delete("ilse", channel, gone)
    assert len(of_kind(state, LOST)) == 2, "Slack will tell of it again"

    while not rig.sandbox.settle(0.1) or rig.sandbox.dispatcher.scheduled_retries():
        rig.sandbox.dispatcher.retry_now()

    assert state.unknowable(rig.incident(key)) == {gone}
    [lost] = of_kind(state, LOST)
    assert "for good" in lost
