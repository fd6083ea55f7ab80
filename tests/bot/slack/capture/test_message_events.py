import pytest

from bot.slack.capture.message_events import captures_of
from incident.entries.conversation import Joined, Left, MessageDeleted, MessageEdited, MessagePosted
from incident.entries.delivery import ChannelChanged
from incident.record.message_time import message_time

TS, LATER = "1795291200.000100", "1795291260.000200"
BASE = {"type": "message", "channel": "C1", "channel_type": "channel", "event_ts": LATER}


def read(**event):
    return captures_of({"team_id": "T1", "event_id": "Ev1", "event": BASE | event})


def changed(text="second", edited=None, before=None, **message):
    now = {"user": "U1", "text": text, "ts": TS} | ({"edited": edited} if edited else {}) | message
    return read(
        subtype="message_changed",
        message=now,
        previous_message={"user": "U1", "text": "first", "ts": TS} | (before or {}),
    )


def test_a_message_has_the_author_and_time_of_its_event():
    capture = read(user="U1", text="hello", ts=TS)

    assert capture.fact == MessagePosted(channel="C1", ts=TS, author="slack:T1:U1", text="hello")
    assert capture.by == "slack:T1:U1"
    assert capture.occurred_at == message_time(TS)
    assert capture.source.event == "Ev1"


def test_a_timestamp_keeps_its_microseconds():
    assert message_time("1795291200.000100").isoformat() == "2026-11-21T20:00:00.000100+00:00"


def test_a_reply_names_its_thread_and_a_parent_does_not():
    assert read(user="U1", text="a", ts=LATER, thread_ts=TS).fact.thread_ts == TS
    assert read(user="U1", text="a", ts=TS, thread_ts=TS).fact.thread_ts is None


def test_a_shared_file_is_named():
    capture = read(user="U1", text="see", ts=TS, subtype="file_share", files=[{"name": "graph.png"}, {"title": "log"}])

    assert capture.fact.files == "graph.png, log"


def test_another_app_is_named_by_its_bot():
    assert read(bot_id="B7", subtype="bot_message", text="alert", ts=TS).fact.author == "slack:T1:B7"


def test_an_app_is_recorded_under_the_name_it_gives_itself():
    webhook = read(bot_id="B7", subtype="bot_message", username="Alertmanager prod", text="alert", ts=TS)
    app = read(bot_id="B7", text="alert", ts=TS, bot_profile={"name": "Grafana", "app_id": "A1"})
    bot_user = read(bot_id="B7", user="U7", text="alert", ts=TS, bot_profile={"name": "Grafana"})

    assert webhook.fact.author == webhook.by == "app:T1:B7:Alertmanager prod"
    assert (app.fact.author, bot_user.fact.author) == ("app:T1:B7:Grafana", "slack:T1:U7")


@pytest.mark.parametrize("where", [{"user_team": "T9"}, {"source_team": "T9"}, {"user_profile": {"team": "T9"}}])
def test_an_outsider_is_recorded_under_their_own_workspace(where):
    assert read(user="U9", text="we see it too", ts=TS, team="T1" if "user_team" in where else None, **where).by == (
        "slack:T9:U9"
    )


def test_words_under_a_subtype_that_is_new_are_captured():
    assert read(user="U1", text="the pool is empty", ts=TS, subtype="brand_new").fact.text == "the pool is empty"
    assert read(user="U1", text="", ts=TS, subtype="brand_new") is None


def test_the_start_of_a_huddle_is_captured_by_the_person_who_began_it_and_its_end_is_an_edit():
    room = {"id": "R1", "created_by": "U2", "date_start": 1000, "date_end": 0}
    huddle = {"subtype": "huddle_thread", "user": "USLACKBOT", "text": "", "ts": TS}
    ended = {**room, "has_ended": True, "date_end": 1060, "participant_history": ["U2"]}

    began = read(**huddle, room=room)
    over = read(subtype="message_changed", message={**huddle, "room": ended}, previous_message={**huddle, "room": room})
    joined = read(
        subtype="message_changed",
        message={**huddle, "room": {**room, "participants": ["U2", "U3"]}},
        previous_message={**huddle, "room": room},
    )

    assert (began.by, began.fact.text) == ("slack:T1:U2", "A huddle began.")
    assert (over.fact.kind, over.fact.edited_ts, over.fact.previous) == ("message_edited", LATER, "A huddle began.")
    assert over.fact.text == "The huddle ended after 1 min, with <@U2>."
    assert joined is None


@pytest.mark.parametrize("subtype", ["channel_join", "channel_topic", "channel_name", "pinned_item", "message_replied"])
def test_notices_of_slack_are_not_captured(subtype):
    assert read(user="U1", text="x", ts=TS, subtype=subtype) is None


def test_a_direct_message_is_not_captured():
    assert read(user="U1", text="psst", ts=TS, channel_type="im") is None


def test_an_edit_has_its_editor_and_the_previous_text():
    capture = changed(edited={"user": "U1", "ts": LATER})

    assert capture.fact == MessageEdited(
        channel="C1", ts=TS, edited_ts=LATER, author="slack:T1:U1", text="second", previous="first"
    )
    assert capture.occurred_at == message_time(LATER)


