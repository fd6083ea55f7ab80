"""What was said where an incident was declared: captured where Muster may read it, with its own times, and then followed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.worker.handlers.channels.pre_declaration_capture import MAX_MESSAGES
from incident.effects.job_keys import key_of
from incident.entry import EntryPoint
from incident.jobs import LATER, Job, JobKind
from sandbox.state.mutations import channel_mutations
from tests.support.lobby import a_channel, declare_in, hear, heard_deletion, place_of, say, texts
from tests.support.worker_env import posts


@pytest.fixture
def lobby(rig):
    """A channel in which ilse, eva and Muster are."""
    return a_channel(rig, "payments")


def test_the_last_hour_is_captured_with_its_own_times_and_neither_what_was_before_nor_what_comes_after(rig, lobby):
    say(rig, lobby, "eva", "the day before")
    rig.after(minutes=90)
    head = say(rig, lobby, "eva", "payments fail")
    say(rig, lobby, "ilse", "I see it too", head)
    key = declare_in(rig, lobby)
    say(rig, lobby, "eva", "lunch?")
    rig.after(minutes=1)

    said = rig.entries(key, "message_posted")

    assert [(e.fact.text, e.fact.channel, e.fact.thread_ts) for e in said] == [
        ("payments fail", lobby, None),
        ("I see it too", lobby, head),
    ]
    assert [e.by for e in said] == [rig.person("eva"), rig.person("ilse")]
    assert all(e.occurred_at < rig.incident(key).times.logged_at for e in said)
    assert {e.source.surface for e in said} == {EntryPoint.HISTORY}


def test_what_is_said_there_before_the_job_comes_to_it_is_not_captured(rig, lobby):
    say(rig, lobby, "eva", "payments fail")

    def meanwhile(now):
        rig.clock.set(now + timedelta(seconds=2))
        ts = rig.sandbox.actor.post(rig.users["eva"], lobby, "lunch?")
        hear(rig, channel=lobby, ts=ts, user=rig.users["eva"], text="lunch?")
        rig.sandbox.actor.post(rig.users["eva"], lobby, "unheard")
        rig.clock.set(now + timedelta(minutes=1))

    assert texts(rig, declare_in(rig, lobby, drain=meanwhile)) == ["payments fail"]


def test_people_in_the_incident_channel_are_told_how_many_messages_and_how_to_turn_it_off(rig, lobby):
    say(rig, lobby, "eva", "payments fail")
    key = declare_in(rig, lobby)

    [line] = [text for text in rig.texts(key) if "before the declaration" in text]

    assert line.startswith(f"1 message said in <#{lobby}> since ")
    assert "capture_before_minutes" in line


def test_people_where_it_was_declared_are_told_once_what_was_captured_and_where_to_go(rig, lobby):
    say(rig, lobby, "eva", "payments fail")
    say(rig, lobby, "ilse", "I see it too")
    key = declare_in(rig, lobby)

    [told] = posts(place_of(rig, lobby), rig.sandbox)

    assert told.text.startswith(f"INC-2026-0001 was declared here and is worked on in <#{rig.channel(key).id}>.")
    assert "2 messages said here since" in told.text


def test_of_a_restricted_incident_nobody_is_told_where_it_was_declared(rig, lobby):
    say(rig, lobby, "eva", "somebody is in our network")
    key = declare_in(rig, lobby, private=True)

    assert texts(rig, key) == ["somebody is in our network"]
    assert posts(place_of(rig, lobby), rig.sandbox) == []


def test_once_it_is_restricted_nobody_reads_there_any_more_that_it_was_declared(rig, lobby):
    say(rig, lobby, "eva", "payments fail")
    key = declare_in(rig, lobby)
    assert len(posts(place_of(rig, lobby), rig.sandbox)) == 1

    rig.act("reclassify", "ilse", key, type="security", reason="an attacker was in the system")
    rig.after(seconds=10)

    assert posts(place_of(rig, lobby), rig.sandbox) == []
    assert texts(rig, key) == ["payments fail"]


def test_where_that_line_cannot_be_taken_back_the_announcement_is_and_people_are_told_once(rig, lobby):
    say(rig, lobby, "eva", "payments fail")
    key = declare_in(rig, lobby)
    announced = rig.named("incidents")
    assert len(posts(announced, rig.sandbox)) == 1
    channel_mutations.archive(rig.sandbox.workspace, place_of(rig, lobby), rig.users["ilse"])

    rig.act("reclassify", "ilse", key, type="security", reason="an attacker was in the system")
    rig.after(seconds=10)
    rig.act("priority", "ilse", key, impact=2, urgency=1, justification="fewer people are affected by it")
    rig.after(seconds=10)

    assert posts(announced, rig.sandbox) == []
    assert sum("tells where this was declared" in text for text in rig.texts(key)) == 1


def test_where_nothing_was_said_nothing_is_told(rig, lobby):
    rig.after(minutes=90)
    key = declare_in(rig, lobby)

    assert rig.entries(key, "history_taken", "message_posted", "place_lost") == []


def test_nothing_is_taken_from_a_channel_in_which_muster_is_not_and_nobody_is_bothered(rig):
    channel = a_channel(rig, "payments", with_muster=False)
    say(rig, channel, "eva", "payments fail")

    key = declare_in(rig, channel)

    assert rig.entries(key, "history_taken", "message_posted", "place_lost") == []
    assert rig.sandbox.workspace.bot.id not in place_of(rig, channel).members


def test_what_was_said_in_a_private_channel_goes_into_a_restricted_incident_alone(rig):
    channel = a_channel(rig, "security", private=True)
    say(rig, channel, "eva", "somebody is in our network")

    is_open = declare_in(rig, channel)
    restricted = declare_in(rig, channel, private=True)

    assert texts(rig, is_open) == []
    assert texts(rig, restricted) == ["somebody is in our network"]


def test_nothing_is_taken_from_the_channel_of_another_incident(rig):
    first = rig.declare()
    rig.after(seconds=5)
    rig.sandbox.actor.join(rig.users["eva"], rig.channel(first).id)
    ts = say(rig, rig.channel(first).id, "eva", "this is another trouble")

    second = declare_in(rig, rig.channel(first).id, at_message=ts)

    assert second != first
    assert texts(rig, second) == []


def test_what_muster_itself_posted_is_not_captured(rig, lobby):
    ours = rig.slack.call("chat.postMessage", channel=lobby, text="INC-1 was declared")
    hear(rig, channel=lobby, ts=ours["ts"], user=rig.sandbox.workspace.bot.id, text="INC-1 was declared")
    say(rig, lobby, "eva", "payments fail")

    assert texts(rig, declare_in(rig, lobby)) == ["payments fail"]


def test_what_muster_heard_is_on_the_record_with_what_slack_no_longer_shows_and_once(rig, lobby):
    changed = say(rig, lobby, "eva", "payments fail")
    hear(rig, channel=lobby, ts=changed, user=rig.users["eva"], text="payments fail")
    gone = say(rig, lobby, "eva", "wrong window")
    hear(rig, channel=lobby, ts=gone, user=rig.users["eva"], text="wrong window")
    rig.sandbox.actor.edit(rig.users["eva"], lobby, changed, "all payments fail")
    edited = place_of(rig, lobby).messages[changed].edited
    message = {"ts": changed, "user": rig.users["eva"], "text": "all payments fail", "edited": edited}
    previous = {"ts": changed, "user": rig.users["eva"], "text": "payments fail"}
    hear(
        rig, subtype="message_changed", channel=lobby, message=message, previous_message=previous, event_ts=edited["ts"]
    )
    rig.sandbox.actor.delete(rig.users["eva"], lobby, gone)
    heard_deletion(rig, lobby, gone, "wrong window")

    key = declare_in(rig, lobby)

    assert texts(rig, key) == ["payments fail", "wrong window"]
    assert texts(rig, key, "message_edited") == ["all payments fail"]
    assert [entry.fact.ts for entry in rig.entries(key, "message_deleted")] == [gone]


def test_of_what_nobody_heard_the_latest_text_is_recorded_as_its_edit(rig, lobby):
    ts = say(rig, lobby, "eva", "payments fail")
    rig.sandbox.actor.edit(rig.users["eva"], lobby, ts, "all payments fail")

    key = declare_in(rig, lobby)

    assert (texts(rig, key), texts(rig, key, "message_edited")) == ([], ["all payments fail"])


def test_a_reply_is_captured_without_the_older_message_it_answers(rig, lobby):
    head = say(rig, lobby, "eva", "the nightly job is slow")
    rig.after(minutes=90)
    ts = say(rig, lobby, "ilse", "and now payments fail", head)
    hear(rig, channel=lobby, ts=ts, thread_ts=head, user=rig.users["ilse"], text="and now payments fail")
    say(rig, lobby, "eva", "I see it too", head)

    key = declare_in(rig, lobby)

    assert texts(rig, key) == ["and now payments fail", "I see it too"]


def test_of_a_message_that_nobody_heard_and_that_is_gone_nothing_is_recorded(rig, lobby):
    head = say(rig, lobby, "eva", "wrong window")
    say(rig, lobby, "ilse", "no harm done", head)
    rig.sandbox.actor.delete(rig.users["eva"], lobby, head)

    key = declare_in(rig, lobby)

    assert (texts(rig, key), rig.entries(key, "message_deleted")) == (["no harm done"], [])
    assert len(rig.entries(key, "history_taken")) == 1


def test_a_deletion_that_was_not_heard_is_found(rig, lobby):
    ts = say(rig, lobby, "eva", "wrong window")
    hear(rig, channel=lobby, ts=ts, user=rig.users["eva"], text="wrong window")
    rig.sandbox.actor.delete(rig.users["eva"], lobby, ts)

    key = declare_in(rig, lobby)

    assert [(e.fact.ts, e.by) for e in rig.entries(key, "message_deleted")] == [(ts, rig.person("eva"))]


def test_taking_it_over_twice_records_once(rig, lobby):
    ts = say(rig, lobby, "eva", "payments fail")
    hear(rig, channel=lobby, ts=ts, user=rig.users["eva"], text="payments fail")
    key = declare_in(rig, lobby)
    before = [e.n for e in rig.entries(key, "message_posted", "message_edited", "message_deleted")]
    again = Job(kind=JobKind.BEFORE, key=key_of(JobKind.BEFORE, key), incident=key, entry=1, rank=LATER)

    rig.store.recorder.transact(lambda unit: unit.enqueue([again], rig.clock.now()))
    rig.after(seconds=5)

    assert [e.n for e in rig.entries(key, "message_posted", "message_edited", "message_deleted")] == before
    assert len(before) == 1


def test_trouble_on_the_way_loses_nothing_and_repeats_nothing(rig, lobby):
    head = say(rig, lobby, "eva", "payments fail")
    say(rig, lobby, "ilse", "I see it too", head)
    hear(rig, channel=lobby, ts=head, user=rig.users["eva"], text="payments fail")
    for method in ("conversations.info", "conversations.history", "conversations.replies"):
        rig.sandbox.faults.server_error(method)
    rig.sandbox.faults.too_many_requests("conversations.replies")
    key = declare_in(rig, lobby)
    rig.sandbox.faults.lose_reply("chat.postMessage")
    rig.after(minutes=2)

    assert texts(rig, key) == ["payments fail", "I see it too"]
    assert len(rig.entries(key, "history_taken")) == len(posts(place_of(rig, lobby), rig.sandbox)) == 1


def test_a_crash_in_the_midst_of_it_is_made_up_for_by_the_next_process(rig, lobby):
    for number in range(3):
        say(rig, lobby, "eva", f"line {number}")
    crashes = iter([True])

    def reached(point):
        if point == "before:conversations.history:after" and next(crashes, False):
            raise ConnectionError("killed here")

    worker = rig.another_worker("other", reached=reached)
    key = declare_in(rig, lobby, drain=worker.drain)
    rig.after(minutes=2)
    worker.stop()

    assert next(crashes, None) is None
    assert texts(rig, key) == ["line 0", "line 1", "line 2"]
    assert len(posts(place_of(rig, lobby), rig.sandbox)) == 1


def test_where_the_history_is_refused_what_was_heard_is_captured_all_the_same(rig, lobby):
    ts = say(rig, lobby, "eva", "payments fail")
    hear(rig, channel=lobby, ts=ts, user=rig.users["eva"], text="payments fail")
    rig.sandbox.faults.fail_with("missing_scope", "conversations.history", times=5)

    key = declare_in(rig, lobby)

    assert texts(rig, key) == ["payments fail"]
    assert rig.entries(key, "place_lost") == []


def test_of_a_long_talk_the_latest_part_is_read_and_the_rest_stays_in_slack(rig, lobby):
    first = say(rig, lobby, "eva", "the first line")
    hear(rig, channel=lobby, ts=first, user=rig.users["eva"], text="the first line")
    for number in range(MAX_MESSAGES + 5):
        rig.sandbox.actor.post(rig.users["eva"], lobby, f"line {number}")
    rig.after(minutes=1)

    key = declare_in(rig, lobby)

    [taken] = rig.entries(key, "history_taken")
    assert (taken.fact.messages, taken.fact.more) == (MAX_MESSAGES + 1, True)
    assert rig.entries(key, "message_deleted") == []
    assert "Older ones stay in Slack only." in next(t for t in rig.texts(key) if "before the declaration" in t)


def test_the_channel_is_usable_before_anything_is_read(rig, lobby):
    say(rig, lobby, "eva", "payments fail")
    already = len(rig.sandbox.wire_log.since(0, 10_000))
    declare_in(rig, lobby)

    called = [one.name for one in rig.sandbox.wire_log.since(0, 10_000)][already:]

    assert called.index("conversations.create") < called.index("chat.postMessage") < called.index("conversations.info")
    assert called.index("conversations.invite") < called.index("conversations.history")
