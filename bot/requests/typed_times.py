"""What a typed time means beside an entry: when that happened, and that a time was taken as text. Shared by Slack and command line."""

from __future__ import annotations

from datetime import datetime

from bot.grammar.command_parser import ParsedCommand
from bot.grammar.parse_state import HAPPENED
from bot.grammar.times.time_zones import zone_of
from bot.rendering.message_catalog import sentence
from bot.requests.reply import Reply
from incident.entry import IncidentKey
from incident.ports import Reader


def time_in_text(reply: Reply, parsed: ParsedCommand) -> list[str]:
    """Return the sentence about a past time at the end of a text whose entry can be dated; nothing for any other line."""
    if reply.redatable is None or not parsed.time_in_text:
        return []
    return [sentence("time_in_text", words=parsed.time_in_text, entry=reply.redatable)]


def time_of_entry(
    parsed: ParsedCommand, key: IncidentKey, reader: Reader, *, at: datetime, zone: str
) -> datetime | None:
    """Return when the entry happened (UTC) whose time a line corrects, if that was on another day than today."""
    n, verb = parsed.fields.get("entry"), parsed.verb
    if verb is None or HAPPENED not in verb.model_fields or not isinstance(n, int):
        return None
    found = next(iter(reader.entries(key, after=n - 1, until=n)), None) if n > 0 else None
    local = zone_of(zone)
    is_today = found is None or found.occurred_at.astimezone(local).date() == at.astimezone(local).date()
    return found.occurred_at if found and not is_today else None
