"""The undocumented parts of slack_sdk are touched in one module."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[4]
HOME = ROOT / "bot/slack/socket_mode/sdk_socket.py"
INTERNALS = {
    "auto_reconnect_enabled",
    "current_session",
    "current_session_state",
    "last_ping_pong_time",
    "message_listeners",
    "message_processor",
    "message_queue",
    "message_workers",
    "on_message_listeners",
    "sock",
    "socket_mode_request_listeners",
}


def internals_in(source: str) -> set[str]:
    return {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)} & INTERNALS


def test_only_one_module_touches_the_undocumented_parts_of_slack_sdk() -> None:
    touching = {path for path in (ROOT / "bot").rglob("*.py") if internals_in(path.read_text("utf-8"))}

    assert touching == {HOME}


def test_a_use_of_an_undocumented_part_is_found() -> None:
    assert internals_in("handler.client.message_queue.put(None)") == {"message_queue"}
