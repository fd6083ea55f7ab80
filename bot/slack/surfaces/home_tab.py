"""The Home tab of a person: their roles, their deadlines, the open incidents. Restricted ones only if they are involved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.rendering.renderer import Renderer
from bot.slack.blocks.block_elements import rows, sections
from bot.slack.blocks.clipper import fit_view
from bot.slack.payload import Json
from bot.slack.surfaces.template_message import read_buttons, section_with_button
from commands.core.request import Actor
from commands.core.rules.open_incidents import open_page, own_incidents
from incident.deadlines import due_deadlines
from incident.deadlines.deadline import Deadline
from incident.deadlines.response_deadlines import people_who_may_redact
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import IncidentSummary, Reader
from roles.accounts import Account
from roles.person_ids import PersonId
from roles.role_names import Role

TEMPLATE = "slack/surfaces/home.j2"
_MOST_OWN = 30
_MOST_OTHERS = 12


@dataclass(frozen=True)
class OwnIncident:
    """An incident in which a person has roles or deadlines."""

    i: Incident
    roles: tuple[Role, ...]
    owes: tuple[Deadline, ...]


@dataclass(frozen=True)
class HomeContext:
    """The context of the Home tab's template."""

    mine: tuple[OwnIncident, ...]
    others: tuple[IncidentSummary, ...]
    more: int
    now: datetime


def home_context(reader: Reader, team: str, person: PersonId, policy: Policy, now: datetime) -> HomeContext:
    """Read the open incidents with a person's roles or deadlines, and the first of the others that they may see."""
    redacts = person in people_who_may_redact(team, policy)
    known = reader.person(person)
    is_guest = known is not None and known.is_guest
    actor = Actor(id=person, account=Account.GUEST if is_guest else Account.MEMBER)
    own = own_incidents(reader, team, actor, with_masks=redacts, limit=_MOST_OWN)
    concerns = [_own_incident(incident, person, policy, now) for incident in own]
    mine = tuple(one for one in concerns if one.roles or one.owes)
    page = open_page(reader, team, actor, limit=len(mine) + _MOST_OTHERS)
    shown = {one.i.key for one in mine}
    others = [incident for incident in page.incidents if incident.key not in shown]
    return HomeContext(mine, tuple(others[:_MOST_OTHERS]), len(others[_MOST_OTHERS:]) + page.more, now)


def home_view(context: HomeContext, renderer: Renderer) -> Json:
    """Return the Home view."""
    top = read_buttons(renderer.macro(TEMPLATE, "top_buttons", context), None)
    blocks: list[Json] = [section_with_button(renderer.macro(TEMPLATE, "top", context), top[0]), {"type": "divider"}]
    for one in context.mine:
        blocks += _section(renderer, "concerns", one, incident=one.i)
    if context.others:
        blocks.append({"type": "divider"})
        blocks += _section(renderer, "others", context)
    return fit_view({"type": "home", "blocks": blocks})


def _own_incident(incident: Incident, person: PersonId, policy: Policy, now: datetime) -> OwnIncident:
    roles = tuple(i.role for i in incident.roles if i.who == person and i.until is None)
    owes = [
        thing for thing in due_deadlines.due(incident, policy) if person in owed_by(thing, now) and _is_owed(thing, now)
    ]
    return OwnIncident(incident, roles, tuple(sorted(owes, key=lambda thing: thing.due_at)))


def _is_owed(thing: Deadline, now: datetime) -> bool:
    """True unless it is the deadline for silence and there is no silence yet."""
    return not thing.key.startswith("stale:") or thing.step_at(now) is not None


def owed_by(thing: Deadline, now: datetime) -> tuple[PersonId, ...]:
    """Return who a deadline is for: the people prompted now, or those prompted first."""
    step = thing.step_at(now) or thing.steps[0]
    return step.whom


def _section(renderer: Renderer, name: str, context: object, incident: Incident | None = None) -> list[Json]:
    blocks = sections(renderer.macro(TEMPLATE, name, context))
    return [*blocks, *rows(read_buttons(renderer.macro(TEMPLATE, f"{name}_buttons", context), incident))]
