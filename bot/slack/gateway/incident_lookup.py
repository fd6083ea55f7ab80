"""Finds the incident that a place in Slack belongs to, and hides it from people who may not see it. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from bot.slack.blocks.action_context import ActionContext
from bot.slack.interaction import Interaction
from bot.slack.user_directory import UserDirectory
from commands.core.pre_declaration_scope import incident_at
from commands.core.record_service import RecordService
from commands.core.request import Actor
from commands.core.rules.open_incidents import meant_incident
from commands.core.verb import Verb
from incident.entry import IncidentKey
from incident.model.incident import Incident
from incident.ports import Reader
from incident.rules.visibility import may_reach
from roles.accounts import refusal_to_act
from storage.errors import Unavailable

T = TypeVar("T")


@dataclass(frozen=True)
class IncidentLookup:
    """Looks incidents of one team up."""

    record: RecordService
    team: str
    users: UserDirectory

    def incident_at(self, interaction: Interaction) -> Incident | None:
        """Return the incident of an interaction if the person may act on it, or None. Raises Unavailable without database."""
        actor = self.actor(interaction)
        return self.record.read(lambda reader: reachable_incident(reader, interaction, actor))

    def actor(self, interaction: Interaction) -> Actor:
        """Return the person who acts, with the kind of their account and their groups."""
        return self.users.actor(interaction.user, self.record.policy, interaction.teams)

    def incident_if_available(self, interaction: Interaction) -> Incident | None:
        """Return the incident of an interaction; None also while the database is absent."""
        with suppress(Unavailable):
            return self.incident_at(interaction)
        return None

    def read_if_available(self, work: Callable[[Reader], T]) -> T | None:
        """Return what the work reads of the record; None while the database is absent."""
        with suppress(Unavailable):
            return self.record.read(work)
        return None

    def number_of_channel(self, channel: str) -> str:
        """Return the number of the incident of a channel, or '' if it has none; whether a person may see it is checked later."""
        with suppress(Unavailable):
            found = self.record.read(lambda reader: incident_of(reader, self.team, ActionContext(channel=channel)))
            return found.number if found else ""
        return ""

    def number_of_meant(self, interaction: Interaction, verb: type[Verb]) -> str | None:
        """Return the number of the incident that the verb means where the place names none; None if that is unclear."""
        with suppress(Unavailable):
            actor = self.actor(interaction)
            if refusal_to_act(actor.account) is None:
                return self.record.read(lambda reader: self._meant(reader, interaction, verb, actor))
        return None

    def _meant(self, reader: Reader, interaction: Interaction, verb: type[Verb], actor: Actor) -> str | None:
        if incident_of(reader, self.team, interaction.context) is not None:
            return None
        meant = meant_incident(verb, reader, self.team, actor)
        return meant.number if meant else None

    def numbered(self, context: ActionContext) -> ActionContext:
        """Return a context that names its incident by number, so that its button works in every channel."""
        if context.number is not None or context.incident is None:
            return context
        incident = self.record.read(lambda reader: incident_of(reader, self.team, context))
        return context.model_copy(update={"number": incident.number if incident else context.incident})


def incident_of(reader: Reader, team: str, context: ActionContext) -> Incident | None:
    """Return the incident that a button was drawn for, or that was named, or whose channel or message this is."""
    if context.incident is not None:
        return reader.peek(IncidentKey(team, context.incident))
    if context.number is not None:
        key = reader.find(team, number=context.number)
    else:
        key = incident_at(reader, team, context.channel, context.message) if context.channel else None
    return reader.peek(key) if key else None


def reachable_incident(reader: Reader, interaction: Interaction, actor: Actor) -> Incident | None:
    """Return the incident of an interaction if the person may act on it."""
    context = interaction.context
    incident = incident_of(reader, interaction.team, context)
    if incident is None or refusal_to_act(actor.account) is not None:
        return None
    is_reached = may_reach(
        incident, actor.id, is_guest=actor.is_guest, channel=context.channel, is_claimed=interaction.is_claimed
    )
    return incident if is_reached else None
