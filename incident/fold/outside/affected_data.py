"""How facts about whom and what an incident affects change it."""

from __future__ import annotations

from incident.entries.outside.affected_data import AffectedNoted, PersonalDataMentioned, Screened
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.outside_records import Affected, DataMention, Screening


def affected_noted(incident: Incident, entry: Entry, fact: AffectedNoted) -> Change:
    """Set whom or what it affects, in the place of an earlier one about the same."""
    item = Affected(
        n=entry.n,
        what=fact.what,
        count=fact.count,
        percent=fact.percent,
        basis=fact.basis,
        text=fact.text,
        by=entry.by,
        at=entry.occurred_at,
    )
    others = tuple(one for one in incident.affected if one.what != fact.what)
    return {"affected": (*others, item)}


def personal_data_mentioned(incident: Incident, entry: Entry, fact: PersonalDataMentioned) -> Change:
    """Set the first mention."""
    mention = incident.data_mention or DataMention(entry=fact.entry, at=entry.recorded_at)
    return {"data_mention": mention}


def screened(incident: Incident, entry: Entry, fact: Screened) -> Change:
    """Add the answer; the last one counts."""
    answer = Screening(n=entry.n, answer=fact.answer, reason=fact.reason, by=entry.by, at=entry.occurred_at)
    return {"screenings": (*incident.screenings, answer)}
