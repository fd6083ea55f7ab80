"""Reads the tables of words and sentences in templates/. Knows YAML, and no word."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates"
# libyaml, where PyYAML was built with it, takes a tenth of the time, which every start waits for.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_table(name: str) -> Any:
    """Return the table in a file of templates/, by the file's path there."""
    with (TEMPLATES / name).open(encoding="utf-8") as file:
        return yaml.load(file, Loader=_LOADER)  # noqa: S506 - both loaders are safe ones
