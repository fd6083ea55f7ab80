"""The bookmarks of an incident channel. The card is pinned and needs none."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rendering.renderer import Renderer
from incident.model.incident import Incident
from incident.policy import Policy


@dataclass(frozen=True)
class Bookmark:
    """A titled link."""

    title: str
    link: str


def bookmarks_of(incident: Incident, policy: Policy, renderer: Renderer) -> tuple[Bookmark, ...]:
    """Return the bookmarks of an incident: the runbook of its service, if it is a link."""
    service = policy.services.get(incident.service)
    if service is None:
        return ()
    links = [("runbook", service.runbook or "")]
    return tuple(
        Bookmark(renderer.macro("slack/surfaces/bookmarks.j2", name, incident), link)
        for name, link in links
        if link.startswith(("https://", "http://"))
    )
