"""A verb's form as a Slack modal, filled with what is known; a refusal stands at its field or above the form.

The modal's callback names the verb, its private metadata where it was opened: a submission needs nothing else.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import JsonValue

from bot.rendering.message_catalog import form_intro, form_warning, label, optional_from, sentence
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.clipper import fit_view
from bot.slack.forms.form_controls import draw_element
from bot.slack.forms.select_options import Field, current_values, open_items
from bot.slack.payload import Json
from commands.core.fields.form_field import Control, FormField, form_fields
from commands.core.verb import Verb
from incident.model.incident import Incident
from incident.policy import Policy

OCCURRED: Final = "occurred_at"
_EARLIER: Final = FormField("Happened earlier?", Control.MOMENT, "Only when you tell it afterwards")

Fields = dict[str, JsonValue]


def verb_form(
    verb: type[Verb],
    fields: Fields,
    where: ActionContext,
    policy: Policy,
    *,
    banner: str | None = None,
    incident: Incident | None = None,
) -> Json:
    """Draw the form of a verb with the fields of a draft filled in, and what stands in its way above it.

    What the form does not show travels with it, so that a submission has all of the draft. `incident` is the one it is
    about, where there is one: its service and what is open in it are offered.
    """
    fields = {**(current_values(incident, verb.name) if incident else {}), **fields}
    shown = fields_shown(verb, policy, fields, incident)
    unseen = {name: value for name, value in fields.items() if name not in {field.name for field in shown}}
    blocks: list[Json] = [] if banner is None else [_section("form:banner", f":warning: {banner}")]
    blocks.append(_section("form:about", form_intro(verb.name) or (verb.__doc__ or "").strip().splitlines()[0]))
    defined = label("form", "defined", text=policy.definition, version=policy.version) if verb.opens_incident else None
    for small in (defined, form_warning(verb.name), _owed(incident) if incident and verb.name == "update" else None):
        blocks += [_small(small)] if small else []
    for field in shown:
        blocks += [{"type": "divider"}, _small(label("form", "rest"))] if field.name == optional_from(verb.name) else []
        blocks.append(_input(field, fields.get(field.name)))
    return fit_view(
        {
            "type": "modal",
            "callback_id": f"verb:{verb.name}",
            "private_metadata": where.model_copy(update={"entry": None, "fields": unseen}).packed(),
            "title": _plain(label("titles", verb.name)),
            "submit": _plain(label("submits", verb.name)),
            "close": _plain(label("form", "close")),
            "blocks": blocks,
        }
    )


def notice_view(title: str, blocks: list[Json]) -> Json:
    """Draw a modal that says something and has nothing to submit."""
    return fit_view(
        {
            "type": "modal",
            "callback_id": "notice",
            "title": _plain(title),
            "close": _plain(label("form", "done")),
            "blocks": blocks,
        }
    )


def fields_shown(
    verb: type[Verb], policy: Policy, given: Fields | None = None, incident: Incident | None = None
) -> list[Field]:
    """Give the fields a form shows, in the order of the model; what changes the record can have happened earlier.

    Once it is known which of a verb's forms is meant, only the fields of that one are shown.
    """
    given = given or {}
    chosen = given.get("service")
    service = incident.service if incident else chosen if isinstance(chosen, str) else None
    marks = _meant(form_fields(verb), given) | ({} if verb.is_query else {OCCURRED: _EARLIER})
    return [
        Field(name, ask, policy, service, open_items(incident, verb.name, name) if incident else ())
        for name, ask in marks.items()
    ]


def _meant(marks: dict[str, FormField], given: Fields) -> dict[str, FormField]:
    """Leave out what the chosen form of a verb has no use for and nobody gave, and the choice itself."""
    choice = next((name for name, ask in marks.items() if ask.leading and ask.control is Control.CHOICE), None)
    meant = given.get(choice) if choice else None
    if meant is None or not any(ask.only for ask in marks.values()):
        return marks
    kept = {name for name, ask in marks.items() if name in given or not ask.only or meant in ask.only}
    return {name: ask for name, ask in marks.items() if name in kept and name != choice}


def _owed(incident: Incident) -> str:
    owed = sorted(
        (state.open.due_at, state.audience) for state in incident.audiences if state.open is not None and not state.held
    )
    return sentence("owed", owed=owed) if owed else ""


def _input(field: Field, value: JsonValue) -> Json:
    drawn: Json = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.ask.label),
        "optional": not field.ask.needed,
        "element": draw_element(field, value),
    }
    return drawn | ({"hint": _plain(field.ask.hint)} if field.ask.hint else {})


def _small(text: str) -> Json:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def _section(block_id: str, text: str) -> Json:
    return {"type": "section", "block_id": block_id, "text": {"type": "mrkdwn", "text": text}}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}
