"""The text of the shipped policy, with its examples switched on, and the lines of it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

OURS = (Path(__file__).parents[2] / "policy.yaml").read_text(encoding="utf-8")
TODAY = date(2026, 11, 20)


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def uncommented(text):
    """Take the # away from every example: a comment has one space after it, an example none or more."""
    return re.sub(r"(?m)^#(?=\S|  )", "", text)
