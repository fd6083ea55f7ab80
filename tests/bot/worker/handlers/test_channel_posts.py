"""Lines and updates: one for each act, in full where required, with the delay of a late one."""

from __future__ import annotations

import pytest

from commands.core.capture import Capture, capture
from incident.entries.conversation import MessagePosted
from incident.entry import EntryPoint, Source


def test_a_new_channel_says_that_it_is_captured(rig):
    key = rig.declare()

    rig.drain()

    assert any("Everything said here is recorded, edits and deletions too" in text for text in rig.texts(key))


def posted_since(rig, key, before):
    """The messages after the first `before`, each as its lines."""
    return [text.splitlines() for text in rig.texts(key)[before:]]


def test_each_act_is_one_line_and_lines_of_a_minute_share_one_message(rig):
    key = rig.declare()
    rig.after(minutes=2)
    before = len(rig.texts(key))

    rig.act("ack", "rob", key)
    rig.after(seconds=50)
    rig.act("note", "rob", key, text="rolled back the release")
    rig.after(seconds=2)
    [[first, second]] = posted_since(rig, key, before)
    assert "on it" in first
    assert "rolled back the release" in second

    rig.after(minutes=2)
    rig.act("note", "rob", key, text="error rate falls")
    rig.drain()
    assert [len(lines) for lines in posted_since(rig, key, before)] == [2, 1]


def test_lines_share_a_message_whichever_process_posts_them(rig):
    """The second process knows the first line's message only from Slack."""
    key = rig.declare()
    rig.after(minutes=2)
    before = len(rig.texts(key))
    rig.act("ack", "rob", key)
    rig.after(seconds=1)

    rig.act("note", "rob", key, text="rolled back the release")
    rig.another_worker("second").drain(rig.clock.now())

    assert [len(lines) for lines in posted_since(rig, key, before)] == [2]


def test_news_is_a_message_of_its_own_unless_it_is_seconds_old(rig):
    key = rig.declare()
    rig.after(minutes=2)
    before = len(rig.texts(key))

    rig.act("ack", "rob", key)
    rig.after(seconds=20)
    rig.act("decide", "rob", key, text="roll back", rationale="it began with the release")
    rig.after(seconds=3)
    rig.act("decide", "rob", key, text="freeze deploys", rationale="one change at a time")
    rig.drain()

    assert [len(lines) for lines in posted_since(rig, key, before)] == [1, 2]


def test_a_task_is_never_edited_into_a_message_since_an_edit_notifies_nobody(rig):
    key = rig.declare()
    rig.after(minutes=2)
    before = len(rig.texts(key))

    rig.act("note", "ilse", key, text="the queue grows")
    rig.after(seconds=1)
    rig.act("action", "ilse", key, assignee=rig.person("rob"), text="drain the queue")
    rig.drain()

    [[note], [task]] = posted_since(rig, key, before)
    assert "the queue grows" in note
    assert task.startswith(f"*Action A1* for <@{rig.users['rob']}>")


def test_what_a_person_says_separates_the_lines_before_and_after_it(rig):
    key = rig.declare()
    rig.after(minutes=2)
    before = len(rig.texts(key))

    rig.act("note", "ilse", key, text="first")
    rig.after(seconds=1)
    post_captured(rig, key, "looking")
    rig.after(seconds=1)
    rig.act("note", "ilse", key, text="second")
    rig.drain()

    assert [len(lines) for lines in posted_since(rig, key, before)] == [1, 1]


def test_a_line_whose_shared_message_was_deleted_is_posted_on_its_own(rig):
    key = rig.declare()
    rig.after(minutes=2)
    rig.act("note", "ilse", key, text="first")
    rig.after(seconds=1)
    del rig.channel(key).messages[rig.messages(key)[-1].ts]

    rig.act("note", "ilse", key, text="second")
    rig.drain()

    assert [text for text in rig.texts(key) if "second" in text] == ["*Note* by <@U01ILSE>: second"]


def test_a_lost_reply_to_the_edit_adds_a_line_once(rig):
    key = rig.declare()
    rig.after(minutes=2)
    rig.act("note", "ilse", key, text="first")
    rig.after(seconds=1)
    rig.sandbox.faults.lose_reply("chat.update", times=1)

    rig.act("note", "ilse", key, text="second")
    rig.after(seconds=30)

    assert sum(text.count("second") for text in rig.texts(key)) == 1


def test_the_words_of_one_line_are_hidden_in_the_message_it_shares(rig):
    key = rig.declare()
    rig.after(minutes=2)
    rig.act("note", "ilse", key, text="the queue grows")
    rig.after(seconds=1)
    rig.act("note", "ilse", key, text="the password is hunter2")
    rig.drain()
    rig.after(seconds=1)
    [noted] = [entry for entry in rig.entries(key, "noted") if "hunter2" in entry.fact.text]

    rig.act("redact", "ilse", key, ref=f"E{noted.n}", reason="a password was posted")
    rig.drain()

    [shared] = [text for text in rig.texts(key) if "the queue grows" in text]
    assert shared.splitlines()[1] == "*Note* by <@U01ILSE>: [redacted]"


