"""Which incident a place in Slack stands for, and whether whoever asks may see it. Reads; decides nothing else."""

from __future__ import annotations

from bot.slack.blocks.action_context import ActionContext
from bot.slack.interaction import Interaction
from commands.core.pre_declaration_scope import incident_at
from incident.entry import IncidentKey
from incident.model.incident import Incident
from incident.ports import Reader
from incident.rules.visibility import may_see


def incident_of(reader: Reader, team: str, where: ActionContext) -> Incident | None:
    """Give the incident that a button was drawn for, that was named, whose channel this is, or that holds the message."""
    if where.incident is not None:
        return reader.peek(IncidentKey(team, where.incident))
    if where.number is not None:
        key = reader.find(team, number=where.number)
    else:
        key = incident_at(reader, team, where.channel, where.message) if where.channel else None
    return reader.peek(key) if key else None


def visible_incident(reader: Reader, came: Interaction) -> Incident | None:
    """Give the incident something came from or named, if the one who asks may see it."""
    incident = incident_of(reader, came.team, came.where)
    if incident is None or incident.places.channel == came.where.channel or may_see(incident, came.person):
        return incident
    return None
