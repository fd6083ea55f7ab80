"""Rules about packs that several verbs share: which report, its values now, a pack by its id, and what is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from commands.core.verb import DecisionContext
from incident.entries.outside.report_packs import PackFrozen, PackValueTyped
from incident.entry import Entry
from incident.model.report_pack import ReportPack
from incident.outside.regimes import Regime, ReportStage
from incident.refusal import Code, Refusal
from incident.report.pack_document import content_of, document, with_digest
from incident.report.pack_misfits import misfits
from incident.rules.outside.pack_record import Recorded
from incident.rules.outside.pack_sources import KINDS
from incident.rules.outside.pack_values import PackValue, authors, pack_values
from incident.rules.short_ids import is_meant, next_id

PREFIX: Final = "PK"


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
    return Report(regime, stage)


def values_now(now: DecisionContext, report: Report) -> tuple[PackValue, ...]:
    """Return every field of a report with the value that is on record now."""
    entries = now.reader.entries(now.open.key, kinds=(*KINDS, PackValueTyped.kind))
    undone = frozenset(now.open.undone)
    known = Recorded(now.open, tuple(e for e in entries if e.n not in undone), report.regime.id, report.stage)
    return pack_values(known, report.regime, now.policy.reporting.fields.get(report.regime.id, {}))


def frozen(now: DecisionContext, report: Report) -> PackFrozen:
    """Return the pack of a report as it is on record now. Refuses one that is the same as the pack before it."""
    values = values_now(now, report)
    if all(one.origin in ("missing", "form") for one in values):
        raise Refusal(Code.MISSING_FIELDS, "pack_empty", "values", regime=report.regime.id, obligation=report.stage.id)
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
    return _checked(now.open.number, with_digest(now.open.number, fact), report)


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


def _checked(number: str, fact: PackFrozen, report: Report) -> PackFrozen:
    """Return a pack whose values all fit their fields. Refuses one typed for an earlier form, or with markup around it."""
    found = document(number, fact)
    wrong = misfits(found, report.regime) if found else ()
    if wrong:
        raise Refusal(
            Code.BAD_VALUE,
            "pack_misfit",
            "values",
            regime=report.regime.id,
            obligation=report.stage.id,
            field=wrong[0],
            fields=", ".join(wrong),
        )
    return fact