def test_in_quiet_mode_lines_updates_and_prompts_go_in_the_thread_of_the_card(rig):
    key = rig.declare()
    rig.after(minutes=2)
    card = rig.incident(key).places.card_ts
    in_thread = lambda: [m.text for m in rig.messages(key) if m.thread_ts == card and m.ts != card]  # noqa: E731

    rig.act("quiet", "ilse", key, mode="on")
    rig.drain()
    assert in_thread() == []
    assert "my posts are in the thread of the card" in rig.texts(key)[-1]

    rig.after(minutes=2)
    rig.act("note", "ilse", key, text="the queue grows")
    rig.act("update", "ilse", key, audience=["internal"], text="We are looking into it")
    rig.after(minutes=5)
    assert ["queue grows" in in_thread()[0], "looking into it" in in_thread()[1]] == [True, True]
    assert any(text.startswith(f"<@{rig.users['ilse']}> *No commander yet*") for text in in_thread())

    rig.act("quiet", "ilse", key, mode="off")
    rig.after(minutes=2)
    rig.act("note", "ilse", key, text="the queue is empty")
    rig.drain()
    assert rig.messages(key)[-1].thread_ts is None


def test_a_line_in_the_thread_is_posted_once_and_found_when_its_words_are_hidden(rig):
    key = rig.declare()
    rig.act("quiet", "ilse", key, mode="on")
    rig.after(minutes=2)
    rig.sandbox.faults.lose_reply("chat.postMessage", times=1)
    rig.act("note", "ilse", key, text="the password is hunter2")
    rig.after(minutes=1)
    assert sum("hunter2" in text for text in rig.texts(key)) == 1

    [noted] = rig.entries(key, "noted")
    rig.act("redact", "ilse", key, ref=f"E{noted.n}", reason="a password was posted")
    rig.drain()

    assert not any("hunter2" in text for text in rig.texts(key))


def test_a_rate_limited_line_says_how_late_it_is(rig):
    key = rig.declare()
    rig.after(minutes=2)
    rig.sandbox.faults.too_many_requests("chat.postMessage", times=1, retry_after=180)

    rig.act("note", "ilse", key, text="rolled back the release")
    rig.after(minutes=4)

    [line] = [text for text in rig.texts(key) if "rolled back" in text]
    assert line.endswith("_(3 min late)_")


@pytest.mark.parametrize("text", ["🔥 " * 900, "<!channel> look", "*_~`" * 200, "\u202eright to left", "x" * 3000])
def test_any_text_of_a_person_can_be_posted(rig, text):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")

    rig.act("note", "ilse", key, text=text)
    rig.act("update", "ilse", key, audience=["internal", "exec"], text=text)
    rig.after(seconds=5)

    assert rig.store.jobs.dead_letters() == ()
    assert not any("<!channel>" in post_captured for post_captured in rig.texts(key))


def test_a_text_redacted_before_its_line_was_posted_is_not_posted(rig):
    key = rig.declare()
    rig.drain()
    rig.sandbox.faults.too_many_requests("chat.postMessage", times=1, retry_after=60)
    ts = post_captured(rig, key, "my password is hunter2")
    rig.act("decide", "ilse", key, on=ts, text="my password is hunter2")
    rig.drain()

    rig.act("redact", "ilse", key, on=ts, reason="a password was posted")
    rig.after(minutes=2)

    assert not any("hunter2" in text for text in rig.texts(key))


def post_captured(rig, key, text):
    """Post a message of a person in the incident channel and capture it as the Slack gateway does."""
    ts = "1780999999.000100"
    fact = MessagePosted(channel=rig.channel(key).id, ts=ts, author=rig.person("rob"), text=text)
    source = Source(surface=EntryPoint.EVENT, channel=fact.channel, message=ts, event="Ev1")
    whole = Capture(team=rig.team, fact=fact, by=rig.person("rob"), occurred_at=rig.clock.now(), source=source)
    capture(whole, recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())
    return ts


def test_a_line_that_quoted_what_is_redacted_is_masked(rig):
    key = rig.declare()
    rig.after(seconds=2)
    ts = post_captured(rig, key, "my password is hunter2")
    rig.act("decide", "ilse", key, on=ts, text="my password is hunter2")
    rig.drain()
    assert any("hunter2" in text for text in rig.texts(key))

    rig.act("redact", "ilse", key, on=ts, reason="a password was posted")
    rig.drain()

    assert not any("hunter2" in text for text in rig.texts(key))
    assert any("[redacted]" in text for text in rig.texts(key))


def test_a_line_that_could_not_be_added_is_hidden_in_its_own_message(rig):
    key = rig.declare()
    rig.after(minutes=2)
    rig.act("note", "ilse", key, text="first")
    rig.after(seconds=1)
    rig.sandbox.faults.fail_with("edit_window_closed", "chat.update", times=1)
    rig.act("note", "ilse", key, text="the password is hunter2")
    rig.after(seconds=1)
    [noted] = [entry for entry in rig.entries(key, "noted") if "hunter2" in entry.fact.text]

    rig.act("redact", "ilse", key, ref=f"E{noted.n}", reason="a password was posted")
    rig.drain()

    assert not any("hunter2" in text for text in rig.texts(key))
    assert sum("[redacted]" in text for text in rig.texts(key)) == 1
