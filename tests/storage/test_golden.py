"""Entries of every version ever shipped are read, check, and fold to the state they folded to then. For good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incident.entries import KINDS
from incident.entry import WORKSPACE, IncidentKey
from incident.fold.fold import fold
from storage.integrity.checks.entry_check import ChainCheck
from storage.record.chain_writer import place_columns
from storage.record.entry_rows import StoredEntryRow, to_entry

FILES = sorted((Path(__file__).parent / "golden").glob("v*/*.json"))


def lines(golden: dict[str, Any]) -> list[StoredEntryRow]:
    return [stored(IncidentKey(*golden["key"]), entry) for entry in golden["entries"]]


def stored(key: IncidentKey, entry: dict[str, Any]) -> StoredEntryRow:
    """Give the line as a database would, with columns made from the text."""
    header = json.loads(entry["text"])
    bare = StoredEntryRow(
        key,
        header["n"],
        header["kind"],
        header["recorded_at"],
        None,
        None,
        entry["text"],
        header["prev"],
        entry["hash"],
        entry["salt"],
        entry["words"],
    )
    channel, ts = place_columns(to_entry(bare).fact)
    return bare._replace(channel=channel, ts=ts)


def differences(then: Any, now: Any, place: str = "") -> list[str]:
    """Name what was so then and is otherwise now; what only now exists is no difference."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [d for name in then for d in differences(then[name], now.get(name), f"{place}.{name}")]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [d for n, pair in enumerate(zip(then, now, strict=True)) for d in differences(*pair, f"{place}[{n}]")]
    return [] if then == now else [f"{place}: was {then!r}, is {now!r}"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_golden_chain_holds_and_folds_to_what_it_always_did(path: Path) -> None:
    golden = json.loads(path.read_text("utf-8"))

    check = ChainCheck(IncidentKey(*golden["key"]))
    entries = [entry for _, entry in check.walk(lines(golden))]

    assert list(check.redactions()) == []
    assert len(entries) == len(golden["entries"])
    if golden["key"][1] != WORKSPACE:
        assert differences(golden["state"], json.loads(fold(entries).model_dump_json())) == []


def test_every_kind_and_version_of_fact_has_a_golden_entry() -> None:
    """A kind without one could change its meaning unseen. See `tests/storage/golden/make.py` for how to add one."""
    goldens = [json.loads(path.read_text("utf-8")) for path in FILES]
    headers = [json.loads(entry["text"]) for golden in goldens for entry in golden["entries"]]

    assert set(KINDS) - {(header["kind"], header["version"]) for header in headers} == set()


def test_a_golden_file_that_is_changed_is_noticed() -> None:
    golden = json.loads(FILES[0].read_text("utf-8"))
    golden["state"]["state"] = "closed!"

    assert differences(golden["state"], json.loads(fold(map(to_entry, lines(golden))).model_dump_json()))
