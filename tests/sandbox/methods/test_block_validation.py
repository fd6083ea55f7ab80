"""blocks.validate names every problem with its pointer, and posts nothing."""

from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import modal, refused_with, section

LOUD: dict[str, Any] = {"type": "shout"}


@pytest.mark.parametrize(
    "given", [{"blocks": [section()]}, {"message": {"text": "x", "blocks": [section()]}}, {"view": modal()}]
)
def test_what_slack_takes_is_valid(sandbox: Sandbox, client: WebClient, given: dict[str, Any]) -> None:
    assert client.api_call("blocks.validate", json=given)["ok"]
    assert not sandbox.snapshot("ann")["modals"]


@pytest.mark.parametrize(
    ("given", "error", "pointer"),
    [
        ({"blocks": [LOUD]}, "invalid_blocks", "/0/type"),
        ({"message": {"blocks": [LOUD]}}, "invalid_message", "/blocks/0/type"),
        ({"view": modal(LOUD)}, "invalid_view", "/view/blocks/0/type"),
    ],
)
def test_what_slack_refuses_is_named(client: WebClient, given: dict[str, Any], error: str, pointer: str) -> None:
    answer = refused_with(client.api_call, api_method="blocks.validate", json=given)

    assert answer["error"] == error
    assert answer["errors"] == [{"pointer": pointer, "code": "failed_constraint", "message": "unsupported type: shout"}]


def test_exactly_one_payload_is_validated_per_call(client: WebClient) -> None:
    both = {"blocks": [section()], "view": modal()}

    assert refused_with(client.api_call, api_method="blocks.validate", json=both)["error"] == "invalid_arguments"
    assert refused_with(client.api_call, api_method="blocks.validate", json={})["error"] == "invalid_arguments"
