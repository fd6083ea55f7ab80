"""Short ids that people say aloud: A1, TF2. Knows only which are used."""

from __future__ import annotations

from collections.abc import Collection


def next_id(prefix: str, taken: Collection[str]) -> str:
    """Return the id of this prefix after the highest one used, so that none is used twice."""
    numbers = [int(one.removeprefix(prefix)) for one in taken if one.removeprefix(prefix).isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1}"
