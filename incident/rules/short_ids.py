"""Short ids that people say aloud: A1, TF2. Knows only which are used."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_TYPED: Final = re.compile(r"([A-Z]*)-?0*(\d+)", re.IGNORECASE)


def next_id(prefix: str, taken: Collection[str]) -> str:
    """Return the id of this prefix after the highest one used, so that none is used twice."""
    numbers = [int(one.removeprefix(prefix)) for one in taken if one.removeprefix(prefix).isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1}"


def is_meant(typed: str, short_id: str, prefix: str) -> bool:
    """True if a person who types `typed` means an id: `A1`, `a1`, `A-1` and `1` mean A1."""
    if typed.strip().upper() == short_id.upper():
        return True
    found = _TYPED.fullmatch(typed.strip())
    return found is not None and f"{found[1].upper() or prefix}{found[2]}" == short_id.upper()
