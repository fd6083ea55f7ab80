"""Status updates: delivered where their audience reads, stating what was true when they were posted."""

from __future__ import annotations

from datetime import timedelta

from incident.medium import slack_message
from incident.policy import UpdateApproval
from incident.states import Audience
from tests.support.block_kit import pressed


def test_an_update_to_responders_is_posted_in_full_with_the_time_of_the_next_one(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["internal"], text="We know: payments fail.\nWe do: roll back.")
    rig.after(seconds=3)

    [update] = [text for text in rig.texts(key) if "We know" in text]
    assert ">We know: payments fail.\n>We do: roll back." in update
    assert "Next update by" in update
    assert not any(text.startswith("*Update* to responders by <@U01ILSE>: ") for text in rig.texts(key))


def test_an_update_to_several_audiences_says_for_whom_of_them_the_next_time_is(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["internal", "exec"], text="We roll back.")
    rig.after(seconds=3)

    [update] = [text for text in rig.texts(key) if ">We roll back." in text]
    assert "Next update to responders by" in update
    assert "Next update by" in rig.named("exec").messages.popitem()[1].text


def test_an_update_to_executives_is_posted_in_their_channel_and_its_delivery_is_recorded(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["exec"], text="Card payments fail since ten.")
    rig.drain()

    [posted] = [m for m in rig.named("exec").messages.values() if not m.subtype]
    [delivered] = rig.entries(key, "update_delivered")
    assert ">Card payments fail since ten." in posted.text
    assert delivered.fact.ref == f"{rig.named('exec').id}:{posted.ts}"


def test_an_update_without_a_channel_for_its_audience_says_so_in_the_incident_channel(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["customer"], text="We are looking into it.")
    rig.after(seconds=2)

    [delivered] = rig.entries(key, "update_delivered")
    assert (delivered.fact.ref, delivered.fact.error) == (None, "no_place")
    assert len([text for text in rig.texts(key) if "customers" in text and "nowhere" in text]) == 1
    assert rig.incident(key).audience(Audience.CUSTOMER).unreached


def test_the_prompt_for_an_update_that_reached_no_one_does_not_say_that_they_got_it(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.after(minutes=31)
    rig.sandbox.faults.fail_with("is_archived", "conversations.join")
    rig.act("update", "ilse", key, audience=["exec"], text="Card payments fail since ten.")
    rig.after(seconds=5)

    [answered] = [text for text in rig.texts(key) if "is recorded, but reached no one" in text]
    assert answered.startswith(":warning: The update to executives")
    assert not any("Update to executives posted" in text for text in rig.texts(key))


def test_a_text_of_its_own_goes_to_its_audience_and_responders_read_it_too(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["internal", "exec"], text="Rolling back.", exec_text="Cards fail.")
    rig.after(seconds=3)

    [there] = [m.text for m in rig.named("exec").messages.values() if not m.subtype]
    [here] = [text for text in rig.texts(key) if "Rolling back." in text]
    assert ">Cards fail." in there
    assert "Rolling back." not in there
    assert "*Update* to responders by <@U01ILSE>" in here
    assert "*To executives*: Cards fail." in here


def test_an_update_of_a_restricted_incident_is_not_posted_in_a_public_channel(rig):
    key = rig.declare(private=True)
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["exec"], text="Somebody is inside our mail.")
    rig.after(seconds=2)

    [delivered] = rig.entries(key, "update_delivered")
    assert (delivered.fact.ref, delivered.fact.error) == (None, "restricted")
    assert not [m for m in rig.named("exec").messages.values() if not m.subtype]
    assert any("did not reach executives" in text and "Tell them another way" in text for text in rig.texts(key))


def test_an_update_of_a_restricted_incident_is_posted_in_a_private_channel(rig):
    exec_channel = rig.named("exec")
    exec_channel.is_private = True
    exec_channel.members.append(rig.sandbox.workspace.bot.id)
    key = rig.declare(private=True)
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["exec"], text="Somebody is inside our mail.")
    rig.after(seconds=2)

    [delivered] = rig.entries(key, "update_delivered")
    assert delivered.fact.error is None
    assert any(">Somebody is inside our mail." in m.text for m in exec_channel.messages.values())


