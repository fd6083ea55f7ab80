"""Tokens, scopes, tiers, encodings: everything between a request and its method."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.pretend_workspace import Sandbox
from sandbox.state.workspace_clock import SetClock
from tests.support.sandbox_client import (
    WORKSPACE_START,
    client_of,
    general,
    manifest,
    people,
    person,
    refusal,
    refused_with,
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(WORKSPACE_START)


@pytest.fixture
def strict(clock: SetClock) -> Iterator[Sandbox]:
    with Sandbox(people(), clock=clock) as running:
        yield running


def retry_after(client: WebClient, **call: Any) -> int:
    """Return Retry-After of a call that is rate-limited."""
    with pytest.raises(SlackApiError) as limited:
        client.api_call(**call)
    assert limited.value.response.status_code == 429
    assert limited.value.response["error"] == "ratelimited"
    return int(limited.value.response.headers["Retry-After"])


def use_up(client: WebClient, times: int, **call: Any) -> None:
    for _ in range(times):
        assert refusal(client.api_call, **call) != "ratelimited"


def test_a_call_needs_a_known_token_of_the_right_kind(sandbox: Sandbox) -> None:
    assert refusal(client_of(sandbox, "xoxb-other").auth_test) == "invalid_auth"
    assert refusal(client_of(sandbox, " ").auth_test) == "not_authed"
    assert refusal(client_of(sandbox, sandbox.app_token).auth_test) == "not_allowed_token_type"
    assert refusal(client_of(sandbox).apps_connections_open, app_token=sandbox.bot_token) == "not_allowed_token_type"


def test_an_unknown_method_is_rejected(client: WebClient) -> None:
    assert refusal(client.api_call, api_method="chat.shout") == "unknown_method"


def test_auth_test_returns_the_bots_identity_and_scopes() -> None:
    with Sandbox(people(), manifest=manifest("chat:write", "commands")) as sandbox:
        answer = client_of(sandbox).auth_test()

    assert (answer["user"], answer["team_id"], answer["bot_id"]) == ("helper", "T00ACME", "B00BOT")
    assert answer.headers["x-oauth-scopes"] == "chat:write,commands"


@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("users.info", {"user": "U1"}, "users:read"),
        ("pins.add", {"channel": "C0000001", "timestamp": "1.0"}, "pins:write"),
        ("conversations.create", {"name": "x"}, "channels:manage"),
        ("conversations.create", {"name": "x", "is_private": "1"}, "groups:write"),
        ("conversations.info", {"channel": "C0000001"}, "channels:read"),
        ("usergroups.list", {}, "usergroups:read"),
    ],
)
def test_a_call_without_its_scope_returns_the_missing_scope(
    method: str, arguments: dict[str, str], needed: str
) -> None:
    with Sandbox(people(), manifest=manifest("chat:write", "im:write")) as sandbox:
        answer = refused_with(client_of(sandbox).api_call, api_method=method, params=arguments)

    assert answer["error"] == "missing_scope"
    assert needed in answer["needed"].split(",")
    assert answer["provided"] == "chat:write,im:write"


def test_without_chat_write_public_a_bot_posts_only_to_its_own_channels() -> None:
    with Sandbox(people(), manifest=manifest("chat:write")) as sandbox:
        assert refusal(client_of(sandbox).chat_postMessage, channel=general(sandbox), text="hi") == "not_in_channel"


def test_email_addresses_require_their_scope() -> None:
    with Sandbox(people(), manifest=manifest("users:read")) as sandbox:
        shown = client_of(sandbox).users_info(user=person(sandbox, "ann"))["user"]["profile"]

    assert "email" not in shown
    assert shown["title"] == "Duty manager"


@pytest.mark.parametrize(("method", "allowed"), [("conversations.list", 20), ("chat.update", 50), ("users.info", 100)])
def test_a_method_above_its_tier_returns_retry_after(strict: Sandbox, method: str, allowed: int) -> None:
    client = client_of(strict)
    use_up(client, allowed, api_method=method)

    assert retry_after(client, api_method=method) >= 1
    assert refusal(client.api_call, api_method="auth.test") == ""


def test_a_tier_refills_by_the_workspaces_clock(strict: Sandbox, clock: SetClock) -> None:
    client = client_of(strict)
    use_up(client, 20, api_method="conversations.list")

    clock.advance(retry_after(client, api_method="conversations.list"))

    assert refusal(client.conversations_list) == ""


def test_a_channel_accepts_a_burst_of_messages_and_then_one_a_second(strict: Sandbox, clock: SetClock) -> None:
    client = client_of(strict)
    post = {"api_method": "chat.postMessage", "json": {"channel": general(strict), "text": "hi"}}
    use_up(client, 5, **post)

    assert retry_after(client, **post) == 1
    clock.advance(1)
    assert refusal(client.api_call, **post) == ""
    assert refusal(client.chat_postMessage, channel=person(strict, "ann"), text="hi") == ""


def test_arguments_are_read_from_json_and_from_forms_alike(sandbox: Sandbox) -> None:
    blocks = json.dumps([{"type": "divider"}])
    form = f"channel={general(sandbox)}&text=a%26b&blocks={blocks}".encode()

    answer = raw(sandbox, "chat.postMessage", form, "application/x-www-form-urlencoded")

    assert answer["ok"] is True
    assert answer["message"]["text"] == "a&b"
    assert answer["message"]["blocks"][0]["type"] == "divider"


def test_invalid_json_is_rejected_by_the_arguments_name(sandbox: Sandbox) -> None:
    form = f"channel={general(sandbox)}&text=a&blocks=[".encode()

    assert (
        raw(sandbox, "chat.postMessage", form, "application/x-www-form-urlencoded")["error"] == "invalid_blocks_format"
    )


def raw(sandbox: Sandbox, method: str, body: bytes, kind: str) -> dict[str, Any]:
    headers = {"Content-Type": kind, "Authorization": f"Bearer {sandbox.bot_token}"}
    request = urllib.request.Request(sandbox.base_url + method, body, headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=5) as response:
        return dict(json.loads(response.read()))


def test_the_workspace_binds_to_loopback_and_rejects_other_host_names(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="stays on this machine"):
        Sandbox(host="0.0.0.0")
    request = urllib.request.Request(sandbox.base_url + "api.test", headers={"Host": "evil.example"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(request, timeout=5)

    refused.value.close()
    assert refused.value.code == 400


def test_people_and_user_groups_are_found_or_rejected_by_error_name(sandbox: Sandbox, client: WebClient) -> None:
    group = sandbox.workspace.add_usergroup("dba", "Databases", [person(sandbox, "bob")])

    assert client.users_lookupByEmail(email="BOB@acme.example")["user"]["id"] == person(sandbox, "bob")
    assert refusal(client.users_lookupByEmail, email="no@acme.example") == "users_not_found"
    assert refusal(client.users_info, user="U404") == "user_not_found"
    assert client.usergroups_users_list(usergroup=group.id)["users"] == [person(sandbox, "bob")]
    assert client.usergroups_list()["usergroups"][0]["handle"] == "dba"
    assert refusal(client.usergroups_users_list, usergroup="S404") == "no_such_subteam"
    assert len(client.users_list()["members"]) == 4
    assert refusal(client.bots_info, bot="B404") == "bot_not_found"
