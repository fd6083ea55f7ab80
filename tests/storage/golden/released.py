"""Which kinds of facts a release has had: those with an entry in a golden file."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path

from organisation.entries import ALL as KINDS

FILES = sorted(Path(__file__).parent.glob("v*/*.json"))
CHANGELOG = Path(__file__).parents[3] / "CHANGELOG.md"


@cache
def golden_kinds() -> frozenset[tuple[str, int]]:
    """Return the kinds and versions that golden files hold."""
    goldens = [json.loads(path.read_text("utf-8")) for path in FILES]
    headers = [json.loads(entry["text"]) for golden in goldens for entry in golden["entries"]]
    return frozenset((header["kind"], header["version"]) for header in headers)


def unreleased_kinds(golden: Collection[tuple[str, int]] | None = None) -> frozenset[str]:
    """Return the kinds of which no version is in a golden file."""
    released = {kind for kind, _ in (golden_kinds() if golden is None else golden)}
    return frozenset(kind for kind, _ in KINDS if kind not in released)


def has_unreleased_changes() -> bool:
    """True as long as the first section of the changelog is the one of the next release."""
    heading = next(line for line in CHANGELOG.read_text("utf-8").splitlines() if line.startswith("## "))
    return heading == "## Unreleased"
