"""The soak: the same seed gives the same steps, and its checks find what is lost, doubled or stale."""

from __future__ import annotations

import pytest

from bot.rendering.message_catalog import sentence
from bot.simulation.soak.invariants import DOUBLED, LOST, SoakState
from bot.simulation.soak.ledger import Ledger, LedgerEntry
from bot.simulation.soak.soak_actors import is_spooled
from bot.simulation.soak.soak_environment import COMMAND
from bot.simulation.soak.soak_plan import STEPS_PER_SECOND, plan
from commands.core.capture import Capture, capture
from incident.entries.conversation import MessageDeleted
from incident.entry import EntryPoint, Source
from sandbox.state.mutations import channel_mutations, message_mutations


class Environment:
    """What the checks look at of a house."""

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


def hear_of_deletion(rig, channel, ts, previous):
    gone = MessageDeleted(channel=channel, ts=ts, author=rig.person("ilse"), previous=previous)
    source = Source(surface=EntryPoint.EVENT, channel=channel, event=f"Ev{ts}")
    heard = Capture(team=rig.team, fact=gone, by=rig.person("ilse"), occurred_at=rig.clock.now(), source=source)
    capture(heard, recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())


def test_the_same_seed_gives_the_same_steps_and_another_one_others():
    assert plan(7, 1) == plan(7, 1)
    assert plan(7, 1) != plan(8, 1)
    assert len(plan(7, 2)) == 2 * 60 * STEPS_PER_SECOND


def test_of_a_muster_that_kept_its_promises_nothing_is_said(rig):
    _, state = soaked(rig)

    assert of_kind(state, LOST, DOUBLED, "stale", "dead", "unsound") == []


def test_what_was_answered_and_is_not_on_the_record_is_found(rig):
    _, state = soaked(rig)

    state.ledger.add(LedgerEntry("t00003", "note", "Noted."))
    state.ledger.add(LedgerEntry("t00004", "note", None))
    state.ledger.add(LedgerEntry("t00005", "note", "Not recorded", is_spooled=True))

    [lost] = of_kind(state, LOST)
    assert "t00003" in lost


def test_who_was_told_that_it_is_kept_for_them_was_not_told_that_it_is_recorded():
    kept = sentence("absent_kept", command=COMMAND)

    assert [is_spooled(one) for one in (kept, sentence("absent_here"), "Noted.", "", None)] == [True, True] + 3 * [
        False
    ]


def test_what_is_on_the_record_twice_is_found(rig):
    key, state = soaked(rig)

    rig.act("note", "ilse", key, text="t00002 the pool is exhausted")

    assert any("t00002" in one for one in of_kind(state, DOUBLED))


def test_a_message_nobody_captured_is_found(rig):
    key, state = soaked(rig)

    ts = rig.sandbox.actor.post("ilse", rig.channel(key).id, "unheard")
    state.ledger.set_message(rig.channel(key).id, ts, "unheard")

    [lost] = of_kind(state, LOST)
    assert "unheard" in lost


@pytest.mark.parametrize("replies", [0, 1], ids=["gone", "a stone"])
def test_a_message_known_from_its_deletion_alone_is_kept_if_its_words_are(rig, replies):
    key, state = soaked(rig)
    channel, texts = rig.channel(key).id, ("heard of when it went", "nobody heard of it")
    said = [rig.sandbox.actor.post("ilse", channel, text) for text in texts]
    for _ in range(replies):
        rig.sandbox.actor.post("ilse", channel, "a reply", said[0])
    for ts, text in zip(said, texts, strict=True):
        state.ledger.set_message(channel, ts, text)
        rig.sandbox.actor.delete("ilse", channel, ts)
        state.ledger.mark_deleted(channel, ts)

    hear_of_deletion(rig, channel, said[0], texts[0])

    [lost] = of_kind(state, LOST)
    assert texts[1] in lost


def test_a_deletion_that_holds_other_words_than_the_last_keeps_nothing(rig):
    key, state = soaked(rig)
    channel = rig.channel(key).id
    said = [rig.sandbox.actor.post("ilse", channel, "latency is up") for _ in range(3)]
    for ts, held in zip(said, ("latency is down", "latency is up", None), strict=True):
        rig.sandbox.actor.edit("ilse", channel, ts, "latency is down")
        state.ledger.set_message(channel, ts, "latency is down")
        rig.sandbox.actor.delete("ilse", channel, ts)
        state.ledger.mark_deleted(channel, ts)
        hear_of_deletion(rig, channel, ts, held)

    lost = of_kind(state, LOST)

    assert [ts for ts in said if any(ts in one for one in lost)] == said[1:]


def test_a_post_that_stands_twice_is_found(rig):
    key, state = soaked(rig)
    first = rig.messages(key)[-1]

    second = message_mutations.post(rig.sandbox.workspace, rig.channel(key), first.user, first.text)
    second.metadata = first.metadata

    assert len(of_kind(state, DOUBLED)) == 1


def test_a_channel_of_ours_without_an_incident_is_found(rig):
    _, state = soaked(rig)

    channel_mutations.create(rig.sandbox.workspace, "inc-2026-0009-nothing", rig.sandbox.workspace.bot.id)

    assert len(of_kind(state, DOUBLED)) == 1


def test_a_card_that_does_not_show_the_present_is_found(rig):
    key, state = soaked(rig)

    rig.act("take", "rob", key, role="commander")

    assert len(of_kind(state, "stale")) == 1


def test_what_slack_gave_up_telling_of_and_shows_no_more_nobody_can_know(rig):
    key, state = soaked(rig)
    channel = rig.channel(key).id
    gone, stands = (rig.sandbox.actor.post("ilse", channel, text) for text in ("for a moment", "for good"))
    for ts, text in ((gone, "for a moment"), (stands, "for good")):
        state.ledger.set_message(channel, ts, text)
    rig.sandbox.actor.delete("ilse", channel, gone)
    assert len(of_kind(state, LOST)) == 2, "Slack will tell of it again"

    while not rig.sandbox.settle(0.1) or rig.sandbox.dispatcher.scheduled_retries():
        rig.sandbox.dispatcher.retry_now()

    assert state.unknowable(rig.incident(key)) == {gone}
    [lost] = of_kind(state, LOST)
    assert "for good" in lost
