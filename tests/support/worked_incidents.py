"""Incidents worked from declaration to a record that may be closed, for tests of what the process demands.

A step that is left out is what a test is about: everything else is in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from bot.rendering.renderer import Mode, Renderer
from incident.policy import Policy
from incident.report.incident_report import incident_report
from roles.person_ids import PersonId
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import team_policy

CURE: Final = "rolled back the 09:55 release of checkout"
NO_RECORD: Final = "the release was taken back, nothing is left to change"


class Step(NamedTuple):
    """Somebody does something at a minute of the story."""

    name: str
    verb: str
    by: str
    at: float
    fields: dict[str, Any]


WORK: Final = (
    Step("ack", "ack", "rob", 1, {}),
    Step("commander", "take", "ilse", 2, {"role": "commander"}),
    Step("comms", "take", "eva", 3, {"role": "comms"}),
    Step("first update", "update", "eva", 10, {"audience": "all", "text": "One in five payments fails."}),
    Step("restored", "restored", "rob", 20, {"text": "payments go through again"}),
    Step("resolved", "resolve", "rob", 30, {"how": "fix", "text": CURE}),
)
PROOF: Final = (
    Step("monitoring", "validate", "rob", 31, {"criterion": "monitoring", "evidence": "errors at 0.1 % since 10:20"}),
    Step("owner", "validate", "nadia", 32, {"criterion": "owner", "evidence": "orders of the last hour reconciled"}),
    Step("category", "confirm", "ilse", 33, {"what": "category"}),
    Step("priority", "confirm", "ilse", 34, {"what": "priority"}),
    Step("link", "link", "rob", 35, {"kind": "none", "reason": NO_RECORD}),
    Step("final", "update", "eva", 36, {"audience": "all", "final": True, "text": "Payments work again."}),
    Step("review", "review", "ilse", 37, {"owner": who("nadia"), "at": T(3000).isoformat()}),
)
STORY: Final = (*WORK, *PROOF)
NOT_RESTORED: Final = tuple(step.name for step in STORY if step.at >= 20)
NOT_RESOLVED: Final = tuple(step.name for step in STORY if step.at >= 30)


def a_major(*, without: Sequence[str] = (), policy: Policy | None = None, **declared: Any) -> CommandBench:
    """Work a P1 on checkout up to where it may be closed; closing it comes at minute 40."""
    fields = {"impact": 1, "urgency": 1, "started_at": T(-5).isoformat(), **declared}
    desk = CommandBench(policy=policy or team_policy()).declared(**fields)
    return go_on(desk, *(step for step in STORY if step.name not in without))


def go_on(desk: CommandBench, *steps: Step) -> CommandBench:
    """Do each step; none may be refused."""
    for step in steps:
        outcome = desk.do(step.verb, step.by, step.at, form=step.fields)
        assert not outcome.is_refused, (step.name, outcome)
    return desk


def record(desk: CommandBench, at: float, probes: Sequence[datetime] = ()) -> dict[str, Any]:
    """Return the report as an export holds it, with short names for people."""
    desk.tick(at)
    render = Renderer(Mode.DOCUMENT, names=name)
    return incident_report(
        desk.entries(),
        as_of=T(at),
        sentence=lambda entry: render.macro("sentences.j2", entry.fact.kind, entry),
        name=name,
        source=lambda entry: entry.source.surface.value,
        probes=probes,
    )


def name(person: PersonId) -> str:
    """Return the short name of a person: `rob`, and `muster` itself."""
    return person.rpartition(":")[2].removeprefix("U").lower()


def moment(minutes: float) -> str:
    """Write a minute of the story as the account does."""
    return T(minutes).strftime("%Y-%m-%dT%H:%M:%SZ")


def of_kind(told: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the timeline's items of one kind."""
    return [item for item in told["timeline"] if item["kind"] == kind]
