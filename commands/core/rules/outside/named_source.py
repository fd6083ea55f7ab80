"""The source that a person names for what they record: an item of the evidence register, an entry, or words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from commands.core.verb import DecisionContext
from incident.refusal import Code, Refusal

_EVIDENCE: Final = re.compile(r"EV-?(\d{1,9})", re.IGNORECASE)
_ENTRY: Final = re.compile(r"(?:entry|e|#)\s*-?#?(\d{1,9})|(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True)
class NamedSource:
    """A source as it was named; all None without one."""

    words: str | None = None
    evidence: str | None = None
    entry: int | None = None

    @property
    def is_named(self) -> bool:
        """True if there is one."""
        return bool(self.words or self.evidence or self.entry)


def named_source(now: DecisionContext, named: str | None, field: str) -> NamedSource:
    """Return what is named. Raises Refusal for an item or an entry that the record does not have."""
    text = (named or "").strip()
    if item := _EVIDENCE.fullmatch(text):
        id = f"EV{int(item[1])}"
        if all(one.id != id for one in now.open.evidence):
            raise Refusal(Code.STATE, "evidence_unknown", field, id=id)
        return NamedSource(evidence=id)
    if entry := _ENTRY.fullmatch(text):
        n = int(entry[1] or entry[2])
        if not 0 < n <= now.open.n:
            raise Refusal(Code.STATE, "entry_unknown", field, entry=str(n), last=str(now.open.n))
        return NamedSource(entry=n)
    return NamedSource(words=text or None)