@pytest.mark.parametrize(
    ("text", "edited", "before"),
    [
        ("second", None, None),
        ("second", {"user": "U1", "ts": TS}, {"edited": {"user": "U1", "ts": TS}}),
        ("first", {"user": "U1", "ts": LATER}, None),
    ],
    ids=["a link was previewed", "an old edit is told again", "the words are the same"],
)
def test_a_change_made_by_slack_is_no_edit(text, edited, before):
    assert changed(text, edited, before) is None


APP = {"bot_id": "B7", "text": "", "ts": TS, "bot_profile": {"name": "Grafana"}}


def replaced(now, before):
    return read(subtype="message_changed", message={**APP, **now}, previous_message={**APP, **before})


def test_an_app_that_replaces_its_blocks_or_attachments_has_edited_though_slack_marks_nothing():
    firing, resolved = ({"attachments": [{"title": title}]} for title in ("FIRING", "RESOLVED"))

    capture = replaced(resolved, firing)

    assert (capture.fact.text, capture.fact.previous) == ("RESOLVED", "FIRING")
    assert (capture.fact.edited_ts, capture.by) == (LATER, "app:T1:B7:Grafana")


def test_a_preview_under_the_message_of_an_app_is_no_edit():
    preview = {"attachments": [{"from_url": "https://x.example", "title": "A page"}]}

    assert replaced({"text": "see", **preview}, {"text": "see"}) is None


def test_an_edit_of_a_forwarded_message_and_a_deleted_file_are_edits():
    share, user = {"is_share": True, "text": "old"}, {"user": "U1", "text": "look", "ts": TS}
    edited = {"edited": {"user": "U1", "ts": LATER}}
    file, gone = {"name": "graph.png"}, {"mode": "tombstone"}

    forwarded = read(
        subtype="message_changed",
        message={**user, **edited, "attachments": [{**share, "text": "new"}]},
        previous_message={**user, "attachments": [share]},
    )
    deleted = read(
        subtype="message_changed", message={**user, "files": [gone]}, previous_message={**user, "files": [file]}
    )

    assert (forwarded.fact.text, forwarded.fact.previous) == ("look\nnew", "look\nold")
    assert (deleted.fact.text, deleted.fact.files) == ("look", None)


def test_a_deletion_keeps_the_words_of_an_attachment():
    capture = read(
        subtype="message_deleted", deleted_ts=TS, previous_message={**APP, "attachments": [{"text": "5xx ratio 34%"}]}
    )

    assert capture.fact.previous == "5xx ratio 34%"


@pytest.mark.parametrize(
    ("event", "fact"),
    [
        (
            {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"},
            ChannelChanged(channel="C1", how="moved", to="C2"),
        ),
        (
            {"type": "group_rename", "channel": {"id": "G1", "name": "war-room"}},
            ChannelChanged(channel="G1", how="renamed", name="war-room"),
        ),
        ({"type": "channel_archive", "channel": "C1", "user": "U1"}, ChannelChanged(channel="C1", how="archived")),
        (
            {"type": "channel_shared", "channel": "C1", "connected_team_id": "T9"},
            ChannelChanged(channel="C1", how="shared"),
        ),
        ({"type": "channel_deleted", "channel": "C1"}, ChannelChanged(channel="C1", how="deleted")),
        ({"type": "channel_unarchive", "channel": "C1", "user": "U1"}, ChannelChanged(channel="C1", how="opened")),
    ],
)
def test_changes_of_a_channel_are_captured(event, fact):
    body = {"team_id": "T1", "event_id": "Ev1", "event": {**event, "event_ts": LATER}}

    capture = captures_of(body)

    assert capture.fact == fact
    assert capture.by == ("slack:T1:U1" if "user" in event else "muster")
    assert capture.source.channel == fact.channel


def test_a_deletion_has_the_previous_text():
    capture = read(subtype="message_deleted", deleted_ts=TS, previous_message={"user": "U1", "text": "oops", "ts": TS})

    assert capture.fact == MessageDeleted(channel="C1", ts=TS, author="slack:T1:U1", previous="oops")


def test_a_deleted_parent_of_a_thread_is_a_deletion():
    capture = changed("This message was deleted.", subtype="tombstone", user="USLACKBOT")

    assert capture.fact == MessageDeleted(channel="C1", ts=TS, author="slack:T1:U1", previous="first")


def test_the_deletion_of_a_tombstone_adds_no_text():
    tombstone = {"user": "USLACKBOT", "subtype": "tombstone", "text": "This message was deleted.", "ts": TS}

    capture = read(subtype="message_deleted", deleted_ts=TS, previous_message=tombstone)

    assert (capture.fact.author, capture.fact.previous) == (None, None)


@pytest.mark.parametrize(("kind", "fact"), [("member_joined_channel", Joined), ("member_left_channel", Left)])
def test_joins_and_leaves_are_captured(kind, fact):
    capture = read(type=kind, user="U1")

    assert capture.fact == fact(channel="C1", who="slack:T1:U1")
