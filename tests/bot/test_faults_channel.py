"""Muster loses access to the incident channel, or its messages are deleted: nothing is lost, and people are notified."""

from __future__ import annotations

from sandbox.state.mutations import channel_mutations as changes
from sandbox.state.mutations import message_mutations
from tests.support.worker_env import posts


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
    assert "is_archived" in notices[0] or "is_inactive" in notices[0]
    assert rig.store.jobs.dead_letters() == ()


def test_removed_from_a_private_channel_its_jobs_wait_and_the_commander_is_notified(rig):
    """Muster cannot rejoin by itself: Slack refuses the attempt with an error about the type of the channel."""
    key = rig.declare(private=True)
    rig.act("take", "rob", key, role="commander")
    rig.after(minutes=2)
    rig.sandbox.faults.fail_with("not_in_channel", "chat.postMessage", times=1)
    rig.sandbox.faults.fail_with("method_not_supported_for_channel_type", "conversations.join", times=1)

    rig.act("note", "ilse", key, text="where is the backup?")
    rig.after(seconds=10)
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


def test_a_channel_that_was_closed_and_takes_messages_again_is_open_on_the_record(rig):
    key = rig.declare()
    rig.after(seconds=2)
    rig.sandbox.actor.archive("ilse", rig.channel(key).id)
    rig.act("note", "ilse", key, text="first")
    rig.after(seconds=2)
    closed = rig.incident(key).places.closed

    rig.sandbox.actor.unarchive("ilse", rig.channel(key).id)
    rig.after(minutes=2)

    assert closed in ("is_archived", "is_inactive")
    assert rig.incident(key).places.closed is None


def refused(rig, **fields):
    rig.sandbox.faults.fail_with("restricted_action", "conversations.create", times=3)
    key = rig.declare(**fields)
    rig.after(seconds=5)
    return key


def test_a_p1_whose_channel_slack_refuses_is_announced_and_those_on_call_learn_it(rig):
    key = refused(rig)

    [announced] = posts(rig.named("incidents"), rig.sandbox)
    [declarer], [on_call] = rig.direct("ilse"), rig.direct("eva")
    assert "Payments fail" in announced.text
    assert "It has no channel, since Slack refused to make one" in str(announced.blocks)
    assert declarer.text == on_call.text
    assert "*INC-2026-0001 (P1) on checkout has no channel*" in declarer.text
    assert "restricted_action" in declarer.text
    assert rig.incident(key).places.announced_ts == announced.ts


def test_without_a_channel_the_announcement_still_follows_the_incident(rig):
    key = refused(rig)

    rig.act("take", "rob", key, role="commander")
    rig.after(seconds=5)

    [announced] = posts(rig.named("incidents"), rig.sandbox)
    assert rig.users["rob"] in str(announced.blocks) or "rob" in str(announced.blocks).lower()


def test_a_refused_channel_of_a_restricted_incident_is_announced_to_nobody(rig):
    refused(rig, private=True)

    assert posts(rig.named("incidents"), rig.sandbox) == []
    assert rig.direct("eva") == []


def test_prompts_reach_the_people_asked_though_the_channel_was_refused(rig):
    key = refused(rig)
    rig.act("take", "rob", key, role="commander")

    rig.after(minutes=16)

    asks = [entry.fact.ask for entry in rig.entries(key, "prompt_due") if rig.person("rob") in entry.fact.asked]
    assert "update_soon" in asks or "update_due" in asks
    assert any("Update to responders is due" in message.text for message in rig.direct("rob"))
    assert "prompt" not in {job.job.kind for job in rig.store.jobs.dead_letters()}


def test_a_role_brings_its_checklist_though_the_channel_was_refused(rig):
    key = refused(rig)

    rig.act("take", "rosa", key, role="deputy")
    rig.after(seconds=5)

    assert any("INC-2026-0001 every ten minutes" in message.text for message in rig.direct("rosa"))


def test_a_call_reaches_the_person_though_the_channel_was_refused(rig):
    key = refused(rig)
    before = len(rig.direct("rosa"))

    rig.act("escalate", "ilse", key, how="functional", who=rig.person("rosa"), reason="we need the database team")
    rig.after(seconds=5)

    assert len(rig.direct("rosa")) == before + 1


def test_that_no_one_answers_a_call_reaches_people_elsewhere_though_the_channel_was_refused(rig):
    key = refused(rig)
    rig.act("escalate", "ilse", key, how="functional", who=rig.person("eva"), reason="we need her")
    rig.after(minutes=12)

    found = [
        m.text for m in (*rig.direct("ilse"), *posts(rig.named("incidents"), rig.sandbox)) if "say it here" in m.text
    ]
    assert any("did not answer" in text and "no channel" in text for text in found)
    assert [job.job.kind for job in rig.store.jobs.dead_letters() if job.job.kind == "say_elsewhere"] == []


def test_of_a_restricted_incident_who_is_in_charge_alone_learns_it(rig):
    key = refused(rig, private=True)
    rig.act("escalate", "ilse", key, how="functional", who=rig.person("eva"), reason="we need her")
    rig.after(minutes=12)

    assert any("say it here" in message.text for message in rig.direct("ilse"))
    assert posts(rig.named("incidents"), rig.sandbox) == []
