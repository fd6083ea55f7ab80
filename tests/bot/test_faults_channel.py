"""Muster loses access to the incident channel, or its messages are deleted: nothing is lost, and people are notified."""

from __future__ import annotations

from sandbox.state.mutations import channel_mutations as changes
from sandbox.state.mutations import message_mutations


def test_removed_from_a_public_channel_muster_rejoins_and_posts_what_was_due(rig):
    key = rig.declare()
    rig.after(seconds=2)
    changes.leave(rig.sandbox.workspace, rig.channel(key), rig.sandbox.workspace.bot.id)

    rig.act("take", "rob", key, role="commander")
    rig.after(seconds=5)

    assert rig.sandbox.workspace.bot.id in rig.channel(key).members
    assert "Commander: U03rob" in rig.channel(key).topic.value
    assert rig.store.jobs.dead_letters() == ()


def test_while_a_channel_is_archived_its_jobs_wait_and_the_commander_is_notified_once(rig):
    key = rig.declare()
    rig.act("take", "rob", key, role="commander")
    rig.after(seconds=2)
    rig.sandbox.actor.archive("ilse", rig.channel(key).id)

    for number in range(3):
        rig.act("note", "ilse", key, text=f"note {number}")
        rig.after(minutes=1)

    notices = [message.text for message in rig.direct("rob") if "can neither read nor write" in message.text]
    assert len(notices) == 1
    assert "is_archived" in notices[0]
    assert rig.store.jobs.dead_letters() == ()


def test_removed_from_a_private_channel_its_jobs_wait_and_the_commander_is_notified(rig):
    """Muster cannot rejoin by itself: Slack refuses the attempt with an error about the type of the channel."""
    key = rig.declare(private=True)
    rig.act("take", "rob", key, role="commander")
    rig.after(minutes=1)
    rig.sandbox.faults.fail_with("not_in_channel", "chat.postMessage", times=1)
    rig.sandbox.faults.fail_with("method_not_supported_for_channel_type", "conversations.join", times=1)

    rig.act("note", "ilse", key, text="where is the backup?")
    rig.after(seconds=1)
    assert [e.fact.error for e in rig.entries(key, "place_lost")] == ["method_not_supported_for_channel_type"]
    rig.after(minutes=1)

    assert any("where is the backup?" in text for text in rig.texts(key))
    assert any("can neither read nor write" in message.text for message in rig.direct("rob"))
    assert rig.store.jobs.dead_letters() == ()


def test_an_unarchived_channel_catches_up_with_lines_marked_as_late(rig):
    key = rig.declare()
    rig.after(seconds=2)
    rig.sandbox.actor.archive("ilse", rig.channel(key).id)
    rig.act("action", "ilse", key, assignee=rig.person("eva"), text="restart the queue")
    rig.after(minutes=4)

    rig.sandbox.actor.unarchive("ilse", rig.channel(key).id)
    rig.after(minutes=10)

    card = rig.channel(key).messages[rig.incident(key).places.card_ts]
    [line] = [text for text in rig.texts(key) if "restart the queue" in text and "INC-" not in text]
    assert "restart the queue" in str(card.blocks)
    assert "late" in line


def test_a_renamed_channel_stays_the_channel_of_its_incident(rig):
    key = rig.declare()
    rig.after(seconds=2)
    before = rig.channel(key).id
    changes.rename(rig.sandbox.workspace, rig.channel(key), rig.users["ilse"], "inc-payments-war-room")

    rig.sandbox.faults.lose_reply("chat.postMessage", times=1)
    rig.act("note", "ilse", key, text="same place, other name")
    rig.after(minutes=1)

    made = [c for c in rig.sandbox.workspace.channels.values() if c.creator == rig.sandbox.workspace.bot.id]
    assert [c.id for c in made if not c.is_im] == [before]
    assert len([text for text in rig.texts(key) if "same place" in text]) == 1


def test_a_card_deleted_while_nothing_changes_is_posted_and_pinned_again_with_the_next_change(rig):
    key = rig.declare()
    rig.after(seconds=2)
    old = rig.incident(key).places.card_ts
    rig.sandbox.faults.lose_reply("chat.postMessage", times=1)
    message_mutations.delete(rig.sandbox.workspace, rig.channel(key).messages[old])

    rig.act("take", "rob", key, role="commander")
    rig.after(minutes=1)

    cards = [m.ts for m in rig.messages(key) if any(b["type"] == "actions" for b in m.blocks) and "P1" in m.text]
    assert rig.incident(key).places.card_ts in cards
    assert list(rig.channel(key).pins) == [rig.incident(key).places.card_ts]
    assert len(cards) == 1


def test_without_bookmarks_every_other_surface_is_complete_and_the_channel_says_so(rig):
    rig.sandbox.faults.fail_with("not_allowed_token_type", "bookmarks.list", times=5)
    rig.sandbox.faults.fail_with("not_allowed_token_type", "bookmarks.add", times=5)
    key = rig.declare()

    rig.after(minutes=1)

    assert rig.incident(key).places.card_ts in rig.channel(key).pins
    assert rig.channel(key).topic.value
    assert any("bookmarks could not be set" in text for text in rig.texts(key))
