from bot.export.reader_names import ReaderNames
from incident.entries.conversation import (
    Joined,
    Left,
    MessageDeleted,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    PinRemoved,
    SourceChanged,
)
from incident.entry import workspace_chain
from sandbox.state.entities import Person
from sandbox.state.mutations import channel_mutations, message_mutations
from tests.support.wait import until


def facts(place, incident, *kinds):
    return [entry.fact for entry in place.entries(incident.key, *(kind.kind for kind in kinds))]


def test_messages_in_an_incident_channel_are_recorded(place, channel, incident):
    parent = place.actor.post("ann", channel, "Anybody else see 500s?")
    place.actor.post("bea", channel, "Yes <!channel>, since 10:02", thread_ts=parent)
    place.actor.share_file("ann", channel, "graph.png", "The graph")
    place.sandbox.settle()

    messages = facts(place, incident, MessagePosted)
    assert [fact.text for fact in messages] == ["Anybody else see 500s?", "Yes <!channel>, since 10:02", "The graph"]
    assert [fact.thread_ts for fact in messages] == [None, parent, None]
    assert messages[2].files == "graph.png"


def test_an_edit_and_a_deletion_record_the_previous_text(place, channel, incident):
    ts = place.actor.post("ann", channel, "It is the cache")
    place.actor.edit("ann", channel, ts, "It is the pool")
    place.actor.delete("ann", channel, ts)
    place.sandbox.settle()

    (edit,), (deletion,) = facts(place, incident, MessageEdited), facts(place, incident, MessageDeleted)
    assert (edit.previous, edit.text) == ("It is the cache", "It is the pool")
    assert deletion.previous == "It is the pool"


def test_messages_in_other_channels_are_not_captured(place, incident):
    place.actor.post("ann", "general", "What is for lunch?")
    place.sandbox.settle()

    assert facts(place, incident, MessagePosted) == []


def test_joins_and_leaves_of_people_are_recorded_and_those_of_muster_are_not(place, channel, incident):
    place.actor.invite("ann", channel, "gus")
    place.actor.leave("gus", channel)
    place.sandbox.settle()

    assert [fact.who for fact in facts(place, incident, Joined)] == [place.person("gus")]
    assert [fact.who for fact in facts(place, incident, Left)] == [place.person("gus")]


def test_a_pushpin_adds_a_message_to_the_timeline_once(place, channel, incident):
    ts = place.actor.post("bea", channel, "CPU is at 100 %")
    place.sandbox.settle()

    for name in ("ann", "bea"):
        place.actor.react(name, channel, ts, "pushpin")
    place.actor.react("ann", channel, ts, "eyes")
    place.sandbox.settle()

    (pinned,) = place.entries(incident.key, MessagePinned.kind)
    assert (pinned.fact.text, pinned.fact.author) == ("CPU is at 100 %", place.person("bea"))


def test_slacks_own_pin_adds_a_message_to_the_timeline_and_its_removal_is_recorded(place, channel, incident):
    ts = place.actor.post("bea", channel, "CPU is at 100 %")
    place.actor.pin("ann", channel, ts)
    place.sandbox.settle()
    place.actor.unpin("ann", channel, ts)
    place.sandbox.settle()

    (pinned,) = place.entries(incident.key, MessagePinned.kind)
    assert (pinned.by, pinned.fact.text, pinned.fact.author) == (
        place.person("ann"),
        "CPU is at 100 %",
        place.person("bea"),
    )
    assert [fact.ts for fact in facts(place, incident, PinRemoved)] == [ts]


def test_the_person_who_pins_is_told_that_it_is_in_the_timeline_and_nobody_else(place, channel, incident):
    ts = place.actor.post("bea", channel, "CPU is at 100 %")
    place.sandbox.settle()
    before = {name: len(place.whispers(name)) for name in ("ann", "bea")}

    place.actor.react("ann", channel, ts, "pushpin")

    shown = until(lambda: place.whispers("ann")[before["ann"] :])
    assert [line.text for line in shown] == [
        f"On the timeline as entry {place.now(incident.key).n}, as the message reads now."
    ]
    assert len(place.whispers("bea")) == before["bea"]


