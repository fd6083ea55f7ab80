"""Values of a report about whom and what an incident affects: words, numbers, and whether these are known or estimates. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from incident.entries.outside.affected_data import AffectedNoted
from incident.entry import Entry
from incident.rules.outside.pack_record import UNREADABLE, Basis, Found, Recorded

Source = Callable[[Recorded], Found | None]
"""A rule that returns what is on record for a value, with its entries; None where no entry says it."""


def affected(what: str) -> Source:
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


def number_of(what: str, field: Literal["count", "percent"]) -> Source:
    """Return the rule for the number of one group, in all or in percent."""

    def found(known: Recorded) -> Found | None:
        last = known.last(AffectedNoted, lambda fact: fact.what == what)
        number = getattr(last[1], field) if last else None
        return Found(str(number), (last[0].n,), last[1].basis) if last and number is not None else None

    return found


def several(*whats: str) -> Source:
    """Return the rule for several groups: a line for each, with its name, and with the basis of its own number."""

    def found(known: Recorded) -> Found | None:
        named = [(what, one) for what in whats if (one := affected(what)(known)) is not None]
        if not named:
            return None
        bases = {one.basis for _, one in named if one.basis}
        basis: Basis | None = "estimate" if "estimate" in bases else ("known" if bases else None)
        lines = [f"{what.replace('_', ' ')}: {one.value}{_mark(one.basis)}" for what, one in named]
        return Found("\n".join(lines), tuple(n for _, one in named for n in one.entries), basis)

    return found


def _mark(basis: Basis | None) -> str:
    return f" ({basis})" if basis else ""


def numbers_basis(known: Recorded) -> Found | None:
    """Return estimates if one of the numbers is; `No impact` is for a person to say."""
    last = {fact.what: (entry.n, fact.basis) for entry, fact in known.all(AffectedNoted)}
    found = [last[what] for what in ("clients", "counterparts", "transactions") if what in last and last[what][1]]
    is_estimate = any(basis == "estimate" for _, basis in found)
    return Found("Estimates" if is_estimate else "Actual figures", tuple(n for n, _ in found)) if found else None
