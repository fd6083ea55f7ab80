"""What was said where an incident was declared: captured where Muster may read it, with its own times, and then followed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.send.before import MOST
from bot.slack.heard import heard
from bot.worker import Worker
from commands.capture import capture
from commands.run import run
from commands.verb import Place, Request
from incident.entry import Source, Surface
from incident.jobs import LATER, Job, JobKind
from incident.telling.keys import key_of
from sandbox.entities import Channel
from tests.bot.rig import EVERYBODY, posts


def declare_in(rig, channel, at_message=None, drain=None, **fields):
    """Declare in a channel as ilse does it; give the key, once all is done."""
    request = Request(
        verb="declare",
        fields={"title": "Payments fail", "service": "checkout", "impact": 1, "urgency": 1, **fields},
        actor=rig.person("ilse"),
        groups=EVERYBODY,
        team=rig.team,
        place=Place(channel=channel, message=at_message),
        source=Source(surface=Surface.COMMAND, channel=channel),
        key=f"declare:{next(rig.keys)}",
        at=rig.clock.now(),
    )
    outcome = run(request, recorder=rig.store.recorder, policy=rig.policy, policy_hash="0" * 64)
    assert not outcome.is_refused, outcome
    if drain is not None:
        drain(rig.clock.now())
    rig.after(seconds=5)
    return outcome.key


@pytest.fixture
def lobby(rig):
    """A channel in which ilse, eva and Muster are."""
    return a_channel(rig, "payments")


def a_channel(rig, name, *, private=False, with_muster=True):
    channel = rig.sandbox.acting.create_channel(rig.users["ilse"], name, private)
    rig.sandbox.acting.invite(rig.users["ilse"], channel, rig.users["eva"])
    if with_muster:
        rig.sandbox.acting.invite(rig.users["ilse"], channel, rig.sandbox.workspace.bot.id)
    rig.after(minutes=1)
    return channel


def say(rig, channel, name, text, thread=None):
    ts = rig.sandbox.acting.post(rig.users[name], channel, text, thread)
    rig.after(minutes=1)
    return ts


def hear(rig, **event):
    """Let Muster hear an event, as its edge does."""
    body = {"team_id": rig.team, "event_id": f"Ev{next(rig.keys)}", "event": {"type": "message", **event}}
    said = heard(body)
    assert said is not None
    known = capture(said, recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())
    if known is None:
        rig.outside.overheard.hear(said, rig.clock.now())


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
    assert {e.source.surface for e in said} == {Surface.HISTORY}


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


def place_of(rig, channel) -> Channel:
    return rig.sandbox.workspace.channels[channel]


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
    rig.sandbox.acting.join(rig.users["eva"], rig.channel(first).id)
    ts = say(rig, rig.channel(first).id, "eva", "this is another trouble")

    second = declare_in(rig, rig.channel(first).id, at_message=ts)

    assert second != first
    assert texts(rig, second) == []


def test_what_muster_itself_posted_is_not_captured(rig, lobby):
    ours = rig.outside.slack.call("chat.postMessage", channel=lobby, text="INC-1 was declared")
    hear(rig, channel=lobby, ts=ours["ts"], user=rig.sandbox.workspace.bot.id, text="INC-1 was declared")
    say(rig, lobby, "eva", "payments fail")

    assert texts(rig, declare_in(rig, lobby)) == ["payments fail"]


def test_what_muster_heard_is_on_the_record_with_what_slack_no_longer_shows_and_once(rig, lobby):
    changed = say(rig, lobby, "eva", "payments fail")
    hear(rig, channel=lobby, ts=changed, user=rig.users["eva"], text="payments fail")
    gone = say(rig, lobby, "eva", "wrong window")
    hear(rig, channel=lobby, ts=gone, user=rig.users["eva"], text="wrong window")
    rig.sandbox.acting.edit(rig.users["eva"], lobby, changed, "all payments fail")
    edited = place_of(rig, lobby).messages[changed].edited
    message = {"ts": changed, "user": rig.users["eva"], "text": "all payments fail", "edited": edited}
    previous = {"ts": changed, "user": rig.users["eva"], "text": "payments fail"}
    hear(
        rig, subtype="message_changed", channel=lobby, message=message, previous_message=previous, event_ts=edited["ts"]
    )
    rig.sandbox.acting.delete(rig.users["eva"], lobby, gone)
    heard_deletion(rig, lobby, gone, "wrong window")

    key = declare_in(rig, lobby)

    assert texts(rig, key) == ["payments fail", "wrong window"]
    assert texts(rig, key, "message_edited") == ["all payments fail"]
    assert [entry.fact.ts for entry in rig.entries(key, "message_deleted")] == [gone]


def test_of_what_nobody_heard_the_latest_text_is_recorded_as_its_edit(rig, lobby):
    ts = say(rig, lobby, "eva", "payments fail")
    rig.sandbox.acting.edit(rig.users["eva"], lobby, ts, "all payments fail")

    key = declare_in(rig, lobby)

    assert (texts(rig, key), texts(rig, key, "message_edited")) == ([], ["all payments fail"])


def test_a_deletion_that_was_not_heard_is_found(rig, lobby):
    ts = say(rig, lobby, "eva", "wrong window")
    hear(rig, channel=lobby, ts=ts, user=rig.users["eva"], text="wrong window")
    rig.sandbox.acting.delete(rig.users["eva"], lobby, ts)

    key = declare_in(rig, lobby)

    assert [(e.fact.ts, e.by) for e in rig.entries(key, "message_deleted")] == [(ts, rig.person("eva"))]


def test_taking_it_over_twice_records_once(rig, lobby):
    ts = say(rig, lobby, "eva", "payments fail")
    hear(rig, channel=lobby, ts=ts, user=rig.users["eva"], text="payments fail")
    key = declare_in(rig, lobby)
    before = [e.n for e in rig.entries(key, "message_posted", "message_edited", "message_deleted")]
    again = Job(kind=JobKind.BEFORE, key=key_of(JobKind.BEFORE, key), incident=key, entry=1, rank=LATER)

    rig.store.recorder.transact(lambda unit: unit.want([again], rig.clock.now()))
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

    worker = Worker(rig.store, replace(rig.outside, slack=replace(rig.outside.slack, reached=reached)), owner="other")
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
    rig.sandbox.acting.edit(rig.users["eva"], lobby, ts, "all payments fail")

    second = declare_in(rig, lobby)

    assert (texts(rig, second), texts(rig, second, "message_edited")[:1]) == (["payments fail"], ["all payments fail"])


def test_of_a_long_talk_the_latest_part_is_read_and_the_rest_stays_in_slack(rig, lobby):
    for number in range(MOST + 5):
        rig.sandbox.acting.post(rig.users["eva"], lobby, f"line {number}")
    rig.after(minutes=1)

    key = declare_in(rig, lobby)

    [taken] = rig.entries(key, "history_taken")
    assert (taken.fact.messages, taken.fact.more) == (MOST, True)
    assert rig.entries(key, "message_deleted") == []
    assert "Older ones stay in Slack only." in next(t for t in rig.texts(key) if "before the declaration" in t)


def test_the_channel_is_usable_before_anything_is_read(rig, lobby):
    say(rig, lobby, "eva", "payments fail")
    already = len(rig.sandbox.traffic.since(0, 10_000))
    declare_in(rig, lobby)

    called = [one.name for one in rig.sandbox.traffic.since(0, 10_000)][already:]

    assert called.index("conversations.create") < called.index("chat.postMessage") < called.index("conversations.info")
    assert called.index("conversations.invite") < called.index("conversations.history")


def test_a_mark_on_a_captured_message_puts_it_into_the_timeline_of_its_incident(rig, lobby):
    ts = say(rig, lobby, "eva", "payments fail")
    say(rig, lobby, "eva", "unmarked")
    key = declare_in(rig, lobby)
    rig.after(minutes=1)
    place = Place(channel=lobby, message=ts)
    request = Request(
        verb="pin",
        fields={"channel": lobby, "ts": ts},
        actor=rig.person("ilse"),
        team=rig.team,
        place=place,
        source=Source(surface=Surface.EVENT),
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
        actor=rig.person("rosa"),
        team=rig.team,
        place=Place(channel=channel, message=ts),
        source=Source(surface=Surface.EVENT),
        key="pin:2",
        at=rig.clock.now(),
    )
    outcome = run(request, recorder=rig.store.recorder, policy=rig.policy, policy_hash="0" * 64)

    assert outcome.is_refused
    assert rig.entries(key, "message_pinned", "refused") == []
