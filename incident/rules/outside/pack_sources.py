"""Where the values of a report are found: one rule for each source that the data files of regimes name. Pure.

A rule returns what is on record, with its entries. What no entry says is missing: nothing is derived that a person did not
record, and nothing is decided.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.entries.aftermath.reviews import PartWritten
from incident.entries.classification import PriorityChanged, Reclassified
from incident.entries.conversation import Corrected
from incident.entries.lifecycle import Declared, StateChanged, TimeSet, TitleChanged
from incident.entries.outside.affected_data import AffectedNoted
from incident.entries.outside.outside_notices import OutsideNoticeGiven
from incident.entries.outside.regulatory_clocks import Determined, ReportSubmitted
from incident.entries.restoration import Contained, ResolutionAmended, Resolved, TempFixAdded, WorkaroundFound
from incident.entry import Entry
from incident.rules.impact_time import impact
from incident.rules.outside.pack_affected import Source, affected, number_of, numbers_basis, several
from incident.rules.outside.pack_record import UNREADABLE, Found, Recorded, joined, time_text
from incident.states import Document, DocumentState, Part

_DISCOVERED_BY: Final = {
    "alert": "Monitoring systems",
    "monitoring": "Monitoring systems",
    "customer": "Clients",
    "provider": "Third-party provider",
    "vendor": "Third-party provider",
}
_AUTHORITIES: Final = ("authority", "csirt", "police")


def _number(known: Recorded) -> Found | None:
    return Found(known.incident.number, (1,))


def _description(known: Recorded) -> Found | None:
    incident, renamed = known.incident, known.last(TitleChanged)
    declared = known.all(Declared)
    symptom = declared[0][1].symptom if declared else ""
    title = (renamed[0].n, renamed[1].title) if renamed else (1, declared[0][1].title if declared else incident.title)
    return joined((title, (1, symptom)) if symptom != title[1] else (title,), ". ")


def _of_time(field: str) -> Source:
    def found(known: Recorded) -> Found | None:
        at: datetime | None = getattr(known.incident.times, field)
        changed = known.last(TimeSet, lambda fact: fact.field == field and fact.at == at)
        return None if at is None else Found(time_text(at), (changed[0].n if changed else 1,))

    return found


def _of_state(state: str, field: str) -> Source:
    def found(known: Recorded) -> Found | None:
        at: datetime | None = getattr(known.incident.times, field)
        moved = known.last(StateChanged, lambda fact: fact.new == state)
        changed = known.last(TimeSet, lambda fact: fact.field == field and fact.at == at)
        entry = changed[0] if changed else (moved[0] if moved else None)
        return Found(time_text(at), (entry.n,)) if at is not None and entry is not None else None

    return found


def _classified(known: Recorded) -> tuple[Entry, Determined] | None:
    found = [one for one in known.all(Determined) if one[1].what == "classified_major" and one[1].result]
    return found[0] if found else None


def _classified_at(known: Recorded) -> Found | None:
    found = _classified(known)
    return Found(time_text(found[0].occurred_at), (found[0].n,)) if found else None


def _classification_reason(known: Recorded) -> Found | None:
    found = _classified(known)
    return joined([(found[0].n, found[1].reason)]) if found else None


def _determined(known: Recorded) -> tuple[Entry, Determined] | None:
    """Return the first determination that started the clock of the report."""
    what = known.stage.determination
    found = [one for one in known.all(Determined) if one[1].what == what and one[1].result]
    return found[0] if found else None


def _known_at(known: Recorded) -> Found | None:
    found = _determined(known)
    return Found(time_text(found[0].occurred_at), (found[0].n,)) if found else None


def _known_by(known: Recorded) -> Found | None:
    found = _determined(known)
    return joined([(found[0].n, found[1].reason)]) if found else None


def _root_cause(known: Recorded) -> Found | None:
    """Return the root cause as an approved analysis has it; a draft is no one's word yet."""
    rca = known.incident.aftermath.rca
    found = known.last(PartWritten, lambda fact: (fact.document, fact.part) == (Document.RCA, Part.ROOT_CAUSE))
    is_approved = rca is not None and rca.state is DocumentState.APPROVED
    return joined([(found[0].n, found[1].text)]) if found and is_approved else None


def _breach_nature(known: Recorded) -> Found | None:
    """Return what happened and the classes of data; the reason of a determination is internal, and may name people."""
    described = _description(known)
    classes = known.last(AffectedNoted, lambda fact: fact.what == "personal_data")
    parts = [(described.entries[0], described.value)] if described else []
    found = joined([*parts, *([(classes[0].n, classes[1].text or "")] if classes else [])])
    return (
        Found(found.value, tuple(sorted({*found.entries, *(described.entries if described else ())})))
        if found
        else None
    )


def _discovery(known: Recorded) -> Found | None:
    named = _DISCOVERED_BY.get(known.incident.detection_source)
    return Found(named, (1,)) if named else None


def _third_party(known: Recorded) -> Found | None:
    if known.incident.type != "third_party":
        return None
    changed = known.last(Reclassified)
    return Found("Yes", (changed[0].n if changed else 1,))


