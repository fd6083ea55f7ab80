"""Makes the policy a script plays under: the numbers of policy.yaml, the catalogue and people of the script."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import yaml

from bot.simulation.replay.scenario import Scenario
from incident.policy import MOST_BEFORE_MINUTES, Policy, Service

SHIPPED: Final = Path(__file__).resolve().parents[3] / "policy.yaml"


def script_policy(scenario: Scenario, user_of: dict[str, str]) -> Policy:
    """Give the policy of a script; its catalogue has exactly the fields its `org` gives. `user_of` maps names to ids.

    A script counts everything that is said in it, however long before the declaration.
    """
    shipped = Policy.model_validate(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))
    services = {
        name: Service(owner=user_of.get(service.owner or "", ""), customer_facing=service.customer_facing)
        for name, service in scenario.org.services.items()
    }
    groups: dict[str, tuple[str, ...]] = {}
    for alias, person in scenario.people.items():
        for group in person.groups:
            groups[group] = (*groups.get(group, ()), user_of[alias])
    return shipped.model_copy(
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


def _minutes_before(scenario: Scenario) -> int:
    whole = scenario.events[-1].at - scenario.events[0].at
    return min(MOST_BEFORE_MINUTES, int(whole / timedelta(minutes=1)) + 1)
