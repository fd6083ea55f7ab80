"""Distinguishes a number that counts something (`3 of 5`, `2 nodes restarted`) from one that is an id or the count that is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# An amount that is no whole number as it is written, and the words that come before one.
AMOUNT: Final = re.compile(r"[~≈]?\d[\d.,'’]*(?:%|k|m|\+)?")
ABOUT: Final = frozenset(
    {"about", "around", "over", "under", "nearly", "almost", "some", "approx", "ca", "circa", "roughly"}
)
_AMOUNT: Final = re.compile(r"of|out|percent|%|x|times|more|other|(?:s|m|h|ms|d)|(?:sec|min|hour|day|week)\w*")
_NO_PLURALS: Final = frozenset({"this", "does", "always", "thus", "perhaps"})
# What people who write or call are counted in.
_COUNTED: Final = re.compile(
    r"(?:customer|client|user|account|shop|merchant|call|mail|email|ticket|report|complaint|message|post|tweet|chat|question"
    r"|request|letter|case|journalist|article)s|(?:en|in)quiries"
)


def is_amount(words: Sequence[str], *, is_count: bool = False) -> bool:
    """True if the first word is a number that may count something else than an id does, or than the reports (`is_count`)."""
    if len(words) < 2 or not words[0].isdigit():
        return False
    following = words[1].lower()
    is_plural = following.isalpha() and len(following) > 3 and following.endswith("s") and following not in _NO_PLURALS
    is_other = is_plural and not (is_count and _COUNTED.fullmatch(following))
    return is_other or bool(_AMOUNT.fullmatch(following))
