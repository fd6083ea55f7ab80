"""The digest: open incidents with age, commander and what is overdue, what ended, missed updates, ageing actions.

Restricted incidents and drills are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.rendering.renderer import Renderer
from bot.slack.blocks.block_elements import sections
from bot.slack.surfaces.template_message import Message
from commands.core.rules.list_lines import ListLine, list_lines
from incident.model.components import Action
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch
from incident.policy import Policy
from incident.ports import Reader
from incident.rules.open_list import position
from incident.rules.visibility import is_restricted
from incident.states import Audience

_TEMPLATE: Final = "slack/surfaces/digest.j2"
_MOST_READ: Final = 200
_AGEING: Final = timedelta(days=7)


@dataclass(frozen=True)
class MissedUpdates:
    """How many updates an audience of an incident missed."""

    i: Incident
    audience: Audience
    count: int


@dataclass(frozen=True)
class DigestContext:
    """What the digest's template gets. `since` is when the digest before this one was due; `is_cut`: more is on record."""

    open: tuple[ListLine, ...]
    ended: tuple[ListLine, ...]
    missed: tuple[MissedUpdates, ...]
    ageing: tuple[tuple[Incident, Action], ...]
    since: datetime
    now: datetime
    is_cut: bool


def digest_context(reader: Reader, team: str, policy: Policy, since: datetime, now: datetime) -> DigestContext:
    """Read what is open, and what ended since the last digest."""
    still_open = reader.newest(team, IncidentSearch(is_over=False), limit=_MOST_READ)
    ended = reader.newest(team, IncidentSearch(is_over=True, since=since), limit=_MOST_READ)
    shown_open = sorted((one for one in still_open if _is_told(one)), key=position)
    shown_ended = [one for one in ended if _is_told(one)]
    return DigestContext(
        open=list_lines(shown_open, policy, now),
        ended=list_lines(shown_ended, policy, now),
        missed=tuple(found for one in (*shown_open, *shown_ended) for found in _missed(one, since)),
        ageing=tuple((one, action) for one in shown_open for action in one.actions if _is_ageing(action, now)),
        since=since,
        now=now,
        is_cut=_MOST_READ in (len(still_open), len(ended)),
    )


def digest_message(context: DigestContext, renderer: Renderer) -> Message:
    """Return the message; one line if there is nothing to report."""
    text = renderer.macro(_TEMPLATE, "digest", context)
    return Message(text.splitlines()[0], sections(text))


def _is_told(incident: Incident) -> bool:
    return not is_restricted(incident) and not incident.drill


def _missed(incident: Incident, since: datetime) -> Iterator[MissedUpdates]:
    for state in incident.audiences:
        parts = (slot.part(n) for slot in state.slots if slot.status == "missed" for n in range(slot.count))
        count = sum(part.missed_after >= since for part in parts)
        if count:
            yield MissedUpdates(incident, state.audience, count)


def _is_ageing(action: Action, now: datetime) -> bool:
    """True for an open action that is a week old, or overdue."""
    is_overdue = action.due_at is not None and action.due_at <= now
    return action.done_at is None and (is_overdue or now - action.opened_at >= _AGEING)
