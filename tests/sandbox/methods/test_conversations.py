"""Slack's rules for channels, each broken once by a plain client."""

import pytest
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import general, person, refusal, refused_with


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("a" * 81, "invalid_name_maxlength"),
        ("Inc-1", "invalid_name_specials"),
        ("inc 1", "invalid_name_specials"),
        ("inc.1", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        ("general", "name_taken"),
    ],
)
def test_a_channel_name_that_breaks_a_rule_is_rejected_by_that_rule(client: WebClient, name: str, error: str) -> None:
    assert refusal(client.conversations_create, name=name) == error


def test_an_archived_channel_keeps_its_name(client: WebClient) -> None:
    made = client.conversations_create(name="inc-1")["channel"]["id"]
    client.conversations_archive(channel=made)

    assert refusal(client.conversations_create, name="inc-1") == "name_taken"


def test_the_bot_is_the_first_member_of_its_channel(client: WebClient) -> None:
    made = client.conversations_create(name="inc-1", is_private=True)["channel"]

    assert made["is_private"] is True
    assert client.conversations_members(channel=made["id"])["members"] == [client.auth_test()["user_id"]]


def test_a_rename_adapts_the_name_and_is_for_the_creator_only(sandbox: Sandbox, client: WebClient) -> None:
    made = client.conversations_create(name="inc-1")["channel"]["id"]
    theirs = sandbox.actor.create_channel("ann", "theirs")
    client.conversations_join(channel=theirs)

    assert client.conversations_rename(channel=made, name="Inc 2!")["channel"]["name"] == "inc-2-"
    assert refusal(client.conversations_rename, channel=theirs, name="mine") == "not_authorized"


def test_a_topic_has_at_most_250_characters(client: WebClient) -> None:
    made = client.conversations_create(name="inc-1")["channel"]["id"]

    assert refusal(client.conversations_setTopic, channel=made, topic="x" * 250) == ""
    assert refusal(client.conversations_setTopic, channel=made, topic="x" * 251) == "too_long"
    assert refusal(client.conversations_setPurpose, channel=made, purpose="x" * 251) == "too_long"


def test_a_private_channel_does_not_exist_for_a_bot_outside_it(sandbox: Sandbox, client: WebClient) -> None:
    secret = sandbox.actor.create_channel("ann", "secret", private=True)

    assert refusal(client.conversations_info, channel=secret) == "channel_not_found"
    assert refusal(client.chat_postMessage, channel=secret, text="hi") == "channel_not_found"
    assert secret not in [one["id"] for one in client.conversations_list(types="private_channel")["channels"]]


def test_an_unknown_type_of_channel_is_refused(client: WebClient) -> None:
    assert refusal(client.conversations_list, types="public_channel,secret") == "invalid_types"
    assert refusal(client.users_conversations, types="secret") == "invalid_types"


def test_only_members_read_and_change_a_public_channel(sandbox: Sandbox, client: WebClient) -> None:
    ts = sandbox.actor.post("ann", "general", "hi")
    place = general(sandbox)

    assert refusal(client.conversations_history, channel=place) == "not_in_channel"
    assert refusal(client.conversations_setTopic, channel=place, topic="x") == "not_in_channel"
    assert refusal(client.conversations_invite, channel=place, users=person(sandbox, "bob")) == "not_in_channel"
    assert refusal(client.pins_add, channel=place, timestamp=ts) == "not_in_channel"
    assert refusal(client.reactions_add, channel=place, timestamp=ts, name="eyes") == "not_in_channel"


def test_an_invitation_is_all_or_nothing_and_returns_an_error_per_user(sandbox: Sandbox, client: WebClient) -> None:
    made = client.conversations_create(name="inc-1")["channel"]["id"]
    ann, cyd, bot = person(sandbox, "ann"), person(sandbox, "cyd"), sandbox.workspace.bot.id

    answer = refused_with(client.conversations_invite, channel=made, users=[ann, cyd, bot, "U404"])

    assert [one["error"] for one in answer["errors"]] == ["user_is_restricted", "cant_invite_self", "user_not_found"]
    assert client.conversations_members(channel=made)["members"] == [bot]


def test_an_invitation_with_force_adds_the_users_that_can_be_added(sandbox: Sandbox, client: WebClient) -> None:
    made = client.conversations_create(name="inc-1")["channel"]["id"]
    ann = person(sandbox, "ann")

    answer = client.conversations_invite(channel=made, users=[ann, "U404"], force=True)

    assert answer["errors"] == [{"user": "U404", "ok": False, "error": "user_not_found"}]
    assert ann in client.conversations_members(channel=made)["members"]


