"""The reference of the pretend workspace names every method that it has, and no other."""

import re
from pathlib import Path

from sandbox.methods import METHODS, RETIRED

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "pretend-workspace.md"


def test_every_method_is_documented_and_no_other_is() -> None:
    rows = re.findall(r"^\| [\w.]+ \| (`.+`) \|$", PAGE.read_text("utf-8"), re.MULTILINE)

    assert sorted(name for row in rows for name in re.findall(r"`([\w.]+)`", row)) == sorted(
        set(METHODS) - set(RETIRED)
    )