def test_a_pin_of_what_muster_said_adds_nothing(place, channel, incident):
    with place.sandbox.workspace.lock:
        own = message_mutations.post(
            place.sandbox.workspace, place.sandbox.workspace.find_channel(channel), place.gateway.bot, "The card"
        )

    place.actor.pin("ann", channel, own.ts)
    place.actor.react("ann", channel, own.ts, "pushpin")
    place.sandbox.settle()

    assert facts(place, incident, MessagePinned) == []


def test_an_alert_is_recorded_and_pinned_with_the_words_of_its_attachment(place, channel, incident):
    event = {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "BALERT",
        "username": "Alertmanager",
        "text": "",
        "attachments": [{"title": "[FIRING:1] HighErrorRate", "text": "5xx ratio 34%"}],
    }
    ts = announce(place, channel, event)
    item = {"type": "message", "channel": place.channel(channel), "ts": ts}
    announce(place, channel, {"type": "reaction_added", "user": place.user("ann"), "reaction": "pushpin", "item": item})

    (posted,), (pinned,) = facts(place, incident, MessagePosted), facts(place, incident, MessagePinned)
    assert posted.text == pinned.text == "[FIRING:1] HighErrorRate\n5xx ratio 34%"
    assert posted.author == pinned.author == f"app:{place.team}:BALERT:Alertmanager"


def test_the_name_of_an_outsider_who_speaks_is_kept(place, channel, incident):
    profile = {"real_name": "Olga Vendor", "name": "olga", "team": "T0VENDOR"}
    announce(
        place,
        channel,
        {"type": "message", "user": "U0OLGA", "user_team": "T0VENDOR", "user_profile": profile, "text": "we see it"},
    )

    (posted,) = facts(place, incident, MessagePosted)
    names = ReaderNames(place.store.directory.person, place.team)
    assert posted.author == "slack:T0VENDOR:U0OLGA"
    assert names(posted.author) == "Olga Vendor (external)"


