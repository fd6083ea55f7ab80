"""Messages posted while Muster was down are backfilled once, in any number of runs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.core.run import note_outcome
from incident.effects.affected_surfaces import backfill_job
from incident.entries.conversation import GapNoted
from incident.entries.delivery import ChannelChanged
from sandbox.state.entities import Person
from sandbox.state.mutations import message_mutations
from tests.support.open_incidents import open_incidents


def want(rig):
    def work(unit):
        unit.enqueue([backfill_job(one) for one in open_incidents(unit, rig.team)], rig.clock.now())

    rig.store.recorder.transact(work)


def read_back(rig):
    rig.after(seconds=5)
    want(rig)
    rig.drain()


def kinds(rig, key):
    return [entry.fact.kind for entry in rig.entries(key) if entry.fact.kind.startswith(("message", "source"))]


def say(rig, key, name, text, thread=None):
    return rig.sandbox.actor.post(rig.users[name], rig.channel(key).id, text, thread)


def test_a_missed_message_is_recorded_with_its_own_time(rig):
    key = rig.declare()
    rig.after(minutes=1)
    ts = say(rig, key, "ilse", "rolling back now")
    rig.after(minutes=5)

    read_back(rig)

    [posted] = rig.entries(key, "message_posted")
    assert (posted.fact.text, posted.fact.ts, posted.by) == ("rolling back now", ts, rig.person("ilse"))
    assert posted.occurred_at < posted.recorded_at


def test_a_second_backfill_records_nothing_again(rig):
    key = rig.declare()
    rig.after(minutes=1)
    say(rig, key, "ilse", "rolling back now")

    read_back(rig)
    read_back(rig)

    assert kinds(rig, key) == ["message_posted"]


def test_many_messages_are_all_backfilled_in_their_order(rig):
    key = rig.declare()
    rig.after(minutes=1)
    for n in range(120):
        say(rig, key, "eva", f"error {n}")

    read_back(rig)

    assert [entry.fact.text for entry in rig.entries(key, "message_posted")] == [f"error {n}" for n in range(120)]


def test_replies_edits_and_pins_are_backfilled_too(rig):
    key = rig.declare()
    rig.after(minutes=1)
    ts = say(rig, key, "ilse", "rolling back now")
    say(rig, key, "eva", "on it", thread=ts)
    rig.sandbox.actor.edit(rig.users["ilse"], rig.channel(key).id, ts, "rolled back")
    rig.sandbox.actor.react(rig.users["eva"], rig.channel(key).id, ts, "pushpin")

    read_back(rig)

    assert kinds(rig, key) == ["message_posted", "message_edited", "message_pinned"]
    [pinned] = rig.entries(key, "message_pinned")
    assert pinned.by == rig.person("eva")


def alert(rig, key, title):
    """Let an app post in the channel whose words are all in an attachment; return its message."""
    workspace = rig.sandbox.workspace
    with workspace.lock:
        message = message_mutations.post(
            workspace, rig.channel(key), rig.users["eva"], "", attachments=[{"title": title}], subtype="bot_message"
        )
        message.bot_id, message.extra = "BALERT", {"username": "Alertmanager"}
    return message


def test_a_missed_alert_is_recorded_with_the_words_of_its_attachment_and_its_later_change_is_an_edit(rig):
    key = rig.declare()
    rig.after(minutes=1)
    message = alert(rig, key, "FIRING")
    read_back(rig)
    with rig.sandbox.workspace.lock:
        message.attachments = [{"title": "RESOLVED"}]

    read_back(rig)
    read_back(rig)

    [posted], [edited] = rig.entries(key, "message_posted"), rig.entries(key, "message_edited")
    assert (posted.fact.text, posted.by) == ("FIRING", f"app:{rig.team}:BALERT:Alertmanager")
    assert (edited.fact.text, edited.fact.previous) == ("RESOLVED", "FIRING")
    assert kinds(rig, key) == ["message_posted", "message_edited"]


def test_a_message_that_was_pinned_in_slacks_own_way_is_in_the_timeline(rig):
    key = rig.declare()
    rig.after(minutes=1)
    message = alert(rig, key, "FIRING")
    rig.sandbox.actor.pin(rig.users["rosa"], rig.channel(key).id, message.ts)

    read_back(rig)

    [pinned] = rig.entries(key, "message_pinned")
    assert (pinned.by, pinned.fact.text) == (rig.person("rosa"), "FIRING")


def test_after_slack_has_changed_the_id_of_a_channel_no_message_is_recorded_again(rig):
    key = rig.declare()
    rig.after(minutes=1)
    say(rig, key, "eva", "payments fail")
    read_back(rig)
    old, workspace = rig.channel(key), rig.sandbox.workspace
    with workspace.lock:
        before, old.id = old.id, f"{old.id}NEW"
        workspace.channels[old.id] = workspace.channels.pop(before)
        for message in old.messages.values():
            message.channel = old.id
    moved = ChannelChanged(channel=before, how="moved", to=old.id)
    note_outcome(key, [moved], job="moved", recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())
    say(rig, key, "eva", "the vendor is here")

    read_back(rig)

    assert [(e.fact.channel, e.fact.text) for e in rig.entries(key, "message_posted")] == [
        (before, "payments fail"),
        (before, "the vendor is here"),
    ]


def test_messages_of_muster_are_edited_and_deleted_under_the_new_id_of_their_channel(rig):
    key = rig.declare()
    rig.after(minutes=15)
    [prompt] = [message for message in rig.messages(key) if "acknowledge" in message.text]
    found, workspace = rig.channel(key), rig.sandbox.workspace
    with workspace.lock:
        before, found.id = found.id, f"{found.id}NEW"
        workspace.channels[found.id] = workspace.channels.pop(before)
        for message in found.messages.values():
            message.channel = found.id
    moved = ChannelChanged(channel=before, how="moved", to=found.id)
    note_outcome(key, [moved], job="moved", recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())

    rig.act("ack", "ilse", key)
    rig.after(minutes=1)

    assert "acknowledge" not in getattr(found.messages.get(prompt.ts), "text", "")
    assert rig.incident(key).places.is_usable


def test_a_recorded_message_that_slack_no_longer_shows_is_a_deletion(rig):
    key = rig.declare()
    rig.after(minutes=1)
    ts = say(rig, key, "ilse", "my password is hunter2")
    read_back(rig)
    rig.sandbox.actor.delete(rig.users["ilse"], rig.channel(key).id, ts)

    read_back(rig)

    assert kinds(rig, key) == ["message_posted", "message_deleted"]


def test_a_message_of_the_last_seconds_is_left_to_its_event(rig):
    key = rig.declare()
    rig.after(minutes=1)
    say(rig, key, "ilse", "rolling back now")

    want(rig)
    rig.drain()

    assert kinds(rig, key) == []


def test_messages_of_muster_itself_are_not_backfilled(rig):
    key = rig.declare()
    rig.after(minutes=1)

    read_back(rig)

    assert kinds(rig, key) == []


def test_a_rate_limit_in_the_middle_loses_nothing_and_reads_no_page_twice(rig):
    key = rig.declare()
    rig.after(minutes=1)
    ts = say(rig, key, "ilse", "rolling back now")
    say(rig, key, "eva", "on it", thread=ts)
    before = rig.calls("conversations.history")
    rig.sandbox.faults.too_many_requests("conversations.replies", retry_after=30)

    read_back(rig)
    waiting = kinds(rig, key)
    rig.after(minutes=1)

    assert waiting == []
    assert kinds(rig, key) == ["message_posted", "message_posted"]
    assert rig.calls("conversations.history") == before + 1


def test_messages_posted_while_a_backfill_waited_are_read_by_the_next_one(rig):
    key = rig.declare()
    rig.after(minutes=1)
    ts = say(rig, key, "ilse", "rolling back now")
    say(rig, key, "eva", "on it", thread=ts)
    rig.sandbox.faults.too_many_requests("conversations.replies", retry_after=30)
    read_back(rig)

    rig.after(seconds=10)
    say(rig, key, "ilse", "rolled back, and nobody heard me")
    rig.after(seconds=10)
    rig.store.recorder.transact(
        lambda unit: unit.enqueue([backfill_job(rig.incident(key), at=rig.clock.now())], rig.clock.now())
    )
    rig.after(minutes=1)

    texts = [entry.fact.text for entry in rig.entries(key, "message_posted")]
    assert texts == ["rolling back now", "on it", "rolled back, and nobody heard me"]


def test_a_backfill_enqueued_for_later_is_not_completed_by_an_earlier_run(rig):
    key = rig.declare()
    rig.after(minutes=1)

    def work(unit):
        unit.enqueue([backfill_job(rig.incident(key), at=rig.clock.now())], rig.clock.now())
        unit.enqueue([backfill_job(rig.incident(key), at=rig.clock.now() + timedelta(seconds=5))], rig.clock.now())

    rig.store.recorder.transact(work)
    rig.drain()
    say(rig, key, "ilse", "said while we were on our way in")
    rig.after(seconds=10)

    [posted] = rig.entries(key, "message_posted")
    assert posted.fact.text == "said while we were on our way in"


def a_thread(rig, *replies):
    """Backfill a thread with these replies; return the incident, the parent and the replies."""
    key = rig.declare()
    rig.after(minutes=1)
    head = say(rig, key, "ilse", "rolling back now")
    sent = [say(rig, key, "eva", text, thread=head) for text in replies]
    read_back(rig)
    return key, head, sent


def test_a_thread_whose_parent_was_deleted_keeps_its_replies(rig):
    key, ts, _ = a_thread(rig, "on it")
    rig.sandbox.actor.delete(rig.users["ilse"], rig.channel(key).id, ts)

    read_back(rig)
    read_back(rig)

    assert [entry.fact.ts for entry in rig.entries(key, "message_deleted")] == [ts]


def test_an_edited_or_deleted_reply_is_recorded(rig):
    key, _, (changed, gone) = a_thread(rig, "on it", "me too")
    rig.sandbox.actor.edit(rig.users["eva"], rig.channel(key).id, changed, "done")
    rig.sandbox.actor.delete(rig.users["eva"], rig.channel(key).id, gone)

    read_back(rig)

    assert [entry.fact.text for entry in rig.entries(key, "message_edited")] == ["done"]
    assert [entry.fact.ts for entry in rig.entries(key, "message_deleted")] == [gone]


def test_the_deletion_of_the_only_reply_of_a_thread_is_recorded(rig):
    key, _, (gone,) = a_thread(rig, "me too")
    rig.sandbox.actor.delete(rig.users["eva"], rig.channel(key).id, gone)

    read_back(rig)

    assert [entry.fact.ts for entry in rig.entries(key, "message_deleted")] == [gone]


def test_a_thread_deleted_while_the_backfill_waited_is_recorded_as_deleted(rig):
    key, head, (reply,) = a_thread(rig, "me too")
    rig.sandbox.faults.too_many_requests("conversations.replies", retry_after=30)
    read_back(rig)
    for name, ts in (("eva", reply), ("ilse", head)):
        rig.sandbox.actor.delete(rig.users[name], rig.channel(key).id, ts)

    rig.after(minutes=1)
    read_back(rig)

    assert sorted(entry.fact.ts for entry in rig.entries(key, "message_deleted")) == [head, reply]
    assert rig.store.jobs.dead_letters() == ()


def test_a_reply_known_by_its_edit_alone_is_not_recorded_as_deleted_in_an_old_thread(rig):
    key = rig.declare(impact=3, urgency=3)  # A major incident has other prompts for hours.
    rig.after(minutes=1)
    head = say(rig, key, "ilse", "rolling back now")
    reply = say(rig, key, "eva", "on it", thread=head)
    rig.sandbox.actor.edit(rig.users["eva"], rig.channel(key).id, reply, "done")
    read_back(rig)
    rig.after(minutes=300)
    say(rig, key, "ilse", "still fine")
    read_back(rig)

    read_back(rig)

    assert rig.entries(key, "message_deleted") == []


def test_a_redacted_text_that_slack_still_shows_is_not_backfilled(rig):
    key = rig.declare()
    rig.after(minutes=1)
    ts = say(rig, key, "ilse", "the password is hunter2")
    read_back(rig)
    rig.act("redact", "rosa", key, on=ts, reason="a password")

    read_back(rig)

    assert "hunter2" not in str([entry.fact for entry in rig.entries(key)])
    assert kinds(rig, key) == ["message_posted"]


def test_joins_and_leaves_are_derived_from_the_present_members(rig):
    key = rig.declare()
    rig.after(minutes=1)
    channel = rig.channel(key).id
    read_back(rig)
    rig.sandbox.actor.join(rig.users["rosa"], channel)
    rig.sandbox.actor.leave(rig.users["eva"], channel)
    rig.after(minutes=10)

    read_back(rig)
    read_back(rig)

    moves = [(e.fact.kind, e.fact.who) for e in rig.entries(key, "joined", "left")][-2:]
    assert sorted(moves) == [("joined", rig.person("rosa")), ("left", rig.person("eva"))]
    assert all(e.occurred_at < e.recorded_at - timedelta(minutes=9) for e in rig.entries(key, "joined", "left")[-2:])


def test_a_private_channel_that_muster_was_removed_from_is_reported_as_unread_and_stops_no_job(rig):
    key = rig.declare(private=True)
    rig.after(minutes=1)
    channel = rig.channel(key)
    channel.members.remove(rig.sandbox.workspace.bot.id)

    read_back(rig)

    assert {entry.fact.what for entry in rig.entries(key, "place_lost")} == {"reconcile"}
    assert rig.store.jobs.dead_letters() == ()


@pytest.mark.parametrize("error", ["is_inactive", "missing_scope", "channel_not_found"])
def test_a_gap_in_an_unreadable_channel_still_ends(rig, error):
    key = rig.declare()
    rig.after(minutes=1)
    gap = GapNoted(edge="begins", since=rig.clock.now())
    note_outcome(key, [gap], job="gap", recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())
    [gap_start] = rig.entries(key, "gap_noted")
    rig.sandbox.faults.fail_with(error, "conversations.history", times=1)
    job = backfill_job(rig.incident(key)).model_copy(update={"entry": gap_start.n})

    rig.store.recorder.transact(lambda unit: unit.enqueue([job], rig.clock.now()))
    rig.after(seconds=5)

    assert [entry.fact.edge for entry in rig.entries(key, "gap_noted")] == ["begins", "ends"]
    assert [entry.fact.error for entry in rig.entries(key, "place_lost")] == [error]
    assert rig.store.jobs.dead_letters() == ()


def test_messages_of_another_bot_are_backfilled_and_notices_of_slack_are_not(rig):
    key = rig.declare()
    rig.after(minutes=1)
    channel = rig.channel(key)
    other = Person("alarms", "Alarms", is_bot=True)
    with rig.sandbox.workspace.lock:
        rig.sandbox.workspace.add_person(other)
        message_mutations.post(rig.sandbox.workspace, channel, other.id, "disk is full", subtype="bot_message")
    rig.sandbox.actor.join(rig.users["rosa"], channel.id)

    read_back(rig)

    assert [entry.fact.text for entry in rig.entries(key, "message_posted")] == ["disk is full"]
