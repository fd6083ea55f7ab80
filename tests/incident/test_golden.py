"""Entries as they were once stored must fold to the same state for good.

A golden file is added when a version of an entry ships and is never written again; what a later version adds to the
state may be there beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incident.entry import Entry, IncidentKey
from incident.fold.fold import fold
from incident.record.upcast import StoredEntry, read

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.json"))


def entry(stored: dict[str, Any]) -> Entry:
    fact = read(StoredEntry(stored["kind"], stored["version"], stored["facts"], stored["words"]))
    header = {name: stored[name] for name in ("n", "by", "occurred_at", "recorded_at", "source")}
    key = IncidentKey(stored["team"], stored["incident"])
    values = {**header, "key": key, "redacted": stored["words"] is None}
    return Entry(**{**values, "fact": fact})


def lacking(golden: Any, found: Any, path: str = "") -> list[str]:
    """Name what the golden state says and the state found does not; what it says beyond that is fine."""
    if isinstance(golden, dict) and isinstance(found, dict):
        return [line for key in golden for line in lacking(golden[key], found.get(key), f"{path}.{key}")]
    if isinstance(golden, list) and isinstance(found, list) and len(golden) == len(found):
        pairs = zip(golden, found, strict=True)
        return [line for place, (one, other) in enumerate(pairs) for line in lacking(one, other, f"{path}.{place}")]
    return [] if golden == found else [f"{path}: was {golden!r}, is {found!r}"]


def test_there_are_golden_files():
    assert [path.name for path in FILES] == [
        "deliveries-1.json",
        "deliveries-2.json",
        "drill-redacted-1.json",
        "regress-and-reopen-1.json",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_stored_folds_to_the_same_state(path):
    golden = json.loads(path.read_text(encoding="utf-8"))
    found = fold(entry(stored) for stored in golden["entries"])
    assert lacking(golden["state"], found.model_dump(mode="json")) == []


def test_a_difference_in_a_golden_state_is_found():
    assert lacking({"a": [{"b": 1}]}, {"a": [{"b": 2, "c": 3}], "d": 4}) == [".a.0.b: was 1, is 2"]
