"""The values of a report: what a person typed, else what entries say, else what the policy says, else missing. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from incident.entries.conversation import Corrected
from incident.entries.outside.report_packs import FrozenField, PackValueTyped, ValueOrigin
from incident.outside.regimes import Regime, ReportField
from incident.rules.outside.pack_record import UNREADABLE, Basis, Found, Recorded
from incident.rules.outside.pack_sources import SOURCES
from roles.person_ids import PersonId

STAGE: Final = "stage"
"""The source of a value that the form of the report gives: which report it is."""
_YES_NO: Final = {"yes": "Yes", "no": "No", "true": "Yes", "false": "No"}
_MAIL_LINK: Final = re.compile(r"<mailto:([^|<>]+)(?:\|[^<>]*)?>")
_FORMS: Final = {
    "number": re.compile(r"\d{1,15}"),
    "percent": re.compile(r"(?:100|\d{1,2})(?:\.\d{1,2})?"),
    "lei": re.compile(r"[A-Z0-9]{18}\d{2}"),
    "email": re.compile(r"[^@\s<>|]+@[^@\s<>|]+\.[^@\s<>|]+"),
    "currency": re.compile(r"[A-Z]{3}"),
    "moment": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})"),
}


@dataclass(frozen=True)
class PackValue:
    """A field of a report with its value and where that is from; `value` is None where it is missing."""

    stage: str
    field: ReportField
    origin: ValueOrigin
    value: str | None = None
    entries: tuple[int, ...] = ()
    by: PersonId | None = None
    basis: Basis | None = None

    @property
    def frozen(self) -> FrozenField:
        """The field as a frozen pack has it, without its value."""
        return FrozenField(
            field=self.field.id,
            stage=self.stage,
            label=self.field.label,
            origin=self.origin,
            entries=self.entries,
            by=self.by,
            basis=self.basis,
            length=len(self.value or ""),
        )


def pack_values(known: Recorded, regime: Regime, of_policy: Mapping[str, str]) -> tuple[PackValue, ...]:
    """Return every field of a report, in the order of its form. `of_policy` are values by field that the policy has."""
    typed = _typed(known)
    return tuple(
        _value(known, stage, field, typed.get((stage, field.id)), of_policy.get(field.id))
        for stage, field in regime.fields_of(known.stage)
    )


def authors(values: tuple[PackValue, ...], froze: PersonId) -> tuple[PersonId, ...]:
    """Return who makes a pack: who freezes it, and who typed a value of it."""
    return tuple(dict.fromkeys((froze, *(one.by for one in values if one.by is not None))))


def read_value(field: ReportField, typed: str) -> tuple[str, Basis | None] | None:
    """Return a typed value as the field takes it, with its basis where one is given; None if it does not fit the field's kind."""
    words = typed.strip()
    if field.kind == "text":
        return words, None
    if field.kind == "choice":
        return next(((one, None) for one in field.choices if one.casefold() == words.casefold()), None)
    if field.kind == "yes_no":
        return (_YES_NO[words.casefold()], None) if words.casefold() in _YES_NO else None
    if field.kind in ("number", "percent"):
        number, _, basis = words.removesuffix("%").partition(" ")
        fits = bool(_FORMS[field.kind].fullmatch(number.removesuffix("%"))) and _is_percent(field, number)
        known: dict[str, Basis | None] = {"": None, "estimate": "estimate", "known": "known"}
        basis = basis.strip("% ()")
        return (number.removesuffix("%"), known[basis]) if fits and basis in known else None
    if field.kind == "email":
        words = _MAIL_LINK.sub(r"\1", words)
    fits = bool(_FORMS[field.kind].fullmatch(words)) and (field.kind != "moment" or _is_moment(words))
    return (words, None) if fits else None


def fits(field: ReportField, value: str) -> bool:
    """True if a value is in the form that its field takes, to the letter."""
    found = read_value(field, value)
    return bool(value.strip()) and found is not None and (found[0] == value or field.kind == "text")


def _is_percent(field: ReportField, number: str) -> bool:
    return field.kind != "percent" or float(number.removesuffix("%")) <= 100


def _is_moment(words: str) -> bool:
    try:
        datetime.fromisoformat(words)
    except ValueError:
        return False
    return True


def _typed(known: Recorded) -> dict[tuple[str, str], Found]:
    """Return the last value that was typed for each field that the report has, by the stage that has the field.

    One that is deleted or hidden counts no more, and does not bring back the value that it replaced.
    """
    last = {
        (fact.obligation, fact.field): (e, fact) for e, fact in known.all(PackValueTyped) if fact.regime == known.regime
    }
    readable = {key: one for key, one in last.items() if one[1].value not in UNREADABLE}
    return {key: Found(fact.value, (entry.n,), fact.basis) for key, (entry, fact) in readable.items()}


def _with_corrections(known: Recorded, found: Found) -> Found:
    """Return a value with the last correction of each of its entries after it, since the entry itself stays as it was."""
    last = {fact.corrects: (entry.n, fact.text) for entry, fact in known.all(Corrected)}
    corrections = [last[n] for n in found.entries if n in last and last[n][1] not in UNREADABLE]
    if not corrections:
        return found
    value = "\n".join((found.value, *(f"(corrected: {text})" for _, text in corrections)))
    return replace(found, value=value, entries=(*found.entries, *(n for n, _ in corrections)))


def _value(known: Recorded, stage: str, field: ReportField, typed: Found | None, policy: str | None) -> PackValue:
    if typed is not None:
        by = next(entry.by for entry in known.entries if entry.n == typed.entries[0])
        return PackValue(stage, field, "typed", typed.value, typed.entries, by, typed.basis)
    if field.source == STAGE:
        return PackValue(stage, field, "form", known.stage.label)
    found = SOURCES[field.source](known) if field.source else None
    if found is not None and field.kind == "text":
        found = _with_corrections(known, found)
    if found is not None and read_value(field, found.value) is not None:
        return PackValue(stage, field, "entry", found.value, found.entries, None, found.basis)
    return PackValue(stage, field, "policy", policy) if policy else PackValue(stage, field, "missing")
