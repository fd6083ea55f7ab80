"""The surfaces that show the present state, and the data that none of them may show."""

from __future__ import annotations

import json
from typing import Any

from incident.effects.affected_surfaces import home_refreshes
from roles.role_names import Role


def texts_outside(rig, *, but: str = "") -> str:
    """Every text of the bot in the workspace outside one channel."""
    workspace = rig.sandbox.workspace
    shown: list[Any] = []
    for channel in workspace.channels.values():
        if channel.id != but:
            shown += [channel.name, channel.topic.value, channel.purpose.value]
            shown += [[m.text, m.blocks] for m in channel.messages.values()]
    shown += [view.__dict__ for view in workspace.homes.values()]
    return json.dumps(shown, default=str)


def card(rig, key):
    return rig.channel(key).messages[rig.incident(key).places.card_ts]


def test_the_card_always_shows_the_present_state(rig):
    key = rig.declare()
    rig.drain()
    assert "none yet" in str(card(rig, key).blocks)

    rig.act("take", "rob", key, role="commander")
    rig.act("action", "rob", key, assignee=rig.person("eva"), text="restart the queue")
    rig.after(seconds=2)

    shown = str(card(rig, key).blocks)
    assert "<@U03ROB>" in shown
    assert "restart the queue" in shown
    assert "being worked on" in shown
    assert "none yet" not in shown


def test_a_deleted_card_is_posted_again_and_pinned(rig):
    key = rig.declare()
    rig.after(seconds=2)
    old = rig.incident(key).places.card_ts
    del rig.channel(key).messages[old]

    rig.act("take", "rob", key, role="commander")
    rig.after(seconds=3)

    new = rig.incident(key).places.card_ts
    assert new != old
    assert new in rig.channel(key).pins


def test_the_buttons_of_the_card_follow_the_state(rig):
    key = rig.declare()
    rig.drain()

    def offered():
        return [e["action_id"] for b in card(rig, key).blocks if b["type"] == "actions" for e in b["elements"]]

    assert offered()[:2] == ["verb:take", "verb:ack"]
    rig.act("take", "ilse", key, role="commander")
    rig.after(seconds=2)
    assert "form:restored" in offered()
    assert "verb:take" not in offered()
    rig.act("restored", "ilse", key, text="payments go through again")
    rig.after(seconds=2)
    assert "form:resolve" in offered()
    assert offered()[-1] == "tray"


def test_the_topic_shows_state_commander_and_title_in_plain_text(rig):
    key = rig.declare("Payments *fail* for <!channel>")
    rig.act("take", "rob", key, role="commander")
    rig.after(seconds=2)

    topic = rig.channel(key).topic.value
    assert topic == "INC-2026-0001 P1 major: being worked on. Commander: U03rob. Payments *fail* for @channel"


def test_once_a_call_is_accepted_topic_card_and_announcement_say_who_is_on_it_until_the_incident_is_taken(rig):
    key = rig.declare("Payments fail")
    rig.drain()
    assert "unclaimed" in rig.channel(key).topic.value
    rig.act("escalate", "ilse", key, who=rig.person("eva"), reason="help")
    rig.act("answer", "eva", key, answer="accepted")
    rig.after(seconds=3)

    [announced] = [m for m in rig.named("incidents").messages.values() if not m.subtype]
    shown = rig.channel(key).topic.value, str(card(rig, key).blocks), str(announced.blocks)
    for text in shown:
        assert "is on it" in text
        assert "unclaimed" not in text
    assert "Answered the call" not in shown[1]

    rig.act("take", "eva", key, role="commander")
    rig.after(seconds=3)
    assert "being worked on. Commander:" in rig.channel(key).topic.value


def test_a_topic_is_never_longer_than_slack_allows(rig):
    key = rig.declare("x" * 250)

    rig.drain()

    assert 100 < len(rig.channel(key).topic.value) <= 250


def test_an_announcement_follows_the_state_of_the_incident(rig):
    key = rig.declare()
    rig.drain()
    [announced] = [m for m in rig.named("incidents").messages.values() if not m.subtype]
    assert "no commander yet" in str(announced.blocks)

    rig.act("take", "rob", key, role="commander")
    rig.after(seconds=2)

    [announced] = [m for m in rig.named("incidents").messages.values() if not m.subtype]
    assert "commander <@U03ROB>" in str(announced.blocks)


