import pytest

from bot.slack.capture.message_events import captures_of
from incident.entries.conversation import Joined, Left, MessageDeleted, MessageEdited, MessagePosted
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
