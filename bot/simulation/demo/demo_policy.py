"""The policy of the demo: the shipped one with the story's people."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.plain_yaml import load_yaml
from bot.simulation.demo.demo_story import Story
from bot.simulation.replay.scenario_policy import SHIPPED
from incident.policy import EscalationPolicy, Policy
from incident.states import Audience
from roles.schedules.schedule_rules import RotationRules, ScheduleRules

# A service that the story leaves alone: its people are paged once it is the reader's turn.
_SCHEDULED = "sign-in"


def demo_policy(story: Story, users: dict[str, str], shipped: Path = SHIPPED) -> Policy:
    """Return the shipped policy with the story's owners, on-call schedule, escalation policy and audiences."""
    policy = Policy.model_validate(load_yaml(shipped.read_text(encoding="utf-8")))
    owners = {**story.owners, _SCHEDULED: story.owners["checkout"]}
    services = {
        name: service.model_copy(update={"owner": users[owners[name]], "ladder": "demo"}) if name in owners else service
        for name, service in policy.services.items()
    }
    return policy.model_copy(
        update={
            "services": services | {_SCHEDULED: services[_SCHEDULED].model_copy(update={"schedule": "demo"})},
            "schedules": {"demo": ScheduleRules(rotations={"weekly": _rotation(story, users)})},
            "ladders": {"demo": EscalationPolicy(rungs=tuple(users[alias] for alias in story.ladder))},
            "audiences": {Audience(name): place for name, place in story.audiences.items()},
            "effective": date(2026, 1, 1),
        }
    )


def _rotation(story: Story, users: dict[str, str]) -> RotationRules:
    people = tuple(users[alias] for alias in story.on_call)
    return RotationRules.model_validate({"start": "2026-01-05 09:00", "every": "1 week", "participants": people})
