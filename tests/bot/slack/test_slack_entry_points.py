"""Slack payloads reach the record through the gateway only, and listeners call Slack through the responder only."""

import ast
from pathlib import Path

import pytest

SLACK = Path(__file__).parents[3] / "bot" / "slack"
PARSERS = (
    "interaction",
    "capture/message_events",
    "gateway/typed_lines/typed_command",
    "surfaces/slack_reply",
    "surfaces/action_menu",
    "blocks/block_elements",
    "blocks/action_context",
    "blocks/clipper",
)
MODULES = sorted(
    [
        *(SLACK / "listeners").glob("*.py"),
        *(SLACK / "forms").glob("*.py"),
        *(SLACK / f"{name}.py" for name in PARSERS),
        SLACK.parent / "rendering" / "message_catalog.py",
        SLACK.parent / "rendering" / "reply_text.py",
        SLACK.parent / "rendering" / "user_text.py",
        SLACK.parent / "requests" / "reply.py",
    ]
)
ENTRY_POINTS = {"run", "capture", "note_outcome", "tick", "transact"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_listeners_and_parsers_import_neither_storage_nor_the_slack_client(path):
    found = {module.split(".")[0] for module in imported(path)}

    assert not found & {"storage", "slack_sdk", "sqlalchemy", "sqlmodel"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_the_gateway_calls_the_entry_points_of_the_record(path):
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }

    assert not called & (ENTRY_POINTS - {"capture"})
    assert "capture" not in called or path.parent.name == "listeners"


def test_unexpected_errors_are_caught_in_two_places_only():
    broad = [
        path.name
        for path in sorted(SLACK.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and getattr(node.type, "id", None) in (None, "Exception", "BaseException")
        and not isinstance(node.type, ast.Tuple | ast.Attribute)
    ]

    assert broad == ["batcher.py", "error_reports.py"]
