"""Entries of every version ever shipped are read, check, and fold to the state they folded to then. For good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incident.entry import WORKSPACE, IncidentKey
from incident.fold.fold import fold
from organisation.entries import ALL as KINDS
from organisation.fold.organisation_fold import ORGANISATION
from storage.integrity.checks.entry_check import ChainCheck
from storage.record.chain_writer import message_columns
from storage.record.entry_rows import StoredEntryRow, to_entry
from tests.storage.golden.released import FILES, golden_kinds, has_unreleased_changes, unreleased_kinds


def lines(golden: dict[str, Any]) -> list[StoredEntryRow]:
    return [stored(IncidentKey(*golden["key"]), entry) for entry in golden["entries"]]


def stored(key: IncidentKey, entry: dict[str, Any]) -> StoredEntryRow:
    """Return the row as a database would store it, with columns derived from the text."""
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
    channel, ts = message_columns(to_entry(bare).fact)
    return bare._replace(channel=channel, ts=ts)


def differences(then: Any, now: Any, place: str = "") -> list[str]:
    """Return the fields that differ from then; fields that did not exist then are no difference."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [d for name in then for d in differences(then[name], now.get(name), f"{place}.{name}")]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [d for n, pair in enumerate(zip(then, now, strict=True)) for d in differences(*pair, f"{place}[{n}]")]
    return [] if then == now else [f"{place}: was {then!r}, is {now!r}"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_golden_chain_verifies_and_folds_to_the_same_state(path: Path) -> None:
    golden = json.loads(path.read_text("utf-8"))

    check = ChainCheck(IncidentKey(*golden["key"]))
    entries = [checked.entry for checked in check.walk(row[1:] for row in lines(golden))]

    assert list(check.redactions()) == []
    assert len(entries) == len(golden["entries"])
    if golden["state"] is not None:
        whole = ORGANISATION.fold(entries) if golden["key"][1] == WORKSPACE else fold(entries)
        assert differences(golden["state"], json.loads(whole.model_dump_json())) == []


def test_every_kind_and_version_of_fact_has_a_golden_entry() -> None:
    """A kind without one could change its meaning unseen. See `tests/storage/golden/make.py` for how to add one.

    Only the first version of a kind that no release has had may be without, as long as the changelog has unreleased
    changes at its top: a release writes the golden files of its new kinds.
    """
    allowed = unreleased_kinds() if has_unreleased_changes() else frozenset()

    assert set(KINDS) - golden_kinds() - {(kind, 1) for kind in allowed} == set()


def test_only_a_kind_without_any_golden_entry_is_unreleased() -> None:
    assert has_unreleased_changes()
    assert unreleased_kinds(golden_kinds() - {("noted", 1), ("card_posted", 2)}) - unreleased_kinds() == {"noted"}


def test_a_golden_file_that_is_changed_is_noticed() -> None:
    golden = json.loads(FILES[0].read_text("utf-8"))
    golden["state"]["state"] = "closed!"

    assert differences(golden["state"], json.loads(fold(map(to_entry, lines(golden))).model_dump_json()))