def test_inviting_a_member_no_one_or_too_many_is_rejected(sandbox: Sandbox, client: WebClient) -> None:
    made = client.conversations_create(name="inc-1")["channel"]["id"]
    ann = person(sandbox, "ann")
    client.conversations_invite(channel=made, users=ann)

    assert refusal(client.conversations_invite, channel=made, users=ann) == "already_in_channel"
    assert refusal(client.conversations_invite, channel=made, users="") == "no_user"
    assert refusal(client.conversations_invite, channel=made, users=["U1"] * 101) == "invalid_arguments"


def test_an_archived_channel_is_read_only_and_the_bot_cannot_unarchive_it(client: WebClient) -> None:
    made = client.conversations_create(name="inc-1")["channel"]["id"]
    ts = client.chat_postMessage(channel=made, text="hi")["ts"]
    client.conversations_archive(channel=made)

    assert refusal(client.chat_postMessage, channel=made, text="hi") == "is_archived"
    assert refusal(client.chat_update, channel=made, ts=ts, text="ho") == "is_inactive"
    assert refusal(client.conversations_invite, channel=made, users="U1") == "is_archived"
    assert refusal(client.conversations_join, channel=made) == "is_archived"
    assert refusal(client.conversations_archive, channel=made) == "already_archived"
    assert refusal(client.conversations_unarchive, channel=made) == "not_in_channel"


def test_a_person_can_unarchive_a_channel_and_the_bot_can_rejoin(sandbox: Sandbox, client: WebClient) -> None:
    made = client.conversations_create(name="inc-1")["channel"]["id"]
    client.conversations_archive(channel=made)

    sandbox.actor.unarchive("ann", made)

    assert refusal(client.conversations_history, channel=made) == "not_in_channel"
    client.conversations_join(channel=made)
    assert refusal(client.chat_postMessage, channel=made, text="hi") == ""


def test_general_is_neither_archived_nor_left(sandbox: Sandbox, client: WebClient) -> None:
    place = general(sandbox)
    client.conversations_join(channel=place)

    assert refusal(client.conversations_archive, channel=place) == "cant_archive_general"
    assert refusal(client.conversations_leave, channel=place) == "cant_leave_general"


def test_joining_twice_warns_and_joining_a_private_channel_is_rejected(sandbox: Sandbox, client: WebClient) -> None:
    place = general(sandbox)
    client.conversations_join(channel=place)
    secret = client.conversations_create(name="secret", is_private=True)["channel"]["id"]

    assert client.conversations_join(channel=place)["warning"] == "already_in_channel"
    assert refusal(client.conversations_join, channel=secret) == "method_not_supported_for_channel_type"


def test_kick_requires_a_member_and_not_the_bot_itself(sandbox: Sandbox, client: WebClient) -> None:
    made = client.conversations_create(name="inc-1")["channel"]["id"]
    ann = person(sandbox, "ann")
    client.conversations_invite(channel=made, users=ann)

    assert refusal(client.conversations_kick, channel=made, user=ann) == ""
    assert refusal(client.conversations_kick, channel=made, user=ann) == "not_in_channel"
    assert refusal(client.conversations_kick, channel=made, user=sandbox.workspace.bot.id) == "cant_kick_self"


def test_a_direct_message_is_opened_with_one_person(sandbox: Sandbox, client: WebClient) -> None:
    ann, bob = person(sandbox, "ann"), person(sandbox, "bob")

    opened = client.conversations_open(users=ann)["channel"]["id"]

    assert opened.startswith("D")
    assert client.conversations_open(users=ann)["channel"]["id"] == opened
    assert client.chat_postMessage(channel=ann, text="hi")["channel"] == opened
    assert refusal(client.conversations_open, users="U404") == "user_not_found"
    assert refusal(client.conversations_open, users=[ann, bob]) == "missing_scope"


def test_lists_are_paginated_and_reject_an_invalid_cursor(client: WebClient) -> None:
    for number in range(5):
        client.conversations_create(name=f"inc-{number}")
    names: list[str] = []
    cursor = ""

    while True:
        answer = client.conversations_list(limit=2, cursor=cursor)
        names += [one["name"] for one in answer["channels"]]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break

    assert names == ["general", "inc-0", "inc-1", "inc-2", "inc-3", "inc-4"]
    assert refusal(client.conversations_list, cursor="nonsense") == "invalid_cursor"
    assert refusal(client.conversations_list, limit="many") == "invalid_limit"
