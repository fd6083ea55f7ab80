"""What is redacted by its number leaves every message of Muster's, the channel's name and topic, and every Home tab."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from commands.core.run import note_outcome
from incident.effects.affected_surfaces import home_refreshes
from incident.entries.conversation import Masked
from incident.entries.delivery import ChannelMade
from incident.record import masked_view

WHY = "it names a customer"
TEXTS = {
    "declared": "Maria Huber cannot pay",
    "decision": "refund Maria Huber today",
    "note": "Maria Huber rang at noon",
    "action": "call Maria Huber back",
    "update": "We are in touch with Maria Huber",
    "escalation": "Maria Huber asks for a manager",
    "handover": "Maria Huber is waiting for an answer",
    "workaround": "Maria Huber pays by invoice",
}


def quoted_in_every_way(rig):
    """Run an incident whose every text names a customer: posts, updates, prompts, a page, checklists, Home tabs."""
    key = rig.declare(title=TEXTS["declared"])
    rig.after(seconds=2)
    for verb, fields in (
        ("take", {"role": "commander"}),
        ("decide", {"text": TEXTS["decision"]}),
        ("note", {"text": TEXTS["note"]}),
        ("action", {"assignee": rig.person("rob"), "text": TEXTS["action"], "timebox_minutes": 5}),
        ("update", {"audience": ["internal", "exec"], "text": TEXTS["update"]}),
        ("escalate", {"to": rig.person("rosa"), "reason": TEXTS["escalation"]}),
        ("handover", {"role": "commander", "to": rig.person("rob"), "note": TEXTS["handover"]}),
        ("workaround", {"text": TEXTS["workaround"]}),
    ):
        rig.act(verb, "ilse", key, **fields)
        rig.after(seconds=2)
    rig.after(minutes=6)
    return key


def open_home(rig, name):
    """Open the Home tab of a person as the Slack gateway does."""
    jobs = home_refreshes(rig.team, (rig.person(name),))
    rig.store.recorder.transact(lambda unit: unit.enqueue(jobs, rig.clock.now()))
    rig.after(seconds=2)


def record(rig, key, fact):
    note_outcome(key, [fact], job="mask:1", recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())


def shown(rig):
    """Everything that Slack shows of Muster's: messages, names, topics and Home tabs."""
    workspace = rig.sandbox.workspace
    channels = list(workspace.channels.values())
    messages = [m for channel in channels for m in channel.messages.values() if m.user == workspace.bot.id]
    return json.dumps(
        [
            [[m.text, m.blocks] for m in messages if not m.subtype],
            [[channel.name, channel.topic.value] for channel in channels],
            [view.blocks for view in workspace.homes.values()],
        ]
    )


def numbers_with_text(rig, key):
    return [entry.n for entry in rig.entries(key) if masked_view.has_text(entry) and not entry.redacted]


def test_no_word_of_redacted_entries_is_left_in_anything_that_slack_shows_of_muster(rig):
    key = quoted_in_every_way(rig)
    open_home(rig, "eva")
    before = shown(rig)
    assert all(text in before for text in TEXTS.values())
    assert "maria-huber" in before

    for n in numbers_with_text(rig, key):
        if n in numbers_with_text(rig, key):
            rig.act("redact", "rosa", key, ref=f"E{n}", reason=WHY)
    rig.after(minutes=3)

    after = shown(rig)
    assert "Huber" not in after
    assert "huber" not in after
    assert rig.channel(key).name == "inc-2026-0001-redacted"
    assert rig.entries(key, ChannelMade.kind)[-1].fact.name == "inc-2026-0001-redacted"
    assert "huber" not in "".join(entry.fact.model_dump_json() for entry in rig.entries(key)).lower()


def test_a_masked_title_is_hidden_in_name_topic_messages_and_home_tabs_until_the_mask_is_lifted(rig):
    key = rig.declare(title=TEXTS["declared"])
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["exec"], text="We look into it")
    open_home(rig, "eva")
    before = shown(rig)
    mask = Masked(entry=1, entries=tuple(masked_view.quoting(rig.entries(key), 1)), reason=WHY)

    record(rig, key, mask)
    rig.after(minutes=3)

    assert "huber" not in shown(rig).lower()
    assert rig.channel(key).name == "inc-2026-0001-masked"
    rig.act("unmask", "rosa", key, ref="E1")
    rig.after(minutes=3)
    assert rig.channel(key).name == "inc-2026-0001-maria-huber-cannot-pay"
    assert shown(rig).count("Maria Huber") >= before.count("Maria Huber")


