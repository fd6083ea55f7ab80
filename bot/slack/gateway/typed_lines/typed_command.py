"""A typed command: run at once when nothing is missing or doubtful, otherwise its form or the action menu opens."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.grammar.command_parser import ParsedCommand, parse_with
from bot.grammar.parse_state import HAPPENED
from bot.grammar.value_parser import Vocabulary
from bot.rendering.message_catalog import line_again, reason_text, sentence
from bot.rendering.user_text import from_line
from bot.requests.reply import Reply
from bot.requests.typed_times import time_in_text, time_of_entry
from bot.slack.forms.form_controls import LONGEST, longest_text
from bot.slack.forms.modal import OCCURRED
from bot.slack.gateway.form_preview import is_previewed
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.gateway.typed_lines.doubts import banner_of, fields_in_doubt
from bot.slack.gateway.typed_lines.unknown_command import handle_unknown_command, open_report
from bot.slack.interaction import Interaction
from bot.slack.surfaces.slack_reply import SlackReply
from commands.core import verb_registry
from commands.core.fields.field_validation import read_form
from commands.core.fields.form_field import Control, form_fields
from commands.core.request import Fields
from commands.core.verb import Verb
from incident.refusal import Refusal
from incident.rules.seen_length import seen_length
from roles.person_ids import PersonId

DECLARE: Final = "declare"
DRILL: Final = "drill"
FORM: Final = "?"
# Slack's own limit for a message; no field takes as much.
LONGEST_LINE: Final = 12_000
_LISTED: Final = frozenset({Control.SERVICE, Control.SCHEDULE, Control.CHOICE})
_ME: Final = frozenset({"me", "myself"})


def handle_typed_command(gateway: SlackGateway, interaction: Interaction, text: str) -> SlackReply | None:
    """Run a typed line and return its reply; None when a form opens instead. `confirm ?` always opens its form."""
    if (length := seen_length(text)) > LONGEST_LINE:
        reason = reason_text("line_too_long", length=str(length), limit=str(LONGEST_LINE))
        return SlackReply(reason, refused=True)
    line = from_line(text)
    interaction = replace(interaction, line=line)
    bare = parse_line(gateway, interaction, line.rstrip().removesuffix(FORM)) if line.split()[-1:] == [FORM] else None
    wants_form = bare is not None and bare.verb is not None and not bare.fields
    parsed = bare if bare is not None and wants_form else parse_line(gateway, interaction, line)
    if _is_report(gateway, interaction, parsed):
        open_report(gateway, interaction, parsed, lambda line: parse_line(gateway, interaction, line))
        return None
    interaction = _at_incident(gateway, interaction, parsed)
    parsed = _beside_its_entry(gateway, interaction, parsed, line)
    if parsed.is_empty:
        return _empty(gateway, interaction)
    if parsed.verb is None:
        return handle_unknown_command(gateway, interaction, parsed, lambda line: parse_line(gateway, interaction, line))
    if parsed.verb.name == DRILL and _begins_drill(gateway, interaction, parsed):
        _declare_drill(gateway, interaction, parsed)
        return None
    if wants_form or (parsed.verb.is_setting and parsed.is_complete and not parsed.fields):
        gateway.forms.open(interaction, parsed.verb, {})
        return None
    reply = _execute_or_open(gateway, interaction, parsed.verb, parsed)
    return reply and _with_line(gateway, reply, parsed, line)


def parse_line(
    gateway: SlackGateway, interaction: Interaction, line: str, near: datetime | None = None
) -> ParsedCommand:
    """Parse a line of the person who typed it; `near` as in `Vocabulary`."""
    policy = gateway.record.policy

    def person(word: str) -> PersonId | None:
        return gateway.users.find(interaction.user if word.lower() in _ME else word)

    vocabulary = Vocabulary(
        at=interaction.at,
        zone=gateway.users.time_zone(interaction.user),
        person=person,
        services=policy.services,
        priorities=policy.levels_by_priority(),
        schedules=policy.schedule_words(),
        near=near,
    )
    return parse_with(line, vocabulary)


def _beside_its_entry(
    gateway: SlackGateway, interaction: Interaction, parsed: ParsedCommand, line: str
) -> ParsedCommand:
    """Read a corrected time on the day of its entry: `correct 31 happened=23:30` of an entry of last week."""
    if parsed.verb is None or HAPPENED not in parsed.verb.model_fields:
        return parsed
    incident, zone = gateway.lookup.incident_if_available(interaction), gateway.users.time_zone(interaction.user)
    near = incident and gateway.lookup.read_if_available(
        lambda reader: time_of_entry(parsed, incident.key, reader, at=interaction.at, zone=zone)
    )
    return parse_line(gateway, interaction, line, near) if near else parsed


def _at_incident(gateway: SlackGateway, interaction: Interaction, parsed: ParsedCommand) -> Interaction:
    """Return the interaction at the incident that the line names, by its number or its channel, or that it must mean."""
    number = parsed.number
    if parsed.channel is not None:
        number = gateway.lookup.number_of_channel(parsed.channel)
    elif number is None and parsed.verb is not None and _is_about_one(parsed.verb, parsed):
        number = gateway.lookup.number_of_meant(interaction, parsed.verb)
    if number is None:
        return interaction
    return interaction.in_context(interaction.context.model_copy(update={"number": number}))


def _is_report(gateway: SlackGateway, interaction: Interaction, parsed: ParsedCommand) -> bool:
    """True for `P1 checkout is down` where no incident is, and none is named."""
    is_here = parsed.report and parsed.number is None and parsed.channel is None
    return bool(is_here) and gateway.lookup.incident_if_available(interaction) is None


def _is_about_one(verb: type[Verb], parsed: ParsedCommand) -> bool:
    """True if the verb is about one incident, which its line does not name."""
    return verb.needs_incident or ("number" in form_fields(verb) and not parsed.fields)


def _begins_drill(gateway: SlackGateway, interaction: Interaction, parsed: ParsedCommand) -> bool:
    """True for `drill` or `drill search is down` where no incident is: only a declaration can be meant."""
    return "what" not in parsed.fields and gateway.lookup.incident_if_available(interaction) is None


def _declare_drill(gateway: SlackGateway, interaction: Interaction, parsed: ParsedCommand) -> None:
    declare = verb_registry.find(DECLARE)
    text = str(parsed.fields.get("text") or parsed.leftover)
    fields = parse_line(gateway, interaction, f"{DECLARE} {text}").fields if text else {}
    if declare is not None:
        gateway.forms.open(interaction, declare, {**fields, "drill": True}, banner=sentence("as_drill"))


def _execute_or_open(
    gateway: SlackGateway, interaction: Interaction, verb: type[Verb], parsed: ParsedCommand
) -> SlackReply | None:
    happened = parsed.occurred_at
    fields: Fields = {**parsed.fields, **({OCCURRED: happened.isoformat()} if happened else {})}
    lacks_reference = _lacks_reference(interaction, verb, fields)
    needs_form = verb.is_confirmed or lacks_reference or _lacks_text(verb, fields) or not verb.is_whole(fields)
    is_complete = parsed.is_complete and not needs_form
    if is_complete and is_previewed(verb, fields, gateway.record.policy):
        gateway.forms.open(interaction, verb, fields)
        return None
    if is_complete:
        return gateway.execute_or_ask(interaction, verb.name, fields)
    if _is_unknown_choice(verb, parsed):
        return gateway.executor.execute(interaction, verb.name, {**fields, **dict(parsed.invalid)})
    banner = banner_of(verb, parsed) or (sentence("which_text", has_more=bool(fields)) if lacks_reference else None)
    if parsed.report:
        banner = "\n".join(filter(None, (banner, sentence("report_elsewhere"))))
    length = longest_text(fields)
    if length > LONGEST:
        too_long = reason_text("too_long_for_a_form", length=str(length), limit=str(LONGEST))
        return SlackReply("\n".join(filter(None, (banner, too_long))), refused=True)
    gateway.forms.open(interaction, verb, {**fields, **fields_in_doubt(verb, parsed)}, banner=banner)
    return None


def _with_line(gateway: SlackGateway, reply: SlackReply, parsed: ParsedCommand, line: str) -> SlackReply:
    """Add how times were read, the words that were not used, and the line of a refusal that no button can repeat: nothing typed is lost."""
    if parsed.unused:
        return replace(reply, text=f"{reply.text}\n{sentence('unused', left=parsed.unused, command=gateway.command)}")
    if not reply.refused and (read := _times_read(reply, parsed)):
        return replace(reply, text="\n".join([reply.text, *read]))
    has_text = len(line.split()) > len(parsed.word.split()) + 1
    if reply.refused and has_text and reply.suggestion is None and not (reply.is_draft or reply.is_done):
        return replace(reply, text=f"{reply.text}{line_again(gateway.command, line)}")
    return reply


def _times_read(reply: Reply, parsed: ParsedCommand) -> list[str]:
    """Say how times were read, and that one at the end of a text is text."""
    read = [sentence("read_time", words=words, at=datetime.fromisoformat(at)) for words, at in parsed.times]
    return [*read, *time_in_text(reply, parsed)]


def _is_unknown_choice(verb: type[Verb], parsed: ParsedCommand) -> bool:
    """True if only services or choices that do not exist are in the way: those are refused and recorded by the verb."""
    unknown, marks = dict(parsed.invalid), form_fields(verb)
    is_doubtful = parsed.ambiguous or parsed.leftover or parsed.doubts
    if not unknown or is_doubtful or set(parsed.missing) - set(unknown):
        return False
    if not all(name in marks and marks[name].control in _LISTED for name in unknown):
        return False
    with suppress(Refusal):
        read_form(verb, {**parsed.fields, **unknown})
        return True
    return False


def _lacks_text(verb: type[Verb], fields: Fields) -> bool:
    """True if a verb that takes a text got fixed words only: `tempfix removed TF1` opens its form."""
    marks = form_fields(verb)
    takes_text = verb.needs_text and any(mark.rest for mark in marks.values()) and not verb.is_query
    return takes_text and all(marks[name].leading for name in fields if name in marks)


def _lacks_reference(interaction: Interaction, verb: type[Verb], fields: Fields) -> bool:
    """True if a verb acts on a message or an entry, and neither the line nor the place names one."""
    marks = form_fields(verb).items()
    named = (name for name, one in marks if one.leading and one.pattern and one.control is Control.LINE)
    return interaction.context.message is None and any(name not in fields for name in named)


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
