"""How facts about changes of services change the organisation."""

from __future__ import annotations

from typing import Final

from incident.entry import Entry
from incident.fold.change import Change
from organisation.entries.change_records import ChangeRecorded
from organisation.model.change_record import ChangeRecord
from organisation.model.organisation import Organisation

# So many stay in the state; all of them stay in the chain.
MOST_CHANGES: Final = 100


def change_recorded(organisation: Organisation, entry: Entry, fact: ChangeRecorded) -> Change:
    """Add the change, in the order of their times; one with the same number is replaced."""
    change = ChangeRecord(ref=fact.ref, text=fact.text, service=fact.service, by=entry.by, at=entry.occurred_at)
    others = (one for one in organisation.changes if one.ref != fact.ref)
    return {"changes": tuple(sorted((*others, change), key=lambda one: one.at))[-MOST_CHANGES:]}
