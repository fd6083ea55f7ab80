"""Whether a pack as data is whole: exactly the fields of its report, each missing or in the form that its field takes. Pure."""

from __future__ import annotations

from typing import Any

from incident.outside.regimes import Regime, ReportField
from incident.rules.outside.pack_values import fits


def misfits(document: dict[str, Any], regime: Regime) -> tuple[str, ...]:
    """Return the fields of a pack that its form does not have, those it lacks, and those whose value has another form."""
    stage, found = regime.stage(document["obligation"]), document["fields"]
    of_form = {field.id: field for _, field in regime.fields_of(stage)} if stage else {}
    foreign = [name for name in found if name not in of_form]
    lacking = [name for name in of_form if name not in found]
    wrong = [name for name, field in of_form.items() if name in found and not _fits(found[name], field)]
    return (*foreign, *lacking, *wrong)


def _fits(one: dict[str, Any], field: ReportField) -> bool:
    value, is_missing = one["value"], one["origin"] == "missing"
    return value is None if is_missing else value is not None and fits(field, value)
