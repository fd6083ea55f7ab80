"""The person who is named as the approver of a decision learns it, and confirms it or objects."""

from __future__ import annotations

import pytest

from tests.support.block_kit import pressed


def decided(rig, *, approved_by="rosa", **declared):
    key = rig.declare(**declared)
    rig.after(seconds=5)
    rig.act("decide", "ilse", key, text="send no mail to customers", approved_by=rig.person(approved_by))
    rig.drain()
    return key, next(entry for entry in rig.entries(key, "decision_made"))


def test_a_named_approver_who_is_not_in_the_channel_reads_the_decision_and_can_object(rig):
    key, entry = decided(rig)

    [message] = rig.direct("rosa")
    assert message.text == "<@U01ILSE> recorded that you approved *D1* in *INC-2026-0001*: send no mail to customers"
    action, value = pressed(message)["I did not"]
    assert (action, value["f"]["entry"]) == ("form:correct", entry.n)

    rig.act("correct", "rosa", key, **value["f"])
    rig.drain()
    assert any("I did not approve this decision." in text for text in rig.texts(key))


def test_a_named_approver_confirms_with_a_button(rig):
    key, entry = decided(rig)
    action, value = pressed(rig.direct("rosa")[0])["I approved it"]

    rig.act(action.removeprefix("verb:"), "rosa", key, **value["f"])
    rig.drain()

    [confirmed] = rig.entries(key, "decision_approved")
    assert (confirmed.by, confirmed.fact.decision) == (rig.person("rosa"), entry.n)
    assert f"<@{rig.users['rosa']}> says: *D1 is approved* (entry {entry.n})." in "\n".join(rig.texts(key))
    assert rig.incident(key).approval_questions == ()


@pytest.mark.parametrize("answer", ["approves", "correct"])
def test_the_question_waits_for_the_approver_alone_until_it_is_answered(rig, answer):
    key, entry = decided(rig)
    rig.act("note", "eva", key, text="I approved D1.", approves=entry.n)
    rig.act("note", "rosa", key, text="I look at the mails")
    assert [one.who for one in rig.incident(key).approval_questions] == [rig.person("rosa")]

    if answer == "approves":
        rig.act("note", "rosa", key, text="I approved D1.", approves=entry.n)
    else:
        rig.act("correct", "rosa", key, entry=entry.n, text="I did not approve this decision.")

    assert rig.incident(key).approval_questions == ()


def test_who_approves_their_own_decision_is_not_messaged(rig):
    decided(rig, approved_by="ilse")

    assert not [m for m in rig.direct("ilse") if "you approved" in m.text]


def test_an_approver_outside_a_restricted_incident_reads_nothing_of_the_decision(rig):
    decided(rig, private=True)

    [message] = rig.direct("rosa")
    assert "D1" in message.text
    assert "mail" not in message.text + str(message.blocks)
    assert not pressed(message)


def test_the_message_follows_a_decision_that_is_taken_back_or_redacted(rig):
    undone, _ = decided(rig)
    rig.act("undo", "ilse", undone)
    rig.after(minutes=3)
    [message] = rig.direct("rosa")
    assert "took decision D1" in message.text
    assert not pressed(message)

    redacted, entry = decided(rig)
    rig.act("redact", "ilse", redacted, ref=f"E{entry.n}", reason="names a customer")
    rig.after(minutes=3)
    assert "mail" not in rig.direct("rosa")[-1].text
