"""app.yaml, docs/reference/scopes.md, the table of scopes and the code agree."""

import ast
import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from slack_sdk import WebClient

from bot.plain_yaml import load_yaml
from tests.support.slack_scopes import COMMANDS, EVENTS, METHODS

ROOT = Path(__file__).parents[2]
MANIFEST = load_yaml((ROOT / "app.yaml").read_text(encoding="utf-8"))
SCHEMA = ROOT.parent / "shared" / "data" / "slack-manifest.schema.json"
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
SHORTCUTS = {shortcut["callback_id"]: shortcut["type"] for shortcut in MANIFEST["features"]["shortcuts"]}


def slack_method(attribute: str) -> str | None:
    """Return the Web API method that a WebClient method calls, or None for anything else."""
    if not hasattr(WebClient, attribute) or attribute.startswith("_") or "_" not in attribute:
        return None
    family = re.match(
        r"(auth|bookmarks|chat|conversations|pins|reactions|usergroups|users|views|files|bots|team)_", attribute
    )
    return attribute.replace("_", ".") if family else None


def called_methods() -> set[str]:
    """Return the methods that the code calls, as WebClient methods or by their dotted name."""
    found = set()
    for path in sorted((ROOT / "bot").rglob("*.py")):
        if path.name == "scopes.py" or {"demo", "replay", "bench"} & set(path.relative_to(ROOT).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and (method := slack_method(node.attr)):
                found.add(method)
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and slack_method(node.value.replace(".", "_"))
            ):
                found |= {node.value} if "." in node.value else set()
    return found


def needed_scopes() -> set[str]:
    scopes = {COMMANDS}
    for table in (METHODS, EVENTS):
        for needed in table.values():
            scopes |= set(needed)
    return scopes


def test_the_table_of_scopes_lists_exactly_the_methods_that_the_code_calls():
    assert called_methods() == set(METHODS)


def test_the_table_of_scopes_lists_exactly_the_events_that_the_app_subscribes_to():
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)


def test_the_manifest_requests_exactly_the_scopes_that_are_needed():
    assert needed_scopes() == SCOPES


def test_the_documentation_of_every_scope_says_what_is_lost_without_it():
    rows = re.findall(
        r"^\| `([a-z_.:]+)` \| (.+) \| (.+) \|$",
        (ROOT / "docs" / "reference" / "scopes.md").read_text("utf-8"),
        re.MULTILINE,
    )

    assert {scope for scope, _, _ in rows} == SCOPES
    assert all(why and lost for _, why, lost in rows)


def test_the_commands_escape_mentions_and_have_a_usage_hint():
    commands = {command["command"]: command for command in MANIFEST["features"]["slash_commands"]}

    assert set(commands) == {"/incident", "/inc"}
    assert all(command["should_escape"] and command["usage_hint"] for command in commands.values())


def test_the_shortcuts_have_names_within_the_limits_of_slack():
    assert SHORTCUTS == {
        "declare": "global",
        "timeline_add": "message",
        "evidence_keep": "message",
        "decision_add": "message",
        "action_add": "message",
        "redact_message": "message",
        "declare_from_message": "message",
    }
    assert all(len(shortcut["name"]) <= 24 for shortcut in MANIFEST["features"]["shortcuts"])


def test_the_manifest_turns_on_socket_mode_the_home_tab_and_direct_messages():
    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"]
    assert MANIFEST["features"]["app_home"]["messages_tab_enabled"]


@pytest.mark.skipif(
    not SCHEMA.exists(), reason="the schema of app manifests is no part of this project and is not at hand"
)
def test_the_manifest_conforms_to_the_schema_of_app_manifests():
    validator = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

    assert [error.message for error in validator.iter_errors(MANIFEST)] == []
