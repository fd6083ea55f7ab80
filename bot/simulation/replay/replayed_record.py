"""The record of a replay in a scenario's form: with its names of people, events and messages."""

from __future__ import annotations

from typing import Any

from bot.export.document import document_report
from bot.export.html_page import document_renderer
from bot.simulation.replay.outage_recovery import as_scripted
from bot.simulation.replay.scenario_replay import ScenarioPlayer
from incident.entries.closure import Refused
from incident.entry import WORKSPACE, Entry, IncidentKey
from roles.person_ids import MUSTER, PersonId, slack_user


def record_of(player: ScenarioPlayer) -> dict[str, Any]:
    """Return the record at the scenario's time of reading. LookupError without an incident."""
    environment, scenario = player.environment, player.scenario
    key = environment.incident
    if key is None:
        raise LookupError("the play declared no incident")
    aliases = {user: alias for alias, user in environment.users.items()}
    messages = {ts: event for event, ts in player.messages.items()}

    def name(person: PersonId) -> str:
        user = slack_user(person)
        return "bot" if person == MUSTER else aliases.get(user or "", str(person))

    def source(entry: Entry) -> str:
        return player.sources.get(f"{entry.key.id}/{entry.n}", "")

    before = [e for e in environment.entries(IncidentKey(environment.team, WORKSPACE)) if isinstance(e.fact, Refused)]
    incident_entries = (
        as_scripted(entry, player.backfilled.get(f"{key.id}/{entry.n}")) for entry in environment.entries(key)
    )
    entries = [*before, *incident_entries]
    return document_report(
        entries,
        as_of=scenario.read_at,
        names=name,
        render=document_renderer(name),
        source=source,
        message=lambda channel, ts: messages.get(ts, ts),
        probes=scenario.role_probes,
    )
