"""Short ids that people say aloud: A1, TF2. Knows only which are taken."""

from __future__ import annotations

from collections.abc import Collection


def next_id(prefix: str, taken: Collection[str]) -> str:
    """Give the lowest id of this prefix above every one that was taken, so that none is ever used twice."""
    numbers = [int(one.removeprefix(prefix)) for one in taken if one.removeprefix(prefix).isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1}"