def test_an_announcement_is_deleted_when_the_incident_becomes_restricted(rig):
    key = rig.declare("Customer data of Acme leaked")
    rig.after(seconds=2)

    rig.act("reclassify", "ilse", key, type="security", reason="an attacker was in the system")
    rig.after(seconds=3)

    assert rig.incident(key).restricted
    assert [m for m in rig.named("incidents").messages.values() if not m.subtype] == []
    assert "Acme" not in rig.channel(key).topic.value


def test_the_card_warns_of_a_public_channel_until_it_is_private(rig):
    key = rig.declare("Customer data of Acme leaked")
    rig.after(seconds=2)
    rig.act("reclassify", "ilse", key, type="security", reason="an attacker was in the system")
    rig.after(seconds=3)
    card = rig.channel(key).messages[rig.incident(key).places.card_ts]
    assert "This channel is public" in str(card.blocks)
    assert any("changed the type" in text and "This channel is public" in text for text in rig.texts(key))

    rig.channel(key).is_private = True
    rig.act("take", "ilse", key, role="commander")
    rig.after(seconds=3)

    assert "This channel is public" not in str(rig.channel(key).messages[rig.incident(key).places.card_ts].blocks)
    assert [entry.fact.private for entry in rig.entries(key, "channel_made")] == [False, False, True], (
        "made, renamed, private"
    )


def test_the_card_does_not_warn_of_a_channel_made_private(rig):
    key = rig.declare("Customer data of Acme leaked", private=True)
    rig.after(seconds=2)

    assert rig.incident(key).places.private
    assert "public" not in str(rig.channel(key).messages[rig.incident(key).places.card_ts].blocks)


def test_no_data_of_a_restricted_incident_is_shown_outside_its_channel(rig):
    key = rig.declare("Customer data of Acme leaked", symptom="a dump of Acme is for sale", private=True)
    rig.act("take", "ilse", key, role="commander")
    rig.act("update", "ilse", key, audience=["internal"], text="The Acme dump is real.")
    rig.after(minutes=40)
    rig.drain()

    outside = texts_outside(rig, but=rig.channel(key).id)
    mine = json.dumps(rig.sandbox.workspace.homes[rig.users["ilse"]].__dict__, default=str)
    direct = json.dumps([m.text for m in rig.direct("ilse")])
    for shown in (mine, direct):
        assert shown
    for place in ("incidents", "exec", "general"):
        assert "Acme" not in str([[m.text, m.blocks] for m in rig.named(place).messages.values()])
    assert "INC-2026-0001" in outside


def test_the_home_tab_shows_restricted_incidents_only_to_those_involved(rig):
    rig.declare("Customer data of Acme leaked", private=True)
    rig.drain()
    jobs = home_refreshes(rig.team, (rig.person("rosa"), rig.person("ilse")))

    rig.store.recorder.transact(lambda unit: unit.enqueue(jobs, rig.clock.now()))
    rig.drain()

    seen = {name: str(rig.sandbox.workspace.homes[rig.users[name]].__dict__) for name in ("rosa", "ilse")}
    assert "All quiet" in seen["rosa"]
    assert "INC-2026" not in seen["rosa"]
    assert "Acme" in seen["ilse"]


def test_the_home_tab_shows_the_roles_and_deadlines_of_its_reader(rig):
    key = rig.declare()
    rig.act("take", "rosa", key, role=Role.COMMS_LEAD.value)
    rig.act("action", "ilse", key, assignee=rig.person("rosa"), text="call the bank", timebox_minutes=20)
    rig.after(seconds=2)

    home = str(rig.sandbox.workspace.homes[rig.users["rosa"]].__dict__)
    assert "You are comms lead." in home
    assert "A1 by " in home
    assert "Update to responders by" in home
    assert "form:declare" in home


def test_each_bookmark_is_set_once(rig):
    key = rig.declare()
    rig.drain()

    rig.sandbox.faults.lose_reply("bookmarks.add", times=2)
    second = rig.declare("Another trouble")
    rig.after(minutes=1)

    for one in (key, second):
        assert [mark.link for mark in rig.channel(one).bookmarks.values()] == ["https://runbooks.example/checkout"]


def test_a_drill_is_not_announced_and_says_that_it_is_a_drill(rig):
    key = rig.declare(drill=True)
    rig.drain()

    assert [m for m in rig.named("incidents").messages.values() if not m.subtype] == []
    assert "*Drill.*" in str(card(rig, key).blocks)
    assert rig.channel(key).topic.value.startswith("Drill.")