def test_an_incident_that_becomes_restricted_leaves_every_home_tab_the_announcement_and_the_channel_name(rig):
    key = rig.declare(title=TEXTS["declared"])
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["exec"], text="We look into it")
    open_home(rig, "eva")
    assert "Maria Huber" in json.dumps(rig.sandbox.workspace.homes[rig.users["eva"]].blocks)

    rig.act("reclassify", "ilse", key, type="security", reason="it is an intrusion")
    rig.after(minutes=3)

    assert "Maria Huber" not in json.dumps(rig.sandbox.workspace.homes[rig.users["eva"]].blocks)
    assert [message.text for message in rig.named("incidents").messages.values() if not message.subtype] == []
    assert rig.channel(key).name == "inc-2026-0001"
    elsewhere = [message.text for message in rig.named("exec").messages.values() if not message.subtype]
    assert elsewhere
    assert not any("Maria Huber" in text for text in elsewhere)


def test_a_name_that_slack_refuses_to_change_is_told_and_the_rest_is_hidden(rig):
    key = rig.declare(title=TEXTS["declared"])
    rig.after(seconds=2)
    rig.sandbox.faults.fail_with("not_authorized", "conversations.rename")

    rig.act("redact", "rosa", key, ref="E1", reason=WHY)
    rig.after(minutes=3)

    assert any("The channel could not be renamed" in text and "not_authorized" in text for text in rig.texts(key))
    assert "Maria Huber" not in shown(rig)


def test_a_rename_whose_reply_is_lost_is_looked_up_and_recorded_once(rig):
    key = rig.declare(title=TEXTS["declared"])
    rig.after(seconds=2)
    rig.sandbox.faults.lose_reply("conversations.rename", times=1)

    rig.act("redact", "rosa", key, ref="E1", reason=WHY)
    rig.after(minutes=5)

    assert rig.calls("conversations.rename") == 1
    assert [entry.fact.name for entry in rig.entries(key, ChannelMade.kind)] == ["[redacted]", "inc-2026-0001-redacted"]


@pytest.mark.parametrize(("wait", "call"), [({"minutes": 2}, "chat.postMessage"), ({"seconds": 2}, "chat.update")])
def test_a_line_that_is_being_sent_during_the_redaction_loses_the_words_too(rig, wait, call):
    """After two minutes it is a message of its own; after two seconds it is added to the message before."""
    key = rig.declare()
    rig.after(**wait)
    rig.act("note", "ilse", key, text=TEXTS["note"])
    noted = rig.entries(key, "noted")[0].n

    def redact(point):
        if point == f"say:{call}:before" and not rig.entries(key, "redacted"):
            rig.clock.set(rig.clock.now() + timedelta(seconds=1))
            rig.act("redact", "rosa", key, ref=f"E{noted}", reason=WHY)
            rig.drain()

    worker = rig.another_worker("slow", threads=1, reached=redact)
    try:
        worker.drain(rig.clock.now())
    finally:
        worker.stop()
    rig.after(minutes=3)

    assert rig.entries(key, "redacted")
    assert "Maria Huber" not in shown(rig)


def test_a_channel_that_is_being_made_during_the_redaction_of_the_title_gets_another_name(rig):
    key = rig.declare(title=TEXTS["declared"])

    def redact(point):
        if point == "make_channel:conversations.create:before" and not rig.entries(key, "redacted"):
            rig.act("redact", "rosa", key, ref="E1", reason=WHY)

    worker = rig.another_worker("slow", threads=1, reached=redact)
    try:
        worker.drain(rig.clock.now())
    finally:
        worker.stop()
    rig.after(minutes=3)

    assert rig.channel(key).name == "inc-2026-0001-redacted"
    assert "huber" not in "".join(entry.fact.model_dump_json() for entry in rig.entries(key)).lower()
    assert "huber" not in shown(rig).lower()
