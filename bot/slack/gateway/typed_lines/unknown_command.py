"""A line that begins with no command: a new incident where there is none, otherwise a refusal that offers the words back.

`/incident checkout is down` opens the form of a declaration with that title. In an incident's channel the refusal is recorded, and
buttons offer what may be meant: the command of nearly that name, or a note. Nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.grammar.command_parser import ParsedCommand
from bot.rendering.message_catalog import label, line_again, sentence
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.block_elements import button, buttons
from bot.slack.forms.modal import OCCURRED
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.gateway.typed_lines.doubts import banner_of
from bot.slack.interaction import Interaction
from bot.slack.payload import Json
from bot.slack.surfaces.slack_reply import SlackReply
from commands.core import verb_registry
from commands.core.request import Fields
from commands.core.verb import Verb
from commands.core.words.verb_suggestions import FIELDS_TOO

_DECLARE: Final = "declare"
_NOTE: Final = "note"
_TITLE_LENGTH: Final = 250

Parse = Callable[[str], ParsedCommand]


def handle_unknown_command(
    gateway: SlackGateway, interaction: Interaction, parsed: ParsedCommand, parse: Parse
) -> SlackReply | None:
    """Open the form that the words call for, or return the refusal with what they may mean."""
    incident = gateway.lookup.incident_if_available(interaction)
    near = verb_registry.find(parsed.nearest) if parsed.nearest else None
    has_words = len(parsed.text.split()) > 1
    if incident is None and interaction.context.number is None and has_words:
        _open_declaration(gateway, interaction, parsed, near, parse)
        return None
    reply = gateway.executor.execute(interaction, parsed.word, {})
    offered = _offers(gateway, interaction, parsed, near, parse, has_incident=incident is not None)
    text = f"{reply.text}{line_again(gateway.command, interaction.line)}"
    return replace(reply, text=text, blocks=[*reply.blocks, *([buttons(*offered)] if offered else [])])


def _open_declaration(
    gateway: SlackGateway, interaction: Interaction, parsed: ParsedCommand, near: type[Verb] | None, parse: Parse
) -> None:
    """Open the form of a declaration; `declaer …` is read as the command that it nearly is."""
    declare = verb_registry.find(_DECLARE)
    if declare is None:
        return
    if near is not None and near.opens_incident:
        meant = parse(_with_verb(near, parsed))
        banner = sentence("read_as", word=parsed.word, nearest=near.name)
        gateway.forms.open(interaction, near, _fields(meant), banner=banner)
        return
    banner = sentence("titled", word=parsed.word, nearest=parsed.nearest, command=gateway.command)
    gateway.forms.open(interaction, declare, titled(parsed.text, parse), banner=banner)


def open_report(gateway: SlackGateway, interaction: Interaction, parsed: ParsedCommand, parse: Parse) -> None:
    """Open the form of a declaration for a line such as `P1 checkout is down`, which names no incident."""
    declare = verb_registry.find(_DECLARE)
    if declare is None:
        return
    meant = parse(f"{_DECLARE} {parsed.report}")
    doubts = banner_of(declare, meant) or ""
    banner = "\n".join(filter(None, (sentence("reported", word=parsed.word, command=gateway.command), doubts)))
    fields = titled(parsed.report, parse) if parsed.report != parsed.word else _fields(meant)
    gateway.forms.open(interaction, declare, fields, banner=banner)


def titled(text: str, parse: Parse) -> Fields:
    """Return the fields of a declaration of these words: they are the title, and the fields that are named in them are filled."""
    meant = parse(f"{_DECLARE} {text}")
    fields = _fields(meant)
    if meant.ambiguous or meant.invalid or not isinstance(fields.get("title"), str):
        fields["title"] = text
    title = str(fields["title"])
    if len(title) > _TITLE_LENGTH:
        return {**fields, "title": title[:_TITLE_LENGTH].rsplit(" ", 1)[0], "symptom": title}
    return fields


def _offers(
    gateway: SlackGateway,
    interaction: Interaction,
    parsed: ParsedCommand,
    near: type[Verb] | None,
    parse: Parse,
    *,
    has_incident: bool,
) -> list[Json]:
    """Return buttons for the nearest command, a note or a declaration, with the words filled in.

    They open a form; the nearest command runs at once if it only shows something and its line is complete.
    """
    offers: list[tuple[str, str, Fields]] = []
    asks = ""
    if near is not None and (has_incident or not near.needs_incident):
        meant = parse(_with_verb(near, parsed))
        asks = near.name if near.is_query and meant.is_complete else ""
        words = label("buttons", "as_query" if asks else "as_verb", verb=near.name)
        offers.append((near.name, words, _fields(meant)))
    if has_incident:
        offers.append((_NOTE, label("buttons", "as_note"), {"text": parsed.text}))
    elif interaction.context.number is None:
        offers.append((_DECLARE, label("buttons", "as_incident"), titled(parsed.text, parse)))
    longest = max(offers, key=lambda one: len(str(one[2])), default=None)
    if longest is not None:
        gateway.drafts.store_if_long(interaction, longest[0], longest[2])
    place = interaction.context
    return [
        button(
            f"verb:{verb}" if verb == asks else f"form:{verb}",
            name,
            ActionContext(channel=place.channel, number=place.number, fields=fields, draft=interaction.key),
        )
        for verb, name, fields in offers
    ]


def _with_verb(near: type[Verb], parsed: ParsedCommand) -> str:
    is_field = parsed.word.lower() in FIELDS_TOO
    return f"{near.name} {parsed.text if is_field else parsed.text.removeprefix(parsed.word)}"


def _fields(meant: ParsedCommand) -> Fields:
    happened = meant.occurred_at
    return {**meant.fields, **({OCCURRED: happened.isoformat()} if happened else {})}
