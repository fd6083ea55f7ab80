"""Messages of the channel in which an incident was declared: captured where Muster may read them, with their own times."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.worker.handlers.channels.pre_declaration_capture import MAX_MESSAGES
from incident.effects.job_keys import key_of
from incident.entry import EntryPoint
from incident.jobs import LATER, Job, JobKind
from roles.person_ids import MUSTER
from sandbox.state.mutations import channel_mutations, message_mutations
from tests.support.lobby import a_channel, declare_in, hear, heard_deletion, place_of, say, texts
from tests.support.worker_env import posts


@pytest.fixture
def shared_channel(rig):
    """A channel with ilse, eva and Muster as members."""
    return a_channel(rig, "payments")


def test_exactly_the_last_hour_is_captured_with_its_own_times(rig, shared_channel):
    say(rig, shared_channel, "eva", "the day before")
    rig.after(minutes=90)
    head = say(rig, shared_channel, "eva", "payments fail")
    say(rig, shared_channel, "ilse", "I see it too", head)
    key = declare_in(rig, shared_channel)
    say(rig, shared_channel, "eva", "lunch?")
    rig.after(minutes=1)

    recorded = rig.entries(key, "message_posted")

    assert [(e.fact.text, e.fact.channel, e.fact.thread_ts) for e in recorded] == [
        ("payments fail", shared_channel, None),
        ("I see it too", shared_channel, head),
    ]
    assert [e.by for e in recorded] == [rig.person("eva"), rig.person("ilse")]
    assert all(e.occurred_at < rig.incident(key).times.logged_at for e in recorded)
    assert {e.source.surface for e in recorded} == {EntryPoint.HISTORY}


def test_an_alert_before_the_declaration_has_the_words_of_its_attachment(rig, shared_channel):
    workspace = rig.sandbox.workspace
    with workspace.lock:
        post = message_mutations.post(
            workspace,
            workspace.find_channel(shared_channel),
            rig.users["eva"],
            "",
            attachments=[{"title": "FIRING", "text": "5xx ratio 34%"}],
        )
        post.bot_id = "BALERT"

    key = declare_in(rig, shared_channel)

    assert [entry.fact.text for entry in rig.entries(key, "message_posted")] == ["FIRING\n5xx ratio 34%"]


def test_messages_between_the_declaration_and_the_job_are_not_captured(rig, shared_channel):
    say(rig, shared_channel, "eva", "payments fail")

    def drain_after_more_messages(now):
        rig.clock.set(now + timedelta(seconds=2))
        ts = rig.sandbox.actor.post(rig.users["eva"], shared_channel, "lunch?")
        hear(rig, channel=shared_channel, ts=ts, user=rig.users["eva"], text="lunch?")
        rig.sandbox.actor.post(rig.users["eva"], shared_channel, "unheard")
        rig.clock.set(now + timedelta(minutes=1))

    assert texts(rig, declare_in(rig, shared_channel, drain=drain_after_more_messages)) == ["payments fail"]


def test_the_incident_channel_reads_how_many_messages_were_captured_and_how_to_turn_it_off(rig, shared_channel):
    say(rig, shared_channel, "eva", "payments fail")
    key = declare_in(rig, shared_channel)

    [line] = [text for text in rig.texts(key) if "before the declaration" in text]

    assert line.startswith(f"1 message from <#{shared_channel}> since ")
    assert "capture_before_minutes" in line


def test_the_declaring_channel_reads_once_what_was_captured_and_where_to_go(rig, shared_channel):
    say(rig, shared_channel, "eva", "payments fail")
    say(rig, shared_channel, "ilse", "I see it too")
    key = declare_in(rig, shared_channel)

    [line] = posts(place_of(rig, shared_channel), rig.sandbox)

    assert line.text.startswith(f"INC-2026-0001 was declared here: join in <#{rig.channel(key).id}>.")
    assert "2 messages from here since" in line.text


def test_the_declaring_channel_of_a_restricted_incident_gets_no_line(rig, shared_channel):
    say(rig, shared_channel, "eva", "somebody is in our network")
    key = declare_in(rig, shared_channel, private=True)

    assert texts(rig, key) == ["somebody is in our network"]
    assert posts(place_of(rig, shared_channel), rig.sandbox) == []


def test_the_line_in_the_declaring_channel_is_deleted_when_the_incident_becomes_restricted(rig, shared_channel):
    say(rig, shared_channel, "eva", "payments fail")
    key = declare_in(rig, shared_channel)
    assert len(posts(place_of(rig, shared_channel), rig.sandbox)) == 1

    rig.act("reclassify", "ilse", key, type="security", reason="an attacker was in the system")
    rig.after(seconds=10)

    assert posts(place_of(rig, shared_channel), rig.sandbox) == []
    assert texts(rig, key) == ["payments fail"]


def test_when_that_line_cannot_be_deleted_the_announcement_is_and_people_read_it_once(rig, shared_channel):
    say(rig, shared_channel, "eva", "payments fail")
    key = declare_in(rig, shared_channel)
    announced = rig.named("incidents")
    assert len(posts(announced, rig.sandbox)) == 1
    channel_mutations.archive(rig.sandbox.workspace, place_of(rig, shared_channel), rig.users["ilse"])

    rig.act("reclassify", "ilse", key, type="security", reason="an attacker was in the system")
    rig.after(seconds=10)
    rig.act("priority", "ilse", key, impact=2, urgency=1, justification="fewer people are affected by it")
    rig.after(seconds=10)

    assert posts(announced, rig.sandbox) == []
    assert sum("says where this was declared" in text for text in rig.texts(key)) == 1


def test_an_empty_channel_gets_no_line(rig, shared_channel):
    rig.after(minutes=90)
    key = declare_in(rig, shared_channel)

    assert rig.entries(key, "history_taken", "message_posted", "place_lost") == []


def test_a_channel_without_muster_as_a_member_is_not_captured_and_gets_no_line(rig):
    channel = a_channel(rig, "payments", with_muster=False)
    say(rig, channel, "eva", "payments fail")

    key = declare_in(rig, channel)

    assert rig.entries(key, "history_taken", "message_posted", "place_lost") == []
    assert rig.sandbox.workspace.bot.id not in place_of(rig, channel).members


def test_messages_of_a_private_channel_are_captured_into_a_restricted_incident_only(rig):
    channel = a_channel(rig, "security", private=True)
    say(rig, channel, "eva", "somebody is in our network")

    is_open = declare_in(rig, channel)
    restricted = declare_in(rig, channel, private=True)

    assert texts(rig, is_open) == []
    assert texts(rig, restricted) == ["somebody is in our network"]


def test_the_incident_channel_of_another_incident_is_not_captured(rig):
    first = rig.declare()
    rig.after(seconds=5)
    rig.sandbox.actor.join(rig.users["eva"], rig.channel(first).id)
    ts = say(rig, rig.channel(first).id, "eva", "this is another trouble")

    second = declare_in(rig, rig.channel(first).id, at_message=ts)

    assert second != first
    assert texts(rig, second) == []


def test_messages_posted_by_muster_are_not_captured(rig, shared_channel):
    ours = rig.slack.call("chat.postMessage", channel=shared_channel, text="INC-1 was declared")
    hear(rig, channel=shared_channel, ts=ours["ts"], user=rig.sandbox.workspace.bot.id, text="INC-1 was declared")
    say(rig, shared_channel, "eva", "payments fail")

    assert texts(rig, declare_in(rig, shared_channel)) == ["payments fail"]


def test_messages_received_as_events_are_recorded_once_even_if_slack_no_longer_shows_them(rig, shared_channel):
    changed = say(rig, shared_channel, "eva", "payments fail")
    hear(rig, channel=shared_channel, ts=changed, user=rig.users["eva"], text="payments fail")
    gone = say(rig, shared_channel, "eva", "wrong window")
    hear(rig, channel=shared_channel, ts=gone, user=rig.users["eva"], text="wrong window")
    rig.sandbox.actor.edit(rig.users["eva"], shared_channel, changed, "all payments fail")
    edited = place_of(rig, shared_channel).messages[changed].edited
    message = {"ts": changed, "user": rig.users["eva"], "text": "all payments fail", "edited": edited}
    previous = {"ts": changed, "user": rig.users["eva"], "text": "payments fail"}
    hear(
        rig,
        subtype="message_changed",
        channel=shared_channel,
        message=message,
        previous_message=previous,
        event_ts=edited["ts"],
    )
    rig.sandbox.actor.delete(rig.users["eva"], shared_channel, gone)
    heard_deletion(rig, shared_channel, gone, "wrong window")

    key = declare_in(rig, shared_channel)

    assert texts(rig, key) == ["payments fail", "wrong window"]
    assert texts(rig, key, "message_edited") == ["all payments fail"]
    assert [entry.fact.ts for entry in rig.entries(key, "message_deleted")] == [gone]


def test_the_latest_text_of_a_message_without_an_event_is_recorded_as_an_edit(rig, shared_channel):
    ts = say(rig, shared_channel, "eva", "payments fail")
    rig.sandbox.actor.edit(rig.users["eva"], shared_channel, ts, "all payments fail")

    key = declare_in(rig, shared_channel)

    assert (texts(rig, key), texts(rig, key, "message_edited")) == ([], ["all payments fail"])


def test_a_reply_is_captured_without_its_older_parent(rig, shared_channel):
    head = say(rig, shared_channel, "eva", "the nightly job is slow")
    rig.after(minutes=90)
    ts = say(rig, shared_channel, "ilse", "and now payments fail", head)
    hear(rig, channel=shared_channel, ts=ts, thread_ts=head, user=rig.users["ilse"], text="and now payments fail")
    say(rig, shared_channel, "eva", "I see it too", head)

    key = declare_in(rig, shared_channel)

    assert texts(rig, key) == ["and now payments fail", "I see it too"]


def test_a_deleted_message_without_an_event_is_not_recorded(rig, shared_channel):
    head = say(rig, shared_channel, "eva", "wrong window")
    say(rig, shared_channel, "ilse", "no harm done", head)
    rig.sandbox.actor.delete(rig.users["eva"], shared_channel, head)

    key = declare_in(rig, shared_channel)

    assert (texts(rig, key), rig.entries(key, "message_deleted")) == (["no harm done"], [])
    assert len(rig.entries(key, "history_taken")) == 1


def test_a_deletion_without_an_event_is_recorded(rig, shared_channel):
    ts = say(rig, shared_channel, "eva", "wrong window")
    hear(rig, channel=shared_channel, ts=ts, user=rig.users["eva"], text="wrong window")
    rig.sandbox.actor.delete(rig.users["eva"], shared_channel, ts)

    key = declare_in(rig, shared_channel)

    assert [(e.fact.ts, e.by) for e in rig.entries(key, "message_deleted")] == [(ts, MUSTER)]


def test_a_second_capture_records_nothing_again(rig, shared_channel):
    ts = say(rig, shared_channel, "eva", "payments fail")
    hear(rig, channel=shared_channel, ts=ts, user=rig.users["eva"], text="payments fail")
    key = declare_in(rig, shared_channel)
    before = [e.n for e in rig.entries(key, "message_posted", "message_edited", "message_deleted")]
    again = Job(kind=JobKind.BEFORE, key=key_of(JobKind.BEFORE, key), incident=key, entry=1, rank=LATER)

    rig.store.recorder.transact(lambda unit: unit.enqueue([again], rig.clock.now()))
    rig.after(seconds=5)

    assert [e.n for e in rig.entries(key, "message_posted", "message_edited", "message_deleted")] == before
    assert len(before) == 1


def test_errors_of_slack_during_the_capture_lose_and_repeat_nothing(rig, shared_channel):
    head = say(rig, shared_channel, "eva", "payments fail")
    say(rig, shared_channel, "ilse", "I see it too", head)
    hear(rig, channel=shared_channel, ts=head, user=rig.users["eva"], text="payments fail")
    for method in ("conversations.info", "conversations.history", "conversations.replies"):
        rig.sandbox.faults.server_error(method)
    rig.sandbox.faults.too_many_requests("conversations.replies")
    key = declare_in(rig, shared_channel)
    rig.sandbox.faults.lose_reply("chat.postMessage")
    rig.after(minutes=2)

    assert texts(rig, key) == ["payments fail", "I see it too"]
    assert len(rig.entries(key, "history_taken")) == len(posts(place_of(rig, shared_channel), rig.sandbox)) == 1


def test_the_next_process_completes_a_capture_interrupted_by_a_crash(rig, shared_channel):
    for number in range(3):
        say(rig, shared_channel, "eva", f"line {number}")
    crashes = iter([True])

    def reached(point):
        if point == "before:conversations.history:after" and next(crashes, False):
            raise ConnectionError("killed here")

    worker = rig.another_worker("other", reached=reached)
    key = declare_in(rig, shared_channel, drain=worker.drain)
    rig.after(minutes=2)
    worker.stop()

    assert next(crashes, None) is None
    assert texts(rig, key) == ["line 0", "line 1", "line 2"]
    assert len(posts(place_of(rig, shared_channel), rig.sandbox)) == 1


def test_messages_received_as_events_are_captured_when_the_history_is_refused(rig, shared_channel):
    ts = say(rig, shared_channel, "eva", "payments fail")
    hear(rig, channel=shared_channel, ts=ts, user=rig.users["eva"], text="payments fail")
    rig.sandbox.faults.fail_with("missing_scope", "conversations.history", times=5)

    key = declare_in(rig, shared_channel)

    assert texts(rig, key) == ["payments fail"]
    assert rig.entries(key, "place_lost") == []


def test_of_a_long_conversation_the_latest_part_is_captured(rig, shared_channel):
    first = say(rig, shared_channel, "eva", "the first line")
    hear(rig, channel=shared_channel, ts=first, user=rig.users["eva"], text="the first line")
    for number in range(MAX_MESSAGES + 5):
        rig.sandbox.actor.post(rig.users["eva"], shared_channel, f"line {number}")
    rig.after(minutes=1)

    key = declare_in(rig, shared_channel)

    [taken] = rig.entries(key, "history_taken")
    assert (taken.fact.messages, taken.fact.more) == (MAX_MESSAGES + 1, True)
    assert rig.entries(key, "message_deleted") == []
    assert "Older ones are only in Slack." in next(t for t in rig.texts(key) if "before the declaration" in t)


def test_the_incident_channel_is_usable_before_any_history_is_read(rig, shared_channel):
    say(rig, shared_channel, "eva", "payments fail")
    already = len(rig.sandbox.wire_log.since(0, 10_000))
    declare_in(rig, shared_channel)

    called = [one.name for one in rig.sandbox.wire_log.since(0, 10_000)][already:]

    assert called.index("conversations.create") < called.index("chat.postMessage") < called.index("conversations.info")
    assert called.index("conversations.invite") < called.index("conversations.history")
