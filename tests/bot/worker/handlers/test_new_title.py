"""A new title is shown wherever the title is: card, topic, announcement, channel name; of a restricted incident nowhere outside."""

from __future__ import annotations


def announcements(rig):
    return [message.text for message in rig.named("incidents").messages.values() if not message.subtype]


def test_card_topic_announcement_and_channel_name_follow(rig):
    key = rig.declare(title="Payments fail")
    rig.after(seconds=2)

    rig.act("title", "ilse", key, title="Every card is declined")
    rig.after(seconds=3)

    channel = rig.channel(key)
    assert channel.name.endswith("-every-card-is-declined")
    assert "Every card is declined" in channel.topic.value
    assert any("Every card is declined" in message.text for message in rig.messages(key))
    assert [text for text in announcements(rig) if "Payments fail" in text] == []
    assert [text for text in announcements(rig) if "Every card is declined" in text] != []


def test_the_new_title_of_a_restricted_incident_stays_in_its_channel(rig):
    key = rig.declare(title="Odd logins", private=True)
    rig.after(seconds=2)
    name = rig.channel(key).name

    rig.act("title", "ilse", key, title="Payroll data is for sale")
    rig.after(seconds=3)

    channel = rig.channel(key)
    assert (channel.name, "Payroll" in channel.topic.value) == (name, False)
    assert not any("Payroll" in text for text in announcements(rig))
    assert any("Payroll data is for sale" in text for text in rig.texts(key))


def test_a_title_that_is_taken_back_leaves_the_channel_as_it_was(rig):
    key = rig.declare(title="Payments fail")
    rig.after(seconds=2)
    first = rig.channel(key).name

    rig.act("title", "ilse", key, title="Every card is declined")
    rig.act("undo", "ilse", key)
    rig.after(seconds=3)

    assert rig.channel(key).name == first
