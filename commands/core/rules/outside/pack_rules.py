"""Rules about packs that several verbs share: which report, its values now, a pack by its id, and what is frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from commands.core.verb import DecisionContext
from incident.entries.outside.report_packs import PackFrozen, PackValueTyped
from incident.entry import Entry
from incident.model.report_pack import ReportPack
from incident.outside.regimes import Regime, ReportField, ReportStage
from incident.refusal import Code, Refusal
from incident.report.pack_document import content_of, with_digest
from incident.rules.outside.pack_record import Recorded
from incident.rules.outside.pack_sources import KINDS
from incident.rules.outside.pack_values import PackValue, authors, pack_values, read_value
from incident.rules.short_ids import is_meant, next_id

PREFIX: Final = "PK"
_NAMED: Final = re.compile(r"([\w.]{1,30}):(?:\s+|$)(.*)", re.DOTALL)
_EXPECTED: Final = {
    "moment": "a time such as 2026-06-09T12:10:00Z",
    "number": "a whole number, with `estimate` or `known` after it",
    "percent": "a percentage from 0 to 100",
    "yes_no": "yes or no",
    "lei": "an LEI of 20 characters",
    "email": "an e-mail address",
    "currency": "a code such as EUR",
}


@dataclass(frozen=True)
class Report:
    """A report of a regime in force."""

    regime: Regime
    stage: ReportStage


def report_named(now: DecisionContext, regime_id: str | None, stage_id: str | None) -> Report:
    """Return the report that a request names. Refuses a regime that is not in force, and a report that it does not have."""
    if not regime_id or not stage_id:
        raise Refusal(Code.MISSING_FIELDS, "pack_which", "regime" if not regime_id else "obligation")
    regime = now.policy.regime_book.regime(regime_id) if regime_id in now.open.regimes else None
    if regime is None or regime.status != "in_force":
        raise Refusal(
            Code.BAD_VALUE,
            "regime_not_in_force",
            "regime",
            regime=regime_id,
            regimes=", ".join(now.open.regimes) or "none",
        )
    stage = regime.stage(stage_id)
    if stage is None:
        known = ", ".join(one.id for one in regime.stages)
        raise Refusal(Code.BAD_VALUE, "pack_stage", "obligation", regime=regime_id, obligation=stage_id, known=known)
    if not stage.fields:
        raise Refusal(Code.STATE, "pack_no_form", "obligation", regime=regime_id, obligation=stage_id)
    return Report(regime, stage)


def values_now(now: DecisionContext, report: Report) -> tuple[PackValue, ...]:
    """Return every field of a report with the value that is on record now."""
    entries = now.reader.entries(now.open.key, kinds=(*KINDS, PackValueTyped.kind))
    undone = frozenset(now.open.undone)
    known = Recorded(now.open, tuple(e for e in entries if e.n not in undone), report.regime.id, report.stage)
    return pack_values(known, report.regime, now.policy.reporting.fields.get(report.regime.id, {}))


def typed_values(report: Report, text: str) -> tuple[PackValueTyped, ...]:
    """Return the values that lines of `field: value` give; a line without a field goes on with the value before it."""
    fields = {field.id: (stage, field) for stage, field in report.regime.fields_of(report.stage)}
    found: list[tuple[str, list[str]]] = []
    for line in text.strip().splitlines():
        named = _NAMED.fullmatch(line.strip())
        if named is not None:
            if named[1] not in fields:
                raise _no_field(report, named[1], tuple(fields))
            found.append((named[1], [named[2]]))
        elif not found:
            raise Refusal(Code.BAD_VALUE, "pack_lines", "values", example=next(iter(fields)))
        else:
            found[-1][1].append(line)
    return tuple(_typed(report, *fields[name], "\n".join(lines).strip()) for name, lines in found)


def frozen(now: DecisionContext, report: Report) -> PackFrozen:
    """Return the pack of a report as it is on record now. Refuses one that is the same as the pack before it."""
    values = values_now(now, report)
    before = [one for one in now.open.packs if (one.regime, one.obligation) == (report.regime.id, report.stage.id)]
    fact = PackFrozen(
        pack=next_id(PREFIX, [one.id for one in now.open.packs]),
        regime=report.regime.id,
        obligation=report.stage.id,
        label=f"{report.regime.name}, {report.stage.label}",
        revision=len(before) + 1,
        law=report.regime.law,
        checked_on=report.regime.checked_on.isoformat(),
        as_of=now.at,
        authors=authors(values, now.actor.id),
        fields=tuple(one.frozen for one in values),
        sha256="",
        content=content_of(values),
    )
    last = frozen_in(now, before[-1]) if before else None
    if last is not None and (last.fields, last.content) == (fact.fields, fact.content):
        raise Refusal(Code.STATE, "pack_same", "obligation", pack=last.pack)
    return with_digest(now.open.number, fact)


def pack_named(now: DecisionContext, typed: str | None) -> ReportPack:
    """Return the pack that a request names."""
    if not typed:
        raise Refusal(Code.MISSING_FIELDS, "pack_id", "pack")
    found = next((one for one in now.open.packs if is_meant(typed, one.id, PREFIX)), None)
    if found is None:
        raise Refusal(Code.BAD_VALUE, "pack_unknown", "pack", pack=typed)
    return found


def frozen_in(now: DecisionContext, pack: ReportPack) -> PackFrozen | None:
    """Return a pack with its values, as people may see them."""
    found: list[Entry] = list(now.reader.entries(now.open.key, after=pack.n - 1, until=pack.n))
    fact = found[0].fact if found else None
    return fact if isinstance(fact, PackFrozen) else None


def is_superseded(now: DecisionContext, pack: ReportPack) -> bool:
    """True if a later pack of the same report was frozen."""
    later = (one for one in now.open.packs if (one.regime, one.obligation) == (pack.regime, pack.obligation))
    return any(one.revision > pack.revision for one in later)


def _typed(report: Report, stage: str, field: ReportField, words: str) -> PackValueTyped:
    if not words:
        raise Refusal(Code.MISSING_FIELDS, "pack_value_empty", "values", field=field.id)
    found = read_value(field, words)
    if found is None:
        expected = _EXPECTED.get(field.kind) or ", ".join(field.choices)
        raise Refusal(Code.BAD_VALUE, "pack_value_form", "values", field=field.id, expected=expected)
    value, basis = found
    return PackValueTyped(regime=report.regime.id, obligation=stage, field=field.id, value=value, basis=basis)


def _no_field(report: Report, named: str, fields: tuple[str, ...]) -> Refusal:
    return Refusal(
        Code.BAD_VALUE,
        "pack_field",
        "values",
        field=named,
        regime=report.regime.id,
        obligation=report.stage.id,
        fields=", ".join(fields),
    )