def test_an_incident_follows_its_channel_to_another_id_and_knows_the_messages_from_before(place, channel, incident):
    ts = place.actor.post("bea", channel, "CPU is at 10 %")
    place.sandbox.settle()
    workspace = place.sandbox.workspace
    with workspace.lock:
        found = workspace.channels.pop(place.channel(channel))
        old, found.id = found.id, f"{found.id}SHARED"
        workspace.channels[found.id] = found
        for message in found.messages.values():
            message.channel = found.id
    announce(place, None, {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": found.id})
    place.actor.post("bea", channel, "the vendor is here now")
    place.actor.edit("bea", channel, ts, "CPU is at 100 %")
    place.actor.react("ann", channel, ts, "pushpin")
    place.sandbox.settle()

    now = place.now(incident.key)
    assert (now.places.channel, now.places.former) == (found.id, (old,))
    assert [fact.text for fact in facts(place, incident, MessagePosted)] == ["CPU is at 10 %", "the vendor is here now"]
    assert [fact.channel for fact in facts(place, incident, MessageEdited)] == [old]
    assert [fact.text for fact in facts(place, incident, MessagePinned)] == ["CPU is at 100 %"]
    delivery = place.actor.slash("ann", channel, "/incident", "note still here").wait()
    assert "entry" in delivery.payload["text"]


def test_a_renamed_and_an_archived_channel_are_on_the_record(place, channel, incident):
    workspace = place.sandbox.workspace
    with workspace.lock:
        channel_mutations.rename(workspace, workspace.find_channel(channel), place.user("ann"), f"{channel}-war-room")
    place.sandbox.settle()
    named = place.now(incident.key).places.channel_name
    place.actor.archive("ann", f"{channel}-war-room")
    place.sandbox.settle()

    places = place.now(incident.key).places
    assert (named, places.closed, places.is_usable) == (f"{channel}-war-room", "is_archived", False)


def announce(place, channel, event):
    """Let Slack send an event as it is; return its ts."""
    workspace = place.sandbox.workspace
    with workspace.lock:
        found, ts = workspace.find_channel(channel) if channel else None, workspace.timestamps.next()
        if event["type"] == "message":
            event = {"channel": found.id, "channel_type": found.kind, "ts": ts, **event}
        workspace.publish_event({"event_ts": ts, **event}, found)
    place.sandbox.settle()
    return ts


def test_removing_the_pushpin_is_recorded_and_the_observation_stays(place, channel, incident):
    ts = place.actor.post("bea", channel, "CPU is at 100 %")
    place.actor.react("ann", channel, ts, "pushpin")
    place.sandbox.settle()

    place.actor.unreact("ann", channel, ts, "pushpin")
    place.sandbox.settle()

    assert len(facts(place, incident, MessagePinned)) == 1
    assert [fact.ts for fact in facts(place, incident, PinRemoved)] == [ts]


def test_an_edit_of_a_pinned_message_corrects_its_entry(place, channel, incident):
    ts = place.actor.post("bea", channel, "CPU is at 10 %")
    place.sandbox.settle()
    place.actor.react("ann", channel, ts, "pushpin")
    place.sandbox.settle()

    place.actor.edit("bea", channel, ts, "CPU is at 100 %")
    place.sandbox.settle()

    (pinned,) = facts(place, incident, MessagePinned)
    assert pinned.text == "CPU is at 10 %"
    assert [fact.change for fact in facts(place, incident, SourceChanged)] == ["edited"]


def test_the_message_menu_adds_a_message_to_the_timeline_and_replies_to_the_person(place, channel, incident):
    ts = place.actor.post("bea", channel, "Queue length 40k")
    place.sandbox.settle()
    before = len(place.whispers("ann"))

    place.actor.message_shortcut("ann", channel, ts, "timeline_add")

    assert [fact.text for fact in facts(place, incident, MessagePinned)] == ["Queue length 40k"]
    assert until(lambda: place.whispers("ann")[before:])[0].text


def test_a_pushpin_in_another_channel_records_no_refusal(place):
    chain = workspace_chain(place.team)
    before = len(place.entries(chain))
    place.actor.invite("ann", "general", place.gateway.bot)
    ts = place.actor.post("bea", "general", "Cake!")

    place.actor.react("ann", "general", ts, "pushpin")
    place.sandbox.settle()

    assert len(place.entries(chain)) == before


def test_the_message_menu_in_another_channel_lists_the_incident_channels(place, incident):
    ts = place.actor.post("bea", "general", "Cake!")
    before = len(place.whispers("ann"))

    place.actor.message_shortcut("ann", "general", ts, "timeline_add")

    assert incident.number in until(lambda: place.whispers("ann")[before:])[0].text


def test_a_mention_of_muster_is_answered_with_the_commands(place, channel, incident):
    before = len(place.whispers("bea"))

    place.actor.post("bea", channel, f"<@{place.gateway.bot}> help?")

    assert "/incident help" in until(lambda: place.whispers("bea")[before:])[0].text


def test_opening_the_home_tab_enqueues_its_refresh_and_the_messages_tab_does_not(place):
    place.actor.open_home("bea", "messages")
    place.sandbox.settle()
    none = home_jobs(place, "bea")

    place.actor.open_home("bea")
    place.sandbox.settle()

    assert (none, home_jobs(place, "bea")) == (0, 1)


def home_jobs(place, name):
    with place.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT key FROM job WHERE kind = 'home'").all()
    return sum(place.person(name) in row.key for row in rows)


def test_a_new_or_changed_user_is_known_at_once(place):
    user = place.actor.join_team(Person(name="zoe", real_name="Zoe", tz="Asia/Tokyo"))
    place.sandbox.settle()
    arrived = place.people.person(user)

    place.actor.update_person("zoe", title="On call", deleted=True)
    place.sandbox.settle()

    stored = place.store.directory.person(arrived.id)
    assert (arrived.zone, arrived.is_active) == ("Asia/Tokyo", True)
    assert (stored.title, stored.is_active) == ("On call", False)
