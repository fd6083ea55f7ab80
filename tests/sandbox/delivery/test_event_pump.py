"""The event of each action, and whether the app receives it."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Channel, Payload, Person
from sandbox.workspace_errors import NotPossibleError
from tests.support.sandbox_client import client_of, general, manifest, people, person


class PublishedEvents:
    """Every event that the workspace publishes, whether the app receives it or not."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.events: list[Payload] = []
        sandbox.workspace.subscribe(self.on_event)

    def on_event(self, event: Payload, channel: Channel | None) -> None:
        self.events.append(event)

    def names(self) -> list[str]:
        return [".".join(filter(None, (one["type"], one.get("subtype")))) for one in self.events]


@pytest.fixture
def published(sandbox: Sandbox) -> PublishedEvents:
    return PublishedEvents(sandbox)


def test_events_of_an_edit_and_a_deletion_hold_the_previous_message(
    sandbox: Sandbox, published: PublishedEvents
) -> None:
    ts = sandbox.actor.post("ann", "general", "one")
    sandbox.actor.edit("ann", "general", ts, "two")
    sandbox.actor.delete("ann", "general", ts)

    posted, edited, deleted = published.events
    assert published.names() == ["message", "message.message_changed", "message.message_deleted"]
    assert (posted["text"], posted["channel_type"], posted["blocks"][0]["type"]) == ("one", "channel", "rich_text")
    assert (edited["message"]["text"], edited["previous_message"]["text"]) == ("two", "one")
    assert edited["message"]["edited"]["user"] == person(sandbox, "ann")
    assert (edited["hidden"], edited["message"]["ts"]) == (True, ts)
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "two")


def test_deleting_a_threads_parent_sends_a_tombstone(sandbox: Sandbox, published: PublishedEvents) -> None:
    ts = sandbox.actor.post("ann", "general", "head")
    sandbox.actor.post("bob", "general", "reply", ts)
    sandbox.actor.delete("ann", "general", ts)

    changed = published.events[-1]
    assert (changed["subtype"], changed["message"]["subtype"], changed["message"]["user"]) == (
        "message_changed",
        "tombstone",
        "USLACKBOT",
    )


def test_a_reply_names_its_thread_and_a_broadcast_says_so(sandbox: Sandbox, published: PublishedEvents) -> None:
    ts = sandbox.actor.post("ann", "general", "head")
    sandbox.actor.post("bob", "general", "reply", ts)
    sandbox.actor.post("bob", "general", "loud", ts, broadcast=True)

    _, reply, loud = published.events
    assert (reply["thread_ts"], reply["parent_user_id"]) == (ts, person(sandbox, "ann"))
    assert (loud["subtype"], loud["thread_ts"]) == ("thread_broadcast", ts)


def test_reactions_pins_and_files_send_one_event_each(sandbox: Sandbox, published: PublishedEvents) -> None:
    actor = sandbox.actor
    ts = actor.post("ann", "general", "look")
    for action in (actor.react, actor.react, actor.unreact, actor.unreact):
        action("bob", "general", ts, "pushpin")
    for action in (actor.pin, actor.pin, actor.unpin, actor.unpin):
        action("bob", "general", ts)
    actor.share_file("ann", "general", "log.txt", "the log")

    assert published.names() == [
        "message",
        "reaction_added",
        "reaction_removed",
        "pin_added",
        "pin_removed",
        "message.file_share",
    ]
    reaction = published.events[1]
    assert (reaction["item"]["ts"], reaction["item_user"]) == (ts, person(sandbox, "ann"))
    assert published.events[3]["item"]["message"]["ts"] == ts


def test_changes_of_a_channel_send_events_and_system_messages(sandbox: Sandbox, published: PublishedEvents) -> None:
    made = sandbox.actor.create_channel("ann", "room")
    sandbox.actor.invite("ann", "room", "bob", sandbox.workspace.bot.id)
    client = client_of(sandbox)
    client.conversations_setTopic(channel=made, topic="now")
    sandbox.actor.leave("bob", "room")
    sandbox.actor.archive("ann", "room")
    sandbox.actor.unarchive("ann", "room")

    assert published.names() == [
        "channel_created",
        *["message.channel_join", "member_joined_channel"] * 3,
        "message.channel_topic",
        "message.channel_leave",
        "member_left_channel",
        "message.channel_archive",
        "channel_archive",
        "message.channel_unarchive",
        "channel_unarchive",
    ]
    assert published.events[4]["inviter"] == person(sandbox, "ann")
    assert published.events[7]["topic"] == "now"


def test_a_private_channel_sends_the_same_events_as_group_events(sandbox: Sandbox, published: PublishedEvents) -> None:
    client = client_of(sandbox)
    made = client.conversations_create(name="secret", is_private=True)["channel"]["id"]
    client.conversations_rename(channel=made, name="hidden")

    assert published.names() == ["message.group_join", "member_joined_channel", "message.group_name", "group_rename"]
    assert published.events[1]["channel_type"] == "G"
    assert published.events[3]["channel"]["name"] == "hidden"


