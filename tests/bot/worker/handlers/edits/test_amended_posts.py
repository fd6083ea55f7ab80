"""A wrong update is corrected where it was sent, and its readers learn of it; what was taken back is struck through."""

from __future__ import annotations

from incident.medium import slack_message

WRONG, RIGHT = "Card paymnets fail since ten.", "Card payments fail since ten."


def commanded(rig):
    """Declare an incident and take command of it, one after the other."""
    key = rig.declare()
    rig.after(seconds=2)
    rig.act("take", "ilse", key, role="commander")
    rig.after(seconds=2)
    return key


def sent(rig, *audiences):
    """Send the wrong update, and return the incident and the number of the update's first entry."""
    key = commanded(rig)
    first = rig.act("update", "ilse", key, audience=list(audiences), text=WRONG).first
    rig.drain()
    return key, first


def posts(channel):
    return [message for message in channel.messages.values() if not message.subtype or message.thread_ts]


def test_every_audience_reads_the_corrected_text_and_learns_of_it(rig):
    key, n = sent(rig, "internal", "exec")

    rig.act("amend", "ilse", key, entry=n, text=RIGHT)
    rig.after(seconds=2)

    [update, reply] = posts(rig.named("exec"))
    assert f">{RIGHT}" in update.text
    assert WRONG not in update.text
    assert "_(corrected <!date^" in update.text
    assert reply.thread_ts == update.ts
    assert reply.subtype == "thread_broadcast"
    assert reply.text.startswith("*Correction to the update above:*")
    assert f">{RIGHT}" in reply.text
    [here] = [text for text in rig.texts(key) if text.startswith("*Update* to")]
    assert f">{RIGHT}" in here
    assert not any(WRONG in text for text in rig.texts(key))


def test_the_correction_is_recorded_where_it_was_delivered(rig):
    key, n = sent(rig, "internal", "exec")

    first = rig.act("amend", "ilse", key, entry=n, text=RIGHT).first
    rig.after(seconds=2)

    found = {entry.fact.update: entry.fact for entry in rig.entries(key, "update_delivered")}
    [_, reply] = posts(rig.named("exec"))
    assert slack_message(found[first + 1].ref) == (rig.named("exec").id, reply.ts)
    assert slack_message(found[first].ref)[0] == rig.channel(key).id


def test_an_update_corrected_before_it_was_sent_is_sent_right_and_once(rig):
    key = commanded(rig)
    n = rig.act("update", "ilse", key, audience=["exec"], text=WRONG).first

    rig.act("amend", "ilse", key, entry=n, text=RIGHT)
    rig.after(seconds=2)

    [update] = posts(rig.named("exec"))
    assert f">{RIGHT}" in update.text
    assert WRONG not in update.text


def test_a_second_correction_replaces_the_first(rig):
    key, n = sent(rig, "exec")
    rig.act("amend", "ilse", key, entry=n, text="Card payments fail.")
    rig.after(seconds=2)

    rig.act("amend", "ilse", key, entry=n, text=RIGHT)
    rig.after(seconds=2)

    assert f">{RIGHT}" in posts(rig.named("exec"))[0].text
    assert len(posts(rig.named("exec"))) == 3


def test_a_correction_that_shares_the_message_of_its_update_is_posted_once(rig):
    key = commanded(rig)
    rig.act("note", "ilse", key, text="the channel has a line before it")
    rig.after(seconds=2)
    n = rig.act("update", "ilse", key, audience=["exec"], text=WRONG).first
    rig.after(seconds=2)
    rig.act("amend", "ilse", key, entry=n, text="Card payments fail.")
    rig.after(seconds=2)

    rig.act("amend", "ilse", key, entry=n, text=RIGHT)
    rig.after(seconds=2)

    lines = [line for text in rig.texts(key) for line in text.splitlines() if line.startswith("*Corrected update*")]
    assert [line.partition(" by ")[0] for line in lines] == ["*Corrected update* to executives"] * 2


def test_readers_learn_of_it_in_the_channel_when_the_update_itself_was_deleted(rig):
    key, n = sent(rig, "exec")
    [update] = posts(rig.named("exec"))
    del rig.named("exec").messages[update.ts]

    rig.act("amend", "ilse", key, entry=n, text=RIGHT)
    rig.after(seconds=2)

    [reply] = posts(rig.named("exec"))
    assert f">{RIGHT}" in reply.text


def test_a_restricted_incident_says_no_more_in_a_public_channel(rig):
    key, n = sent(rig, "exec")
    rig.act("reclassify", "ilse", key, type="security", reason="an intruder is inside our mail")
    rig.after(seconds=2)

    rig.act("amend", "ilse", key, entry=n, text=RIGHT)
    rig.after(seconds=2)

    assert not any(RIGHT in message.text for message in posts(rig.named("exec")))
    assert rig.entries(key, "update_delivered")[-1].fact.error == "restricted"


def test_a_corrected_text_that_is_redacted_leaves_every_channel(rig):
    key, n = sent(rig, "exec")
    corrected = rig.act("amend", "ilse", key, entry=n, text=RIGHT).first
    rig.after(seconds=2)

    rig.act("redact", "ilse", key, ref=f"E{corrected}", reason="it names a customer")
    rig.after(minutes=3)

    everywhere = [message.text for message in (*posts(rig.named("exec")), *rig.messages(key))]
    assert not any(RIGHT in text for text in everywhere)
    assert sum("[redacted]" in message.text for message in posts(rig.named("exec"))) == 2


def test_an_act_that_is_taken_back_is_struck_through_where_it_was_said(rig):
    key, _ = sent(rig, "internal", "exec")

    rig.act("undo", "ilse", key)
    rig.after(seconds=2)

    [update] = posts(rig.named("exec"))
    assert f">~{WRONG}~" in update.text
    assert "please disregard it" in update.text
    [here] = [text for text in rig.texts(key) if WRONG in text]
    assert f">~{WRONG}~" in here


def test_an_update_that_is_taken_back_shows_the_words_it_had_and_no_promise(rig):
    key = commanded(rig)
    rig.act("restored", "ilse", key, text="a rollback")
    rig.act("resolve", "ilse", key, how="fix", text="the broken release was rolled back everywhere")
    rig.after(seconds=2)
    rig.act("update", "ilse", key, audience=["exec"], text=WRONG)
    rig.after(seconds=2)
    [before] = [[line.strip() for line in update.text.splitlines()] for update in posts(rig.named("exec"))]

    rig.act("undo", "ilse", key)
    rig.after(seconds=2)

    [after] = [update.text.replace("~", "").splitlines() for update in posts(rig.named("exec"))]
    assert after[:-1] == before


def test_an_act_that_is_taken_back_before_it_was_said_is_never_said(rig):
    key = commanded(rig)
    rig.act("note", "ilse", key, text="meant for another incident")

    rig.act("undo", "ilse", key)
    rig.after(minutes=3)

    assert not any("meant for another incident" in text for text in rig.texts(key))
    assert any("took back entry" in text for text in rig.texts(key))


def test_a_line_in_a_shared_message_that_is_taken_back_leaves_the_others(rig):
    key = commanded(rig)
    rig.after(minutes=2)
    rig.act("note", "rob", key, text="the queue grows")
    rig.after(seconds=1)
    rig.act("note", "ilse", key, text="meant for another incident")
    rig.after(seconds=1)
    assert any("the queue grows" in text and "meant for" in text for text in rig.texts(key))

    rig.act("undo", "ilse", key)
    rig.after(minutes=3)

    assert any("the queue grows" in text for text in rig.texts(key))
    assert not any("meant for another incident" in text for text in rig.texts(key))
