"""What a person reads of packs: the values of a report as on record now, those of a frozen pack, or the list of all."""

from __future__ import annotations

from dataclasses import dataclass

from commands.core.rules.outside.pack_rules import (
    frozen_in,
    is_superseded,
    pack_named,
    report_named,
    values_now,
)
from commands.core.verb import DecisionContext
from incident.model.report_pack import ReportPack
from incident.report.pack_document import FrozenValue, values_of


@dataclass(frozen=True)
class PackView:
    """The values of a report: as on record now, or of a frozen pack (`pack`), None where these are redacted or masked.

    `packs` are all packs of the incident, each with whether a later one supersedes it. `report` are the words that name the
    report in a typed line.
    """

    label: str
    law: str
    values: tuple[FrozenValue, ...] | None
    pack: ReportPack | None
    packs: tuple[tuple[ReportPack, bool], ...]
    report: str = ""

    @property
    def missing(self) -> tuple[FrozenValue, ...]:
        """The fields without a value."""
        return tuple(one for one in self.values or () if one.field.origin == "missing")


def all_packs(now: DecisionContext) -> PackView:
    """Return the list of all packs."""
    return PackView("", "", (), None, _list(now))


def of_pack(now: DecisionContext, typed: str) -> PackView:
    """Return a frozen pack with its values."""
    pack = pack_named(now, typed)
    fact = frozen_in(now, pack)
    return PackView(pack.label, fact.law if fact else "", values_of(fact) if fact else None, pack, _list(now))


def of_report(now: DecisionContext, regime: str | None, obligation: str | None) -> PackView:
    """Return the values of a report as they are on record now."""
    report = report_named(now, regime, obligation)
    values = tuple(FrozenValue(one.frozen, one.value) for one in values_now(now, report))
    return PackView(
        f"{report.regime.name}, {report.stage.label}",
        report.regime.law,
        values,
        None,
        _list(now),
        f"{report.regime.id} {report.stage.id}",
    )


def _list(now: DecisionContext) -> tuple[tuple[ReportPack, bool], ...]:
    return tuple((one, is_superseded(now, one)) for one in now.open.packs)
