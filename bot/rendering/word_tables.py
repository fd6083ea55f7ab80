"""Reads the tables of words and sentences in templates/. Knows YAML, and no word."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from bot.plain_yaml import load_yaml

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates"


def read_table(name: str) -> Any:
    """Return the table in a file of templates/, by the file's path there."""
    with (TEMPLATES / name).open(encoding="utf-8") as file:
        return load_yaml(file)
