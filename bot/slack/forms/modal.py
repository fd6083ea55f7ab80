"""A verb's form as a modal, filled with the fields that are known; a refusal is shown at its field or above the form.

The callback id names the verb, and the private metadata is the context: a submission needs nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from pydantic import JsonValue

from bot.grammar.parse_state import HAPPENED
from bot.rendering.message_catalog import form_intro, form_warning, label, optional_from, sentence
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.clipper import fit_view
from bot.slack.forms import update_form
from bot.slack.forms.form_controls import draw_element
from bot.slack.forms.select_options import Choices, Field, current_values, offered
from bot.slack.forms.update_form import UPDATE
from bot.slack.payload import Json
from commands.core.fields.form_field import Control, FormField, form_fields
from commands.core.verb import Verb
from incident.model.incident import Incident
from incident.policy import Policy

OCCURRED: Final = "occurred_at"
# The box that ends a hold; a form has it only where updates are on hold.
_RELEASE: Final = "release"
_EARLIER: Final = FormField("Recorded late?", Control.MOMENT, "When it was done or seen; empty means now")

Fields = dict[str, JsonValue]


class Beside(NamedTuple):
    """What a form has beside its fields: blocks above and below them, and the entries of which it offers one."""

    above: Sequence[Json] = ()
    below: Sequence[Json] = ()
    entries: Choices = ()


def verb_form(
    verb: type[Verb],
    fields: Fields,
    context: ActionContext,
    policy: Policy,
    *,
    banner: str | None = None,
    incident: Incident | None = None,
    beside: Beside = Beside(),  # noqa: B008 - it is frozen
) -> Json:
    """Return the form of a verb, filled with these fields, a refusal (`banner`) above it, and what is `beside` them.

    Fields that the form does not show are in its private metadata, so that a submission has all of them. `incident` is the
    incident it is about, if any: its service, open items and current values are offered.
    """
    fields = {**(current_values(incident, verb.name) if incident else {}), **fields}
    shown = fields_shown(verb, policy, fields, incident, beside.entries)
    unseen = {name: value for name, value in fields.items() if name not in {field.name for field in shown}}
    blocks: list[Json] = [] if banner is None else [_section("form:banner", f":warning: {banner}")]
    blocks.append(_section("form:about", form_intro(verb.name) or (verb.__doc__ or "").strip().splitlines()[0]))
    defined = label("form", "defined", text=policy.definition, version=policy.version) if verb.opens_incident else None
    for text in (
        defined,
        form_warning(verb.name, pages=policy.page_priorities),
        _owed_updates(incident) if incident and verb.name == UPDATE else None,
    ):
        blocks += [_context_block(text)] if text else []
    blocks += beside.above
    for field in shown:
        blocks += (
            [{"type": "divider"}, _context_block(label("form", "rest"))]
            if field.name == optional_from(verb.name)
            else []
        )
        blocks.append(_input(field, fields.get(field.name)))
    if verb.name == UPDATE:
        blocks += [update_form.tools(fields), *beside.below]
    return fit_view(
        {
            "type": "modal",
            "callback_id": f"verb:{verb.name}",
            "private_metadata": context.model_copy(update={"entry": None, "fields": unseen}).packed(),
            "title": _plain(label("titles", verb.name)),
            "submit": _plain(label("submits", verb.name)),
            "close": _plain(label("form", "close")),
            "blocks": blocks,
        }
    )


def notice_view(title: str, blocks: list[Json]) -> Json:
    """Return a modal that shows blocks and has nothing to submit."""
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
    verb: type[Verb],
    policy: Policy,
    given: Fields | None = None,
    incident: Incident | None = None,
    entries: Choices = (),
) -> list[Field]:
    """Return the fields a form shows, in the order of the model, and the time of the event for verbs that record one.

    Once a verb's leading choice is made, only the fields of that choice are shown. A field that is asked for on request is
    shown if its name is given; without given fields, every field is returned that the form may have.
    """
    every, given = given is None, given or {}
    chosen = given.get("service")
    service = incident.service if incident else chosen if isinstance(chosen, str) else None
    is_dated = not verb.only_answers() and HAPPENED not in verb.model_fields
    shown = _of_choice(form_fields(verb), given) | ({OCCURRED: _EARLIER} if is_dated else {})
    shown = {name: one for name, one in shown.items() if every or not one.on_request or name in given}
    if incident is not None and not any(audience.held for audience in incident.audiences):
        shown.pop(_RELEASE, None)
    return [
        Field(
            name,
            one,
            policy,
            service,
            offered(verb.name, name, one, incident=incident, policy=policy, given=given.get(name), entries=entries),
        )
        for name, one in shown.items()
    ]


def _of_choice(form_fields: dict[str, FormField], given: Fields) -> dict[str, FormField]:
    """Leave out empty fields that the leading choice of a verb does not need, and the choice itself."""
    choice = next((name for name, one in form_fields.items() if one.leading and one.control is Control.CHOICE), None)
    chosen = given.get(choice) if choice else None
    if chosen is None or not any(one.only for one in form_fields.values()):
        return form_fields
    needed = {name for name, one in form_fields.items() if name in given or not one.only or chosen in one.only}
    return {name: one for name, one in form_fields.items() if name in needed and name != choice}


def _owed_updates(incident: Incident) -> str:
    owed = sorted(
        (state.open.due_at, state.audience) for state in incident.audiences if state.open is not None and not state.held
    )
    return sentence("owed", owed=owed) if owed else ""


def _input(field: Field, value: JsonValue) -> Json:
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.form_field.label),
        "optional": not field.form_field.needed,
        "element": draw_element(field, value),
    }
    return block | ({"hint": _plain(field.form_field.hint)} if field.form_field.hint else {})


def _context_block(text: str) -> Json:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def _section(block_id: str, text: str) -> Json:
    return {"type": "section", "block_id": block_id, "text": {"type": "mrkdwn", "text": text}}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}
