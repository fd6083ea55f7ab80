"""The text of a status update for one audience, the same in a preview and when it is posted.

The policy may give the text a template; otherwise it is that of templates/updates/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.rendering.renderer import Renderer
from incident.entries.status_updates import StatusUpdatePosted
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.impact_time import Impact, impact
from incident.rules.updates import update_template
from incident.states import Audience
from roles.person_ids import PersonId
from roles.role_names import Role

_PLACEHOLDERS: Final = "updates/placeholders.j2"
_SHARED: Final = "updates/shared.j2"


@dataclass(frozen=True)
class UpdateContext:
    """What the templates of updates see: the incident `i`, the update, its audiences and author, the next one due."""

    i: Incident
    update: StatusUpdatePosted
    audiences: tuple[Audience, ...]
    by: PersonId
    at: datetime
    impact: Impact
    next_at: datetime | None
    roles: tuple[tuple[Role, PersonId], ...]


def update_context(
    incident: Incident,
    update: StatusUpdatePosted,
    *,
    audiences: tuple[Audience, ...],
    by: PersonId,
    at: datetime,
    recorded_at: datetime,
) -> UpdateContext:
    """Return the context of an update, with the incident as it is once the update is posted."""
    return UpdateContext(
        i=incident,
        update=update,
        audiences=audiences,
        by=by,
        at=at,
        impact=impact(incident),
        next_at=_next_at(incident, update, recorded_at),
        roles=tuple((i.role, i.who) for i in incident.roles if i.until is None),
    )


def _next_at(incident: Incident, update: StatusUpdatePosted, recorded_at: datetime) -> datetime | None:
    """Return when the next update is due after this one: as owed, else as promised."""
    slot = incident.audience(update.audience).open
    if slot is not None:
        return slot.due_at
    return update.next_update_at if update.next_update_at and update.next_update_at > recorded_at else None


def text_of_update(renderer: Renderer, policy: Policy, context: UpdateContext) -> str:
    """Return the text of an update as its audience reads it."""
    audience = context.update.audience
    template = policy.update_templates.get(audience)
    if template is None:
        return renderer.macro(f"updates/{audience}.j2", "update", context)
    filled = update_template.fill(template, lambda name: renderer.macro(_PLACEHOLDERS, name, context))
    return f"{renderer.macro(_SHARED, 'drill', context)} {filled}".strip()
