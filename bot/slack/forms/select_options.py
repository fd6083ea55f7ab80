"""What a choice in a form offers: the catalogue's services and categories, roles, levels, a field's own choices.

Knows the policy and the words for slugs; knows no block but the option.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from bot.rendering.renderer import slug_labels
from bot.slack.blocks.clipper import LIMITS, fit_text
from bot.slack.blocks.user_text import to_form
from bot.slack.payload import Json
from commands.core.fields.form_field import Control, FormField
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import Audience
from roles.role_names import Role

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Field:
    """One field of a form: its name, its mark, the policy its choices come from, and what of the incident it offers."""

    name: str
    ask: FormField
    policy: Policy
    service: str | None = None
    offered: Choices = ()


def option(value: str, label: str) -> Json:
    """Make one option; Slack takes no empty label."""
    return {"text": {"type": "plain_text", "text": fit_text(label or value, "option.text")}, "value": value}


def choices_of(field: Field) -> Choices:
    """Give value and label of everything a field offers; nothing means that it is typed."""
    if field.offered:
        return field.offered
    if field.ask.choices:
        return field.ask.choices
    policy = field.policy
    match field.ask.control:
        case Control.SERVICE:
            return tuple((name, name) for name in policy.services if len(name) <= LIMITS["option.value"])
        case Control.CATEGORY:
            return _categories(field)
        case Control.ROLE:
            return tuple((role.value, slug_labels()["role"][role].capitalize()) for role in Role)
        case Control.AUDIENCES:
            return tuple((one.value, slug_labels()["audience"][one].capitalize()) for one in Audience)
        case Control.LEVEL:
            answers = policy.impact if field.name == "impact" else policy.urgency
            return tuple((str(level), f"{level} · {answers[level]}") for level in sorted(answers))
    return ()


def open_items(incident: Incident, verb: str, field: str) -> Choices:
    """Give what is open in an incident where a field asks for one of them: tasks not done, fixes not removed."""
    if (verb, field) == ("done", "id"):
        return tuple((one.id, f"{one.id} · {to_form(one.text)}") for one in incident.actions if one.done_at is None)
    if (verb, field) == ("tempfix", "id"):
        fixes = (one for one in incident.temp_fixes if one.removed_at is None)
        return tuple((one.id, f"{one.id} · {to_form(one.text)}") for one in fixes)
    return ()


def current_values(incident: Incident, verb: str) -> dict[str, JsonValue]:
    """Give what holds now of what a verb changes, so that only what is different has to be filled in."""
    if verb != "priority" or not incident.priorities:
        return {}
    judged = incident.priorities[-1]
    return {"impact": int(judged.impact), "urgency": int(judged.urgency)}


def _categories(field: Field) -> Choices:
    """Give the categories of the service, or of all services together while none is chosen."""
    services = field.policy.services
    asked = [services[field.service]] if field.service in services else list(services.values())
    if field.name == "subcategory":
        listed = [name for service in asked for below in service.categories.values() for name in below]
    else:
        listed = [name for service in asked for name in service.categories]
    names = [name for name in dict.fromkeys(listed) if name and len(name) <= LIMITS["option.value"]]
    return tuple((name, name) for name in names)
