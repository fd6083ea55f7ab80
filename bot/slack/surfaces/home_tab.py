"""The Home tab of one person: their roles, what they owe, what is open. Restricted incidents only for those involved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rendering.renderer import Renderer
from bot.slack.blocks.block_elements import rows, sections
from bot.slack.blocks.clipper import fit_view
from bot.slack.payload import Json
from bot.slack.surfaces.template_message import read_buttons, section_with_button
from incident.deadlines import due_deadlines
from incident.deadlines.deadline import Deadline
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.visibility import may_see
from roles.person_ids import PersonId
from roles.role_names import Role

TEMPLATE = "slack/surfaces/home.j2"
_MOST = 12


@dataclass(frozen=True)
class OwnIncident:
    """One incident as it concerns one person."""

    i: Incident
    roles: tuple[Role, ...]
    owes: tuple[Deadline, ...]


@dataclass(frozen=True)
class HomeContext:
    """What the template of the Home tab sees."""

    mine: tuple[OwnIncident, ...]
    others: tuple[Incident, ...]
    more: int
    now: datetime


def home_context(incidents: Sequence[Incident], person: PersonId, policy: Policy, now: datetime) -> HomeContext:
    """Sort the open incidents a person may see into those that concern them and the others."""
    seen = [incident for incident in incidents if may_see(incident, person)]
    concerns = [_mine(incident, person, policy, now) for incident in seen]
    mine = tuple(one for one in concerns if one.roles or one.owes)
    others = [incident for incident in seen if not any(one.i is incident for one in mine)]
    others.sort(key=lambda incident: (incident.priority or "P9", incident.number))
    return HomeContext(mine, tuple(others[:_MOST]), max(0, len(others) - _MOST), now)


def home_view(context: HomeContext, renderer: Renderer) -> Json:
    """Draw the Home tab."""
    top = read_buttons(renderer.macro(TEMPLATE, "top_buttons", context), None)
    blocks: list[Json] = [section_with_button(renderer.macro(TEMPLATE, "top", context), top[0]), {"type": "divider"}]
    for one in context.mine:
        blocks += _part(renderer, "concerns", one, incident=one.i)
    if context.others:
        blocks.append({"type": "divider"})
        blocks += _part(renderer, "others", context)
    return fit_view({"type": "home", "blocks": blocks})


def _mine(incident: Incident, person: PersonId, policy: Policy, now: datetime) -> OwnIncident:
    roles = tuple(i.role for i in incident.roles if i.who == person and i.until is None)
    owes = [
        thing for thing in due_deadlines.due(incident, policy) if person in owed_by(thing, now) and _is_owed(thing, now)
    ]
    return OwnIncident(incident, roles, tuple(sorted(owes, key=lambda thing: thing.due_at)))


def _is_owed(thing: Deadline, now: datetime) -> bool:
    """Nobody owes a word about silence before there was any."""
    return not thing.key.startswith("stale:") or thing.step_at(now) is not None


def owed_by(thing: Deadline, now: datetime) -> tuple[PersonId, ...]:
    """Name who owes something: who is asked now, or who will be asked first."""
    step = thing.step_at(now) or thing.steps[0]
    return step.whom


def _part(renderer: Renderer, name: str, context: object, incident: Incident | None = None) -> list[Json]:
    blocks = sections(renderer.macro(TEMPLATE, name, context))
    return [*blocks, *rows(read_buttons(renderer.macro(TEMPLATE, f"{name}_buttons", context), incident))]
