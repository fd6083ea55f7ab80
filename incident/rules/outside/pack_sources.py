"""Where the values of a report are found: one rule for each source that the data files of regimes name. Pure.

A rule returns what is on record, with its entries. What no entry says is missing: nothing is derived that a person did not
record, and nothing is decided.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal

from incident.entries.classification import PriorityChanged, Reclassified
from incident.entries.conversation import Corrected
from incident.entries.lifecycle import Declared, StateChanged, TimeSet, TitleChanged
from incident.entries.outside.affected_data import AffectedNoted
from incident.entries.outside.outside_notices import OutsideNoticeGiven
from incident.entries.outside.regulatory_clocks import Determined, ReportSubmitted
from incident.entries.restoration import Contained, ResolutionAmended, Resolved, TempFixAdded, WorkaroundFound
from incident.entry import Entry
from incident.rules.impact_time import impact
from incident.rules.outside.pack_record import UNREADABLE, Basis, Found, Recorded, joined, time_text

_DISCOVERED_BY: Final = {
    "alert": "Monitoring systems",
    "monitoring": "Monitoring systems",
    "customer": "Clients",
    "provider": "Third-party provider",
    "vendor": "Third-party provider",
}
_AUTHORITIES: Final = ("authority", "csirt", "police")


Source = Callable[[Recorded], Found | None]


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


def _breach_nature(known: Recorded) -> Found | None:
    breaches = [one for one in known.all(Determined) if one[1].what == "aware_personal_data_breach" and one[1].result]
    classes = known.last(AffectedNoted, lambda fact: fact.what == "personal_data")
    parts = [(entry.n, fact.reason) for entry, fact in breaches]
    return joined([*parts, *([(classes[0].n, classes[1].text or "")] if classes else ())])


def _affected(what: str) -> Source:
    """Return the rule for the words about one group, with its number and whether that is known."""

    def found(known: Recorded) -> Found | None:
        last = known.last(AffectedNoted, lambda fact: fact.what == what)
        return _in_words(*last) if last else None

    return found


def _in_words(entry: Entry, fact: AffectedNoted) -> Found | None:
    numbers = [str(fact.count)] if fact.count is not None else []
    numbers += [f"{fact.percent} %"] if fact.percent is not None else []
    readable = fact.text if fact.text and fact.text not in UNREADABLE else None
    words = [*([", ".join(numbers)] if numbers else ()), *([readable] if readable else ())]
    return Found(": ".join(words), (entry.n,), fact.basis) if words else None


def _of_number(what: str, field: Literal["count", "percent"]) -> Source:
    def found(known: Recorded) -> Found | None:
        last = known.last(AffectedNoted, lambda fact: fact.what == what)
        number = getattr(last[1], field) if last else None
        return Found(str(number), (last[0].n,), last[1].basis) if last and number is not None else None

    return found


def _several(*whats: str) -> Source:
    """Return the rule for several groups: a line for each, with its name, and with the basis of its own number."""

    def found(known: Recorded) -> Found | None:
        named = [(what, one) for what in whats if (one := _affected(what)(known)) is not None]
        if not named:
            return None
        bases = {one.basis for _, one in named if one.basis}
        basis: Basis | None = "estimate" if "estimate" in bases else ("known" if bases else None)
        lines = [f"{what.replace('_', ' ')}: {one.value}{_mark(one.basis)}" for what, one in named]
        return Found("\n".join(lines), tuple(n for _, one in named for n in one.entries), basis)

    return found


def _mark(basis: Basis | None) -> str:
    return f" ({basis})" if basis else ""


def _numbers_basis(known: Recorded) -> Found | None:
    """Return estimates if one of the numbers is; `No impact` is for a person to say."""
    last = {fact.what: (entry.n, fact.basis) for entry, fact in known.all(AffectedNoted)}
    found = [last[what] for what in ("clients", "counterparts", "transactions") if what in last and last[what][1]]
    is_estimate = any(basis == "estimate" for _, basis in found)
    return Found("Estimates" if is_estimate else "Actual figures", tuple(n for n, _ in found)) if found else None


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
    affected = _several("systems", "clients", "data_subjects", "records")(known)
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


SOURCES: Final[dict[str, Source]] = {
    "number": _number,
    "description": _description,
    "detected_at": _of_time("detected_at"),
    "started_at": _of_time("started_at"),
    "restored_at": _of_state("restored", "restored_at"),
    "resolved_at": _of_state("resolved", "resolved_at"),
    "classified_at": _classified_at,
    "classification_reason": _classification_reason,
    "breach_nature": _breach_nature,
    "member_states": _affected("member_states"),
    "systems": _affected("systems"),
    "data_subjects": _affected("data_subjects"),
    "data_records": _several("records", "personal_data"),
    "data_losses": _several("personal_data", "other_data", "records"),
    "affected": _several("systems", "clients", "data_subjects", "records", "transactions"),
    **{
        f"{what}_{field}": _of_number(what, field)
        for what in ("clients", "counterparts", "transactions")
        for field in ("count", "percent")
    },
    "numbers_basis": _numbers_basis,
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
