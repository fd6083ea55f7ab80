"""Contradictions of the regimes of a policy: names that are none, laws that are not in force, entities and calendars unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config.outside.regime_files import known_regimes
from bot.config.validation_words import did_you_mean, not_among
from bot.config.yaml_positions import Path
from incident.outside.regimes import Regime
from incident.policy import Policy
from incident.rules.outside.pack_values import read_value


def regime_faults(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield regimes that run no clock, and what `reporting` names that no regime has."""
    known = {regime.id: regime for regime in known_regimes()}
    in_force = tuple(name for name, regime in known.items() if regime.status == "in_force")
    for i, name in enumerate(policy.regimes):
        if name not in known:
            yield ("regimes", i), not_among(name, in_force)
        elif name not in in_force:
            yield ("regimes", i), f"is not in force: {_state(known[name])}, and runs no clock. Take it out"
    calendars = {stage.length.calendar for one in known.values() for stage in one.stages if stage.length.calendar}
    named = {"entity": set(known), "closures": calendars, "fields": set(known)}
    for key, names in named.items():
        for name in getattr(policy.reporting, key):
            if name not in names:
                yield ("reporting", key, name), f"names nothing that a regime has: {name}{did_you_mean(name, names)}"
    yield from _field_faults(policy, known)


def _state(regime: Regime) -> str:
    until = f" until {regime.applies_from:%d %B %Y}" if regime.applies_from else ""
    return f"{regime.id} is {regime.status}{until}"


def _field_faults(policy: Policy, known: Mapping[str, Regime]) -> Iterator[tuple[Path, str]]:
    """Yield values of reports whose field no report has, and those that do not fit their field."""
    for name, values in policy.reporting.fields.items():
        fields = {field.id: field for stage in known[name].stages for field in stage.fields} if name in known else {}
        for field, value in values.items() if fields else ():
            if field not in fields:
                yield ("reporting", "fields", name, field), f"is no field of a report of {name}"
            elif read_value(fields[field], value) is None:
                yield ("reporting", "fields", name, field), f"does not fit: the field is of kind {fields[field].kind}"
