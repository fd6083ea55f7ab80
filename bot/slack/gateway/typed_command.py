"""A typed line: run at once when it is whole, otherwise the form or the tray that it stands for."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from bot.grammar.command_parser import ParsedCommand, parse_command
from bot.rendering.message_catalog import say, say_reason
from bot.slack.blocks.user_text import from_line
from bot.slack.forms.modal import OCCURRED
from bot.slack.gateway.draft_store import Fields
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.interaction import Interaction
from bot.slack.surfaces.action_menu import action_menu
from bot.slack.surfaces.reply import Reply
from commands.core import verb_registry
from commands.core.fields.field_validation import read_form
from commands.core.fields.form_field import Control, form_fields
from commands.core.verb import Verb
from incident.refusal import Refusal

DECLARE: Final = "declare"
FORM: Final = "?"
_CHOSEN: Final = frozenset({Control.SERVICE, Control.CHOICE})


def handle_typed_command(edge: SlackGateway, came: Interaction, text: str) -> Reply | None:
    """Do what a line says and give the answer, or None when a form opens in its place, as after `confirm ?`."""
    wanted = _read(edge, came, text.rstrip().removesuffix(FORM)) if text.split()[-1:] == [FORM] else None
    asks_form = wanted is not None and wanted.verb is not None and not wanted.fields
    reading = wanted if wanted is not None and asks_form else _read(edge, came, text)
    if reading.number is not None:
        came = came.at_place(came.where.model_copy(update={"number": reading.number}))
    if reading.is_empty:
        return _bare(edge, came)
    if reading.verb is None:
        return edge.act(came, reading.word, {})
    if asks_form:
        edge.ask(came, reading.verb, {})
        return None
    return _asked(edge, came, reading.verb, reading)


def _read(edge: SlackGateway, came: Interaction, text: str) -> ParsedCommand:
    return parse_command(
        from_line(text),
        at=came.at,
        zone=edge.people.zone_of(came.user),
        person=edge.people.named,
        services=edge.active.policy.services,
    )


def _asked(edge: SlackGateway, came: Interaction, verb: type[Verb], reading: ParsedCommand) -> Reply | None:
    happened = reading.occurred_at
    fields: Fields = {**reading.fields, **({OCCURRED: happened.isoformat()} if happened else {})}
    if not (form_fields(verb) or reading.invalid) or (reading.is_complete and not _leaves_text_out(verb, fields)):
        return edge.act(came, verb.name, fields)
    if _is_for_the_rules(verb, reading):
        return edge.act(came, verb.name, {**fields, **dict(reading.invalid)})
    edge.ask(came, verb, fields, banner=_doubt(verb, reading))
    return None


def _is_for_the_rules(verb: type[Verb], reading: ParsedCommand) -> bool:
    """Tell whether nothing is in the way but a service or choice that is not on offer: that is refused, and kept."""
    strange, marks = dict(reading.invalid), form_fields(verb)
    if not strange or reading.ambiguous or reading.leftover or set(reading.missing) - set(strange):
        return False
    if not all(name in marks and marks[name].control in _CHOSEN for name in strange):
        return False
    with suppress(Refusal):
        read_form(verb, {**reading.fields, **strange})
        return True
    return False


def _doubt(verb: type[Verb], reading: ParsedCommand) -> str | None:
    """Say why a line that leaves nothing out still opens its form."""
    marks = form_fields(verb)
    if reading.invalid:
        name, value = reading.invalid[0]
        return say("unread", value=value, field=marks[name].label if name in marks else name)
    if reading.leftover:
        return say("left", left=reading.leftover)
    return say("ambiguous") if reading.ambiguous else None


def _leaves_text_out(verb: type[Verb], fields: Fields) -> bool:
    """Tell whether only fixed words were typed of a verb that takes a text: `tempfix removed TF1` wants its form."""
    marks = form_fields(verb)
    takes_text = any(ask.rest for ask in marks.values()) and not verb.is_query
    return takes_text and all(marks[name].leading for name in fields if name in marks)


def _bare(edge: SlackGateway, came: Interaction) -> Reply | None:
    """Show the tray in an incident channel, and the form that declares one anywhere else."""
    incident = edge.incident_shown_at(came)
    declare = verb_registry.find(DECLARE)
    if incident is not None:
        return action_menu(incident, came.person, edge.texts.command)
    if came.where.number is not None:
        return Reply(say_reason("no_such_incident"), refused=True)
    if declare is not None:
        edge.ask(came, declare, {})
    return None
