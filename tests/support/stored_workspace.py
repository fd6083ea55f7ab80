"""The pretend workspace as one JSON file, and back: people, channels and every message, under the ids that a record names."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from sandbox.state.entities import Bookmark, Channel, ChannelText, Message, Person, Usergroup
from sandbox.state.workspace import Workspace

_PREFIXES = ("C", "D", "S")


def write_workspace(ws: Workspace, path: Path) -> None:
    """Write everything that outlives a restart of Slack."""
    with ws.lock:
        whole = {
            "people": [dataclasses.asdict(one) for one in ws.people.values()],
            "usergroups": [dataclasses.asdict(one) for one in ws.usergroups.values()],
            "channels": [dataclasses.asdict(one) for one in ws.channels.values()],
        }
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_workspace(path: Path, ws: Workspace) -> None:
    """Fill a fresh workspace; what is made in it afterwards gets ids that are free."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    with ws.lock:
        ws.people |= {one["id"]: Person(**one) for one in whole["people"]}
        ws.bot = ws.people[ws.bot.id]
        ws.usergroups |= {one["id"]: Usergroup(**one) for one in whole["usergroups"]}
        ws.channels |= {one["id"]: _channel(one) for one in whole["channels"]}
        taken = set(ws.channels) | set(ws.usergroups)
        for prefix in _PREFIXES:
            for _ in range(sum(name.startswith(prefix) for name in taken)):
                ws.new_id(prefix)


def _channel(whole: dict[str, Any]) -> Channel:
    parts = {
        "messages": {ts: Message(**one) for ts, one in whole["messages"].items()},
        "bookmarks": {name: Bookmark(**one) for name, one in whole["bookmarks"].items()},
        "topic": ChannelText(**whole["topic"]),
        "purpose": ChannelText(**whole["purpose"]),
    }
    return Channel(**{**whole, **parts})
