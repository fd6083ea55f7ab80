"""A typed command: run at once when nothing is missing or doubtful, otherwise its form or the action menu opens."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from bot.grammar.command_parser import ParsedCommand, parse_command
from bot.rendering.message_catalog import reason_text, sentence
from bot.rendering.user_text import from_line
from bot.slack.forms.modal import OCCURRED
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.interaction import Interaction
from bot.slack.surfaces.slack_reply import SlackReply
from commands.core import verb_registry
from commands.core.fields.field_validation import read_form
from commands.core.fields.form_field import Control, form_fields
from commands.core.request import Fields
from commands.core.verb import Verb
from incident.refusal import Refusal

DECLARE: Final = "declare"
FORM: Final = "?"
# Slack's own limit for a message; no field takes as much.
LONGEST_LINE: Final = 12_000
_LISTED: Final = frozenset({Control.SERVICE, Control.CHOICE})


def handle_typed_command(gateway: SlackGateway, interaction: Interaction, text: str) -> SlackReply | None:
    """Run a typed line and return its reply; None when a form opens instead. `confirm ?` always opens its form."""
    if len(text) > LONGEST_LINE:
        reason = reason_text("line_too_long", length=str(len(text)), limit=str(LONGEST_LINE))
        return SlackReply(reason, refused=True)
    line = from_line(text)
    bare = _parse(gateway, interaction, line.rstrip().removesuffix(FORM)) if line.split()[-1:] == [FORM] else None
    wants_form = bare is not None and bare.verb is not None and not bare.fields
    parsed = bare if bare is not None and wants_form else _parse(gateway, interaction, line)
    if parsed.number is not None:
        interaction = interaction.in_context(interaction.context.model_copy(update={"number": parsed.number}))
    if parsed.is_empty:
        return _empty(gateway, interaction)
    if parsed.verb is None:
        return gateway.executor.execute(interaction, parsed.word, {})
    if wants_form:
        gateway.forms.open(interaction, parsed.verb, {})
        return None
    return _execute_or_open(gateway, interaction, parsed.verb, parsed)


def _parse(gateway: SlackGateway, interaction: Interaction, line: str) -> ParsedCommand:
    return parse_command(
        line,
        at=interaction.at,
        zone=gateway.users.time_zone(interaction.user),
        person=gateway.users.find,
        services=gateway.record.policy.services,
    )


def _execute_or_open(
    gateway: SlackGateway, interaction: Interaction, verb: type[Verb], parsed: ParsedCommand
) -> SlackReply | None:
    happened = parsed.occurred_at
    fields: Fields = {**parsed.fields, **({OCCURRED: happened.isoformat()} if happened else {})}
    is_complete = parsed.is_complete and not verb.is_confirmed and not _lacks_text(verb, fields)
    if is_complete or not (form_fields(verb) or parsed.invalid):
        return gateway.executor.execute(interaction, verb.name, fields)
    if _is_unknown_choice(verb, parsed):
        return gateway.executor.execute(interaction, verb.name, {**fields, **dict(parsed.invalid)})
    gateway.forms.open(interaction, verb, fields, banner=_doubt(verb, parsed))
    return None


def _is_unknown_choice(verb: type[Verb], parsed: ParsedCommand) -> bool:
    """True if only services or choices that do not exist are in the way: those are refused and recorded by the verb."""
    unknown, marks = dict(parsed.invalid), form_fields(verb)
    if not unknown or parsed.ambiguous or parsed.leftover or set(parsed.missing) - set(unknown):
        return False
    if not all(name in marks and marks[name].control in _LISTED for name in unknown):
        return False
    with suppress(Refusal):
        read_form(verb, {**parsed.fields, **unknown})
        return True
    return False


def _doubt(verb: type[Verb], parsed: ParsedCommand) -> str | None:
    """Return why a line without missing fields still opens its form."""
    marks = form_fields(verb)
    if parsed.invalid:
        name, value = parsed.invalid[0]
        return sentence("unread", value=value, field=marks[name].label if name in marks else name)
    if parsed.leftover:
        return sentence("left", left=parsed.leftover)
    return sentence("ambiguous") if parsed.ambiguous else None


def _lacks_text(verb: type[Verb], fields: Fields) -> bool:
    """True if a verb that takes a text got fixed words only: `tempfix removed TF1` opens its form."""
    marks = form_fields(verb)
    takes_text = any(mark.rest for mark in marks.values()) and not verb.is_query
    return takes_text and all(marks[name].leading for name in fields if name in marks)


def _empty(gateway: SlackGateway, interaction: Interaction) -> SlackReply | None:
    """Return the action menu in an incident channel; anywhere else open the form that declares an incident."""
    incident = gateway.lookup.incident_if_available(interaction)
    declare = verb_registry.find(DECLARE)
    if incident is not None:
        return gateway.menu_of(interaction, incident)
    if interaction.context.number is not None:
        return SlackReply(reason_text("no_such_incident"), refused=True)
    if declare is not None:
        gateway.forms.open(interaction, declare, {})
    return None