def test_changes_of_people_and_user_groups_send_events(sandbox: Sandbox, published: PublishedEvents) -> None:
    group = sandbox.workspace.add_usergroup("dba", "Databases", [person(sandbox, "bob")])
    dan = sandbox.actor.join_team(Person("dan", "Dan Wu"))
    sandbox.actor.update_person("dan", title="Scribe")
    sandbox.actor.set_usergroup(group.id, ["ann"])

    assert published.names() == ["team_join", "user_change", "subteam_members_changed"]
    assert (published.events[0]["user"]["id"], published.events[1]["user"]["profile"]["title"]) == (dan, "Scribe")
    assert published.events[2]["removed_users"] == [person(sandbox, "bob")]
    with pytest.raises(ValueError, match="no shoe_size"):
        sandbox.actor.update_person("dan", shoe_size=42)


def test_app_home_opened_holds_the_view_if_there_is_one(
    sandbox: Sandbox, published: PublishedEvents, client: WebClient
) -> None:
    sandbox.actor.open_home("ann")
    client.views_publish(user_id=person(sandbox, "ann"), view={"type": "home", "blocks": []})
    sandbox.actor.open_home("ann")

    first, second = published.events
    assert ("view" in first, second["view"]["type"], first["tab"]) == (False, "home", "home")


@pytest.fixture
def choosy() -> Iterator[Sandbox]:
    scopes = ("channels:history", "channels:join", "groups:read")
    events = ("message.channels", "message.groups", "reaction_added")
    with Sandbox(people(), manifest=manifest(*scopes, events=events), strict_tiers=False) as running:
        yield running


def sent(sandbox: Sandbox) -> list[Any]:
    assert sandbox.settle(5)
    return [one.name for one in sandbox.wire_log.since(0) if one.kind == "envelope"]


def test_an_app_receives_only_events_of_its_subscriptions_scopes_and_channels(choosy: Sandbox) -> None:
    actor = choosy.actor
    actor.post("ann", "general", "the bot is not here yet")
    choosy.workspace.find_channel("general").members.append(choosy.workspace.bot.id)
    actor.create_channel("ann", "secret", private=True)
    actor.invite("ann", "secret", choosy.workspace.bot.id)
    actor.post("ann", "secret", "groups:history is missing")
    ts = actor.post("ann", "general", "heard")
    actor.react("bob", "general", ts, "eyes")
    actor.pin("bob", "general", ts)

    assert set(sent(choosy)) == {"message"}


def test_only_commands_and_shortcuts_of_the_manifest_are_available(choosy: Sandbox) -> None:
    ts = choosy.actor.post("ann", "general", "hi")

    with pytest.raises(NotPossibleError, match="/shout is not a valid command"):
        choosy.actor.slash("ann", "general", "/shout")
    with pytest.raises(NotPossibleError, match="no global shortcut keep"):
        choosy.actor.global_shortcut("ann", "keep")
    with pytest.raises(NotPossibleError, match="no message shortcut start"):
        choosy.actor.message_shortcut("ann", "general", ts, "start")


def test_a_command_with_should_escape_receives_names_as_ids(choosy: Sandbox) -> None:
    choosy.actor.slash("ann", "general", "/do", "ask @bob in #general, not @nobody or a@ann")

    payload = next(one.detail for one in choosy.wire_log.since(0) if one.kind == "envelope")
    bob, place = person(choosy, "bob"), general(choosy)
    assert payload["text"] == f"ask <@{bob}> in <#{place}|general>, not @nobody or a@ann"


def test_typed_text_is_escaped_and_a_typed_broadcast_notifies_no_one(sandbox: Sandbox) -> None:
    typed = sandbox.actor.compose_text("<!channel> a & b @ann")

    assert typed == f"&lt;!channel&gt; a &amp; b <@{person(sandbox, 'ann')}>"


@pytest.mark.parametrize(
    ("action", "arguments", "words"),
    [
        ("post", ("cyd", "general", "hi"), "cannot see"),
        ("post", ("ann", "nowhere", "hi"), "nowhere"),
        ("post", ("ann", "general", "hi", "1.0"), "no such thread"),
        ("edit", ("bob", "general", "TS", "x"), "one's own"),
        ("delete", ("bob", "general", "TS"), "one's own"),
        ("react", ("ann", "general", "1.0", "eyes"), "gone"),
        ("create_channel", ("ann", "general"), "taken"),
        ("press", ("ann", "general", "TS", "go"), "no go here"),
    ],
)
def test_slacks_client_rejects_impossible_actions(
    sandbox: Sandbox, action: str, arguments: tuple[str, ...], words: str
) -> None:
    ts = sandbox.actor.post("ann", "general", "mine")

    with pytest.raises(NotPossibleError, match=words):
        getattr(sandbox.actor, action)(*(ts if one == "TS" else one for one in arguments))
