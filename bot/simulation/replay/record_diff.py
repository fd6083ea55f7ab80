"""Compares a record with the one a scenario expects, and describes each difference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from bot.simulation.replay.scenario import Check

_TIMELINE_KEYS = ("occurred_at", "kind", "by", "src", "recorded_at", "corrects", "promoted_from", "promoted_by")


def differences(record: dict[str, Any], expected: dict[str, Any], texts: dict[str, tuple[str, ...]]) -> list[str]:
    """Return every difference from the expected record. `texts` holds people's texts by event id."""
    found: list[str] = []
    for key in sorted(set(record) | set(expected)):
        if key != "timeline":
            found += _compare(key, record.get(key, _ABSENT), normalize(expected.get(key, _ABSENT)))
    return found + list(_timeline(record.get("timeline", []), normalize(expected.get("timeline", [])), texts))


def failed_checks(record: dict[str, Any], checks: tuple[Check, ...]) -> list[str]:
    """Return the scenario's own checks that the record fails."""
    return [problem for check in checks for problem in _check(record, check)]


_ABSENT = "(absent)"


def normalize(value: Any) -> Any:
    """Return a YAML value with times as the record's text."""
    if isinstance(value, datetime):
        at = value if value.tzinfo else value.replace(tzinfo=UTC)
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dict):
        return {key: normalize(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [normalize(inner) for inner in value]
    return value


def _compare(path: str, actual: Any, expected: Any) -> Iterator[str]:
    if isinstance(actual, dict) and isinstance(expected, dict):
        for key in sorted(set(actual) | set(expected)):
            yield from _compare(f"{path}.{key}", actual.get(key, _ABSENT), expected.get(key, _ABSENT))
    elif isinstance(actual, list) and isinstance(expected, list):
        for index, (left, right) in enumerate(zip_longest(actual, expected, fillvalue=_ABSENT)):
            yield from _compare(f"{path}.{index}", left, right)
    elif actual != expected:
        yield f"{path}: came out {actual!r}, expected {expected!r}"


def _timeline(actual: list[Any], expected: list[Any], texts: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Compare the exact fields of two timelines, then people's texts."""
    for index, (left, right) in enumerate(zip_longest(actual, expected)):
        if left is None or right is None:
            yield f"timeline.{index}: came out {left!r}, expected {right!r}"
            continue
        for key in _TIMELINE_KEYS:
            if left.get(key) != right.get(key):
                yield f"timeline.{index}.{key}: came out {left.get(key)!r}, expected {right.get(key)!r} ({right['text']!r})"
        for text in texts.get(right.get("src", ""), ()):
            if text in right["text"] and text not in left["text"]:
                yield f"timeline.{index}.text: {text!r} is missing from {left['text']!r}"


def _check(record: dict[str, Any], check: Check) -> Iterator[str]:
    if check.timeline_has:
        condition = check.timeline_has
        if not any(
            item["kind"] == condition["kind"] and condition.get("text", "") in item["text"]
            for item in record["timeline"]
        ):
            yield f"check: no {condition['kind']} in the timeline says {condition.get('text')!r}"
    if check.path:
        actual = _at(record, check.path)
        if actual != normalize(check.equals):
            yield f"check {check.path}: came out {actual!r}, expected {normalize(check.equals)!r}"


def _at(record: Any, path: str) -> Any:
    for step in path.split("."):
        try:
            record = record[int(step)] if isinstance(record, list) else record[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return _ABSENT
    return record
