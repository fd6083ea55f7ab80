"""The announcement of an incident in the incidents channel. Restricted incidents, drills and minor incidents have none."""

from __future__ import annotations

from bot.rendering.renderer import Renderer
from bot.slack.surfaces.surface_context import SurfaceContext
from bot.slack.surfaces.template_message import Message, template_message
from incident.policy import Policy
from incident.rules.visibility import is_announced


def announcement_message(context: SurfaceContext, policy: Policy, renderer: Renderer) -> Message | None:
    """Return the announcement of an incident, or None if it is not announced."""
    if not is_announced(context.i, policy):
        return None
    return template_message(renderer, "slack/surfaces/announcement.j2", context, context.i)