def _length_text(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 1440} d {minutes // 60 % 24} h {minutes % 60} min"


def _start(known: Recorded) -> tuple[int, ...]:
    """Return the entry that has the start, or the detection where the start is not known."""
    found = _of_time("started_at")(known) or _of_time("detected_at")(known)
    return found.entries if found else ()


def _duration(known: Recorded) -> Found | None:
    times, resolved = known.incident.times, known.last(Resolved)
    start = times.started_at or times.detected_at
    if times.resolved_at is None or resolved is None or start is None or times.resolved_at < start:
        return None
    return Found(_length_text(times.resolved_at - start), (*_start(known), resolved[0].n))


def _downtime(known: Recorded) -> Found | None:
    total, restored = impact(known.incident).total_s, _of_state("restored", "restored_at")(known)
    if total is None or restored is None:
        return None
    return Found(_length_text(timedelta(seconds=total)), (*_start(known), *restored.entries))


def _measures(known: Recorded) -> Found | None:
    kinds = (Contained, WorkaroundFound, TempFixAdded, Resolved, ResolutionAmended)
    parts = [(entry.n, entry.fact.text) for entry in known.entries if isinstance(entry.fact, kinds)]
    informed = [one for one in known.all(OutsideNoticeGiven) if one[1].to == "data_subjects" and _readable(one[1].text)]
    parts += [(entry.n, f"data subjects informed ({fact.road}): {fact.text}") for entry, fact in informed]
    return joined(parts)


def _readable(text: str) -> str:
    """Return a text, empty where it is deleted or hidden."""
    return "" if text in UNREADABLE else text


def _temporary(known: Recorded) -> list[tuple[int, str]]:
    kinds = (Contained, WorkaroundFound, TempFixAdded)
    return [(entry.n, entry.fact.text) for entry in known.entries if isinstance(entry.fact, kinds)]


def _has_temporary_measures(known: Recorded) -> Found | None:
    numbers = tuple(n for n, _ in _temporary(known))
    return Found("Yes", numbers) if numbers else None


def _authorities(known: Recorded) -> list[tuple[int, str, str]]:
    """Return the authorities that were informed otherwise, or by a report under another regime, with their words."""
    informed = [(e.n, fact.to, fact.text) for e, fact in known.all(OutsideNoticeGiven) if fact.to in _AUTHORITIES]
    others = [one for one in known.all(ReportSubmitted) if one[1].regime != known.regime]
    reported = [(e.n, f"report under {fact.regime}", f"{fact.regime}: {_readable(fact.ref)}") for e, fact in others]
    return sorted((*informed, *reported))


def _assessment(known: Recorded) -> Found | None:
    described, judged = _description(known), known.last(PriorityChanged)
    words = f"{judged[1].priority}, impact {judged[1].impact}, urgency {judged[1].urgency}" if judged else ""
    affected = several("systems", "clients", "data_subjects", "records")(known)
    parts = [(n, one.value) for one in (described, affected) if one for n in one.entries[:1]]
    found = joined([*parts, *([(judged[0].n, words)] if judged else ())])
    more = tuple(n for one in (described, affected) if one for n in one.entries)
    return (
        Found(found.value, tuple(dict.fromkeys((*more, *found.entries))), affected.basis if affected else None)
        if found
        else None
    )


def _resolution(known: Recorded) -> Found | None:
    found = [
        (entry.n, entry.fact.text) for entry in known.entries if isinstance(entry.fact, Resolved | ResolutionAmended)
    ]
    return joined(found[-1:])


def _earlier_reference(known: Recorded) -> Found | None:
    found = known.last(ReportSubmitted, lambda fact: fact.regime == known.regime)
    return joined([(found[0].n, found[1].ref)]) if found else None


def _earlier_submitted_at(known: Recorded) -> Found | None:
    found = known.last(ReportSubmitted, lambda fact: fact.regime == known.regime)
    return Found(time_text(found[0].occurred_at), (found[0].n,)) if found else None


SOURCES: Final[dict[str, Source]] = {
    "number": _number,
    "description": _description,
    "detected_at": _of_time("detected_at"),
    "started_at": _of_time("started_at"),
    "restored_at": _of_state("restored", "restored_at"),
    "resolved_at": _of_state("resolved", "resolved_at"),
    "classified_at": _classified_at,
    "classification_reason": _classification_reason,
    "known_at": _known_at,
    "known_by": _known_by,
    "root_cause": _root_cause,
    "breach_nature": _breach_nature,
    "member_states": affected("member_states"),
    "systems": affected("systems"),
    "data_subjects": affected("data_subjects"),
    "personal_data": affected("personal_data"),
    "data_records": several("records", "personal_data"),
    "data_losses": several("personal_data", "other_data", "records"),
    "affected": several("systems", "clients", "data_subjects", "records", "transactions"),
    **{
        f"{what}_{field}": number_of(what, field)
        for what in ("clients", "counterparts", "transactions", "data_subjects")
        for field in ("count", "percent")
    },
    "numbers_basis": numbers_basis,
    "discovery": _discovery,
    "third_party": _third_party,
    "duration": _duration,
    "downtime": _downtime,
    "measures": _measures,
    "has_temporary_measures": _has_temporary_measures,
    "temporary_measures": lambda known: joined(_temporary(known)),
    "authorities_informed": lambda known: joined([(n, who) for n, who, _ in _authorities(known)], ", "),
    "authorities_text": lambda known: joined([(n, text) for n, _, text in _authorities(known)]),
    "assessment": _assessment,
    "resolution": _resolution,
    "earlier_reference": _earlier_reference,
    "earlier_submitted_at": _earlier_submitted_at,
}
"""Every source, by the name in the data files. `stage` is no entry's: the form of the report gives it."""

KINDS: Final = tuple(
    fact.kind
    for fact in (
        AffectedNoted,
        Contained,
        Corrected,
        Declared,
        Determined,
        OutsideNoticeGiven,
        PartWritten,
        PriorityChanged,
        Reclassified,
        ReportSubmitted,
        ResolutionAmended,
        Resolved,
        StateChanged,
        TempFixAdded,
        TimeSet,
        TitleChanged,
        WorkaroundFound,
    )
)
"""The kinds of entries that the sources read."""
