"""The policy of a scenario: the numbers of policy.yaml with the scenario's catalogue and people."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from bot.config.outside.regime_files import with_regimes
from bot.plain_yaml import load_yaml
from bot.simulation.replay.scenario import Scenario
from incident.policy import MOST_BEFORE_MINUTES, Policy, Service

SHIPPED: Final = Path(__file__).resolve().parents[3] / "policy.yaml"


@cache
def read_once(path: Path) -> Any:
    """Return a YAML file that ships with Muster; many scenarios are played in one process."""
    return load_yaml(path.read_text(encoding="utf-8"))


def script_policy(scenario: Scenario, user_of: dict[str, str]) -> Policy:
    """Return the scenario's policy; `user_of` maps aliases to ids. Capture reaches back to the first event."""
    shipped = Policy.model_validate(read_once(SHIPPED))
    services = {
        name: Service(owner=user_of.get(service.owner or "", ""), customer_facing=service.customer_facing)
        for name, service in scenario.org.services.items()
    }
    groups: dict[str, tuple[str, ...]] = {}
    for alias, person in scenario.people.items():
        for group in person.groups:
            groups[group] = (*groups.get(group, ()), user_of[alias])
    changed = shipped.model_copy(
        update={
            "effective": date(2000, 1, 1),
            "services": services,
            "groups": groups,
            "regimes": scenario.org.regimes,
            "rosters": {},
            "ladders": {},
            "audiences": {},
            "restricted_types": (),
            "capture_before_minutes": _minutes_before(scenario),
        }
    )
    return with_regimes(changed)


def _minutes_before(scenario: Scenario) -> int:
    whole = scenario.events[-1].at - scenario.events[0].at
    return min(MOST_BEFORE_MINUTES, int(whole / timedelta(minutes=1)) + 1)
