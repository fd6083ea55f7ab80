"""The numbers of the entries behind the histories of the record, which name times and no entries. Knows no HTML."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from incident.entries.classification import CategoryChanged, PriorityChanged, Reclassified
from incident.entries.lifecycle import Declared
from incident.entries.role_holders import HandoverAccepted, RoleAssumed, RoleReleased, RoleTaken
from incident.entries.status_updates import StatusUpdatePosted, UpdateMissed, UpdatesMissed
from incident.entry import Entry, Fact
from incident.report.report_format import moment

_HISTORIES: Final[dict[str, tuple[type[Fact], ...]]] = {
    "priority": (PriorityChanged,),
    "category": (CategoryChanged,),
    "type": (Reclassified,),
}
_ROLES: Final = (RoleTaken, RoleAssumed, RoleReleased, HandoverAccepted)
_MISSED: Final = (UpdateMissed, UpdatesMissed)
_NAMED: Final = frozenset({*sum(_HISTORIES.values(), ()), *_ROLES, *_MISSED, Declared, StatusUpdatePosted})


@dataclass(frozen=True)
class EntryNumbers:
    """Entry numbers by what they are about and when it happened; what was taken back is left out."""

    found: dict[tuple[str, str], int]

    def of(self, about: str, at: str | None) -> int | None:
        """Return the entry that says this; None where none does."""
        return self.found.get((about, at or ""))


def entry_numbers(entries: Iterable[Entry], undone: Collection[int]) -> EntryNumbers:
    """Return the entry numbers of roles, classification and updates. Of several in one second the last counts."""
    found: dict[tuple[str, str], int] = {}
    for entry in entries:
        if type(entry.fact) in _NAMED and entry.n not in undone:
            found.update({(about, moment(entry.occurred_at)): entry.n for about in _abouts(entry.fact)})
            found.update({("missed " + audience, at): entry.n for audience, at in _missed(entry.fact)})
    return EntryNumbers(found)


def _abouts(fact: Fact) -> list[str]:
    abouts = [name for name, kinds in _HISTORIES.items() if isinstance(fact, kinds)]
    if isinstance(fact, Declared):
        abouts += ["category", "type"]
    if isinstance(fact, _ROLES):
        abouts.append(f"role {fact.role.value}")
    if isinstance(fact, StatusUpdatePosted):
        abouts.append(f"update {fact.audience.value}")
    return abouts


def _missed(fact: Fact) -> list[tuple[str, str]]:
    return [(fact.audience.value, moment(fact.due_at))] if isinstance(fact, _MISSED) else []
