"""Lines and updates: one for each act, in full where required, with the delay of a late one."""

from __future__ import annotations

import pytest

from commands.core.capture import Capture, capture
from incident.entries.conversation import MessagePosted
from incident.entry import EntryPoint, Source


def test_a_new_channel_says_that_it_is_captured(rig):
    key = rig.declare()

    rig.drain()

    assert any("This channel is captured into the record" in text for text in rig.texts(key))


def test_each_act_posts_one_line_in_the_channel(rig):
    key = rig.declare()
    rig.after(seconds=2)
    before = len(rig.texts(key))

    rig.act("ack", "rob", key)
    rig.act("note", "rob", key, text="rolled back the release")
    rig.drain()

    lines = rig.texts(key)[before:]
    assert len(lines) == 2
    assert "rolled back the release" in lines[1]


def test_a_rate_limited_line_says_how_late_it_is(rig):
    key = rig.declare()
    rig.drain()
    rig.sandbox.faults.too_many_requests("chat.postMessage", times=1, retry_after=180)

    rig.act("note", "ilse", key, text="rolled back the release")
    rig.after(minutes=4)

    [line] = [text for text in rig.texts(key) if "rolled back" in text]
    assert line.endswith("_(said 3 min late)_")


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
