"""Faults of the intake of alerts: sources and rules that name a service, or a source, that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config.validation_words import not_among
from bot.config.yaml_positions import Path
from incident.policy import Policy


def intake_faults(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield the names that name nothing, so that an alert would have no service, or a rule never hold."""
    intake, services = policy.intake, tuple(policy.services)
    for name, source in intake.sources.items():
        if source.service is not None and source.service not in services:
            yield ("intake", "sources", name, "service"), not_among(source.service, services)
        for word, service in source.services.items():
            if service not in services:
                yield ("intake", "sources", name, "services", word), not_among(service, services)
    seen: set[str] = set()
    for i, rule in enumerate(intake.rules):
        for key, names, known in (
            ("source", rule.when.source, tuple(intake.sources)),
            ("service", rule.when.service, services),
        ):
            yield from (
                (("intake", "rules", i, "when", key, j), not_among(one, known))
                for j, one in enumerate(names)
                if one not in known
            )
        if rule.name in seen:
            yield ("intake", "rules", i, "name"), f"is {rule.name}, as another rule's: the record names rules by it"
        seen.add(rule.name)