def test_an_update_to_responders_of_a_restricted_incident_is_posted_in_its_channel_only(rig):
    rig.policy.audiences[Audience.INTERNAL] = "#incidents"
    key = rig.declare(private=True)
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["internal"], text="Somebody is inside our mail.")
    rig.after(seconds=2)

    [delivered] = rig.entries(key, "update_delivered")
    assert slack_message(delivered.fact.ref)[0] == rig.channel(key).id
    assert not [m for m in rig.named("incidents").messages.values() if "mail" in m.text]


def test_an_update_refused_by_slack_is_recorded_and_reported(rig):
    rig.sandbox.faults.fail_with("is_archived", "conversations.join")
    key = rig.declare(impact=1, urgency=2)
    rig.act("major", "ilse", key, reason="every customer is affected")
    rig.act("take", "ilse", key, role="commander")
    rig.sandbox.faults.clear()
    rig.drain()
    rig.sandbox.faults.fail_with("is_archived", "conversations.join")
    rig.act("update", "ilse", key, audience=["exec"], text="Card payments fail since ten.")
    rig.after(seconds=2)

    assert [entry.fact.error for entry in rig.entries(key, "update_delivered")] == ["is_archived"]
    assert any("did not reach executives" in text for text in rig.texts(key))


def test_a_late_update_shows_the_state_at_the_time_it_was_written(rig):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.drain()
    rig.sandbox.faults.too_many_requests("chat.postMessage", times=9, retry_after=120)

    rig.act("update", "ilse", key, audience=["exec"], text="Card payments fail since ten.")
    rig.drain()
    rig.sandbox.faults.clear()
    rig.clock.set(rig.clock.now() + timedelta(minutes=1))
    rig.act("restored", "ilse", key, text="payments go through again")
    rig.after(minutes=2)

    [posted] = [m for m in rig.named("exec").messages.values() if not m.subtype]
    assert "being worked on" in posted.text
    assert "restored" not in posted.text
    assert "late)_" in posted.text


def test_a_draft_waits_in_the_channel_with_its_buttons_until_a_second_person_approves_it(rig):
    rig.policy.update_approvals[Audience.EXEC] = UpdateApproval(by=("commander",))
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("assign", "ilse", key, role="comms_lead", to=rig.person("rosa"))
    rig.act("update", "rosa", key, audience=["exec"], text="Card payments fail since ten.")
    rig.after(seconds=2)
    [draft] = [m for m in rig.messages(key) if "waits for approval" in m.text]

    assert draft.text.startswith("<@U01ILSE> *Update to executives waits for approval*")
    assert ">Card payments fail since ten." in str(draft.blocks)
    assert set(pressed(draft)) == {"Approve", "Change", "Discard", "Not now (10 min)"}
    assert not [m for m in rig.named("exec").messages.values() if not m.subtype]

    rig.act("approve", "ilse", key, **pressed(draft)["Approve"][1]["f"])
    rig.after(seconds=2)

    [posted] = [m.text for m in rig.named("exec").messages.values() if not m.subtype]
    assert ">Card payments fail since ten." in posted
    answered = rig.channel(key).messages[draft.ts]
    assert answered.text.startswith(":white_check_mark: Update to executives by <@U04ROSA>, approved by <@U01ILSE>")
    assert "*Update* to executives by <@U04ROSA>, approved by <@U01ILSE>: Card payments" in "\n".join(rig.texts(key))


def test_the_prompt_for_an_update_that_waits_says_so_and_offers_its_approval(rig):
    rig.policy.update_approvals[Audience.EXEC] = UpdateApproval(by=("commander",))
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.act("assign", "ilse", key, role="comms_lead", to=rig.person("rosa"))
    rig.act("update", "rosa", key, audience=["exec"], text="Card payments fail since ten.")

    rig.after(minutes=31)

    [due] = [m for m in rig.messages(key) if "Update to executives is due now" in m.text]
    assert "It waits for approval: <@U04ROSA> wrote it" in str(due.blocks)
    assert {"Approve it", "Change it"} <= set(pressed(due))
