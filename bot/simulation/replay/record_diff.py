"""Compares the record that came out with the one a script expects, and says in words where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from bot.simulation.replay.scenario import Check

_TIMELINE_KEYS = ("occurred_at", "kind", "by", "src", "recorded_at", "corrects", "promoted_from", "promoted_by")


def differences(record: dict[str, Any], expected: dict[str, Any], words: dict[str, tuple[str, ...]]) -> list[str]:
    """List every place where the record is not the expected one; `words` are what people gave, by event id."""
    found: list[str] = []
    for key in sorted(set(record) | set(expected)):
        if key != "timeline":
            found += _walk(key, record.get(key, _ABSENT), plain(expected.get(key, _ABSENT)))
    return found + list(_timeline(record.get("timeline", []), plain(expected.get("timeline", [])), words))


def failed_checks(record: dict[str, Any], checks: tuple[Check, ...]) -> list[str]:
    """List the hand-written checks that the record does not meet."""
    return [problem for check in checks for problem in _check(record, check)]


_ABSENT = "(absent)"


def plain(value: Any) -> Any:
    """Turn what YAML made of a moment back into the record's text."""
    if isinstance(value, datetime):
        at = value if value.tzinfo else value.replace(tzinfo=UTC)
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def _walk(path: str, got: Any, want: Any) -> Iterator[str]:
    if isinstance(got, dict) and isinstance(want, dict):
        for key in sorted(set(got) | set(want)):
            yield from _walk(f"{path}.{key}", got.get(key, _ABSENT), want.get(key, _ABSENT))
    elif isinstance(got, list) and isinstance(want, list):
        for index, (one, other) in enumerate(zip_longest(got, want, fillvalue=_ABSENT)):
            yield from _walk(f"{path}.{index}", one, other)
    elif got != want:
        yield f"{path}: came out {got!r}, expected {want!r}"


def _timeline(got: list[Any], want: list[Any], words: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Compare two timelines on what is compared exactly, then on the words people gave."""
    for index, (one, other) in enumerate(zip_longest(got, want)):
        if one is None or other is None:
            yield f"timeline.{index}: came out {one!r}, expected {other!r}"
            continue
        for key in _TIMELINE_KEYS:
            if one.get(key) != other.get(key):
                yield f"timeline.{index}.{key}: came out {one.get(key)!r}, expected {other.get(key)!r} ({other['text']!r})"
        for said in words.get(other.get("src", ""), ()):
            if said in other["text"] and said not in one["text"]:
                yield f"timeline.{index}.text: {said!r} is missing from {one['text']!r}"


def _check(record: dict[str, Any], check: Check) -> Iterator[str]:
    if check.timeline_has:
        wanted = check.timeline_has
        if not any(
            item["kind"] == wanted["kind"] and wanted.get("text", "") in item["text"] for item in record["timeline"]
        ):
            yield f"check: no {wanted['kind']} in the timeline says {wanted.get('text')!r}"
    if check.path:
        got = _at(record, check.path)
        if got != plain(check.equals):
            yield f"check {check.path}: came out {got!r}, expected {plain(check.equals)!r}"


def _at(record: Any, path: str) -> Any:
    for step in path.split("."):
        try:
            record = record[int(step)] if isinstance(record, list) else record[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return _ABSENT
    return record
