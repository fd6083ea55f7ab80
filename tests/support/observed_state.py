"""The state of the workspace and the record after a play, in a form in which two plays can be compared.

Left out are times, numbers that Slack or the record assigns, the order of independent jobs, and marks of lateness.
Everything else must be equal, word for word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Channel, Message
from storage.maintenance.verification import verify
from storage.store import open_store

_LATE = re.compile(r" ?_\([^)]* late\)_|, late")
_STAMP = re.compile(r"\d{10}\.\d{6}|(?<=/p)\d{16}")
_TIME = re.compile(
    r"<!date\^[^>]*>|\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?|\b\d\d:\d\d( UTC)?|[0-9A-HJKMNP-TV-Z]{26}"
)
_THING = re.compile(r"(?<=[a-z]:)\d+$")
_CALL = re.compile(r"\bCA\d{32}\b|<[0-9a-f]{32}@example\.org>")
_SPAN = re.compile(r"\b\d+ (seconds?|minutes?|min|hours?)\b|\ba minute\b|\bless than a minute\b")
_NUMBERS = frozenset(
    {
        "n",
        "follows",
        "escalation",
        "entry",
        "prompt",
        "corrects",
        "entries",
        "seq",
        "late",
        "leaves",
        "root",
        "statement",
    }
)


def observed_state(sandbox: Sandbox, url: str) -> dict[str, Any]:
    """Return the observed state."""
    with open_store(url, team=sandbox.workspace.team_id) as store:
        assert store.jobs.dead_letters() == ()
        assert verify(store).is_sound
        chains = [store.recorder.read(lambda r, key=key: r.entries(key)) for key in store.queries.chain_keys()]
        numbers = [one.number for one in store.queries.incidents(sandbox.workspace.team_id)]
    entries = [(e.fact.kind, e.by, _plain(sandbox, e.fact.model_dump(mode="json"))) for chain in chains for e in chain]
    told = sandbox.workspace.ephemerals
    return {
        "incidents": numbers,
        "entries": sorted(json.dumps(entry, sort_keys=True) for entry in entries),
        "channels": dict(_channel(sandbox, one) for one in sandbox.workspace.channels.values()),
        # What one person alone is shown may come twice, since nobody can look whether it came; it comes at all.
        "whispers": {user: sorted({_plain(sandbox, one.text) for one in said}) for user, said in told.items()},
        "homes": {user: _plain(sandbox, view.blocks) for user, view in sandbox.workspace.homes.items()},
    }


def difference(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Name, line by line, what one has and the other has not."""
    mine, others = sorted(_lines("", ours)), sorted(_lines("", theirs))
    for line in list(mine):
        if line in others:
            others.remove(line)
            mine.remove(line)
    return [f"+ {line}" for line in mine] + [f"- {line}" for line in others]


def _channel(sandbox: Sandbox, channel: Channel) -> tuple[str, Any]:
    people = sandbox.workspace.people
    messages = list(channel.messages.values())
    return channel.name or "with " + ", ".join(sorted(people[user].name for user in channel.members)), {
        "topic": _plain(sandbox, channel.topic.value),
        "members": sorted(people[user].name for user in channel.members),
        "pins": [_plain(sandbox, channel.messages[ts].text) for ts in channel.pins],
        "bookmarks": sorted(mark.title for mark in channel.bookmarks.values()),
        "messages": sorted(
            json.dumps(line) for one in messages if one.subtype != "channel_topic" for line in _message(sandbox, one)
        ),
        "lane": [
            line
            for one in messages
            if _job(one).startswith("say:")
            for line in str(_plain(sandbox, one.text)).splitlines()
        ],
    }


def _message(sandbox: Sandbox, message: Message) -> list[Any]:
    """Return what a message says, line by line where it is text alone: a line posted late is a message of its own."""
    text, blocks = _plain(sandbox, message.text), _plain(sandbox, message.blocks)
    parts = [text] if blocks else text.splitlines() or [text]
    return [[message.user, part, blocks, sorted(message.reactions)] for part in parts]


def _job(message: Message) -> str:
    return str(((message.metadata or {}).get("event_payload") or {}).get("job", ""))


def _plain(sandbox: Sandbox, value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(sandbox, v) for k, v in value.items() if k not in _NUMBERS and k not in ("block_id", "value")}
    if isinstance(value, list):
        return [_plain(sandbox, one) for one in value]
    if isinstance(value, str):
        # A process that has not met a person yet names them by a mention.
        for person in sandbox.workspace.people.values():
            value = value.replace(f"<@{person.id}>", person.real_name)
        for pattern, word in (
            (_LATE, ""),
            (_CALL, "call"),
            (_STAMP, "ts"),
            (_TIME, "time"),
            (_THING, "number"),
            (_SPAN, "span"),
        ):
            value = pattern.sub(word, value)
    return value


def _lines(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _lines(f"{path}/{name}", one)
    elif isinstance(value, list) and not path.endswith("lane"):
        for one in value:
            yield from _lines(path, one)
    else:
        yield f"{path}: {value}"
