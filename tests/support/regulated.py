"""Incidents under regimes in force, at a desk where people have authority over reports."""

from __future__ import annotations

from typing import Any

from bot.config.outside.regime_files import with_regimes
from commands.core.request import Actor
from incident.model.outside_records import RegulatoryClock
from tests.support.command_bench import GROUPS, CommandBench, who
from tests.support.policies import team_policy

WHY = "the export has names and account numbers"


def regulated(*regimes: str, reporting: dict[str, Any] | None = None, **declared: Any) -> CommandBench:
    """Declare a P2 under these regimes at minute 0."""
    policy = team_policy()
    whole = policy.model_dump() | {"regimes": regimes, "reporting": reporting or {}}
    groups = {"privacy": ["UNADIA"], "legal": ["UEVA"]}
    changed = type(policy).model_validate({**whole, "groups": {**whole["groups"], **groups}})
    return CommandBench(policy=with_regimes(changed)).declared(**declared)


def as_legal(desk: CommandBench, verb: str, at: float, form: dict[str, Any], **more: Any) -> Any:
    """Run a verb as a person of the legal group."""
    actor = Actor(id=who("eva"), groups=frozenset(GROUPS["eva"] | {"legal"}))
    return desk.do(verb, "eva", at, form=form, actor=actor, **more)


def clock(desk: CommandBench, regime: str, obligation: str) -> RegulatoryClock:
    """Return a clock that runs or ran."""
    found = desk.incident.clock(regime, obligation)
    assert found is not None
    return found
