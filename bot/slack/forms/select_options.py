"""The choices of a form field: services and categories of the catalogue, roles, levels, or the field's own.

Knows the policy and the labels of slugs; knows no block but the option.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from bot.rendering.renderer import slug_labels
from bot.rendering.user_text import to_form
from bot.slack.blocks.clipper import LIMITS, fit_text
from bot.slack.forms import update_form
from bot.slack.payload import Json
from commands.core.fields.field_types import AUDIENCE_CHOICES
from commands.core.fields.form_field import Control, FormField
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import Audience
from roles.role_names import Role

Choices = tuple[tuple[str, str], ...]
_AUDIENCE: Final = update_form.AUDIENCE
_NEXT_IN: Final = "next_in"


@dataclass(frozen=True)
class Field:
    """A field of a form: its name and form field, the policy, the incident's service, and the open items it offers."""

    name: str
    form_field: FormField
    policy: Policy
    service: str | None = None
    offered: Choices = ()


def option(value: str, label: str) -> Json:
    """Return an option; Slack accepts no empty label."""
    return {"text": {"type": "plain_text", "text": fit_text(label or value, "option.text")}, "value": value}


def choices_of(field: Field) -> Choices:
    """Return value and label of each choice of a field; a field without choices is typed."""
    if field.offered:
        return field.offered
    if field.name == _AUDIENCE or field.form_field.control is Control.AUDIENCES:
        return audience_choices(field.form_field, field.policy)
    if field.form_field.choices:
        return field.form_field.choices
    policy = field.policy
    match field.form_field.control:
        case Control.SERVICE | Control.SERVICES | Control.SCHEDULE as control:
            return _named(policy.schedules if control is Control.SCHEDULE else policy.services)
        case Control.CATEGORY:
            return _categories(field)
        case Control.ROLE:
            return tuple((role.value, slug_labels()["role"][role].capitalize()) for role in Role)
        case Control.LEVEL:
            levels = policy.impact if field.name == "impact" else policy.urgency
            return tuple((str(level), f"{level} · {levels[level]}") for level in sorted(levels))
    return ()


def _named(names: Iterable[str]) -> Choices:
    return tuple((name, name) for name in names if len(name) <= LIMITS["option.value"])


def audience_choices(form_field: FormField, policy: Policy, given: JsonValue = None) -> Choices:
    """Return the audiences with their words; the regulator only where the policy speaks of one, or it was named."""
    named = given if isinstance(given, list) else [given]
    words = slug_labels()[_AUDIENCE]
    return tuple(
        (value, words[value].capitalize())
        for value, _ in form_field.choices or AUDIENCE_CHOICES
        if value != Audience.REGULATOR or value in named or _has_regulator(policy)
    )


def _has_regulator(policy: Policy) -> bool:
    owed = any(Audience.REGULATOR in cadences for cadences in policy.updates.values())
    return owed or bool(policy.regimes) or Audience.REGULATOR in policy.audiences


def offered(
    verb: str,
    name: str,
    form_field: FormField,
    *,
    incident: Incident | None,
    policy: Policy,
    given: JsonValue,
    entries: Choices = (),
) -> Choices:
    """Return the choices of a field that depend on the incident or on the value it has already; none for most fields."""
    if name == _AUDIENCE:
        return audience_choices(form_field, policy, given)
    if form_field.control is Control.ENTRY:
        return entries
    if incident is None:
        return ()
    if name == _NEXT_IN:
        return update_form.next_choices(incident, policy, form_field.choices)
    return open_items(incident, verb, name)


def open_items(incident: Incident, verb: str, field: str) -> Choices:
    """Return the open items of an incident that a field names: actions not done, temporary fixes not removed."""
    if (verb, field) == ("done", "id"):
        return tuple((one.id, f"{one.id} · {to_form(one.text)}") for one in incident.actions if one.done_at is None)
    if (verb, field) == ("tempfix", "id"):
        fixes = (one for one in incident.temp_fixes if one.removed_at is None)
        return tuple((one.id, f"{one.id} · {to_form(one.text)}") for one in fixes)
    if (verb, field) == ("contain", "id"):
        steps = (one for one in incident.containment if one.is_in_place)
        return tuple((one.id, f"{one.id} · {to_form(one.text)}") for one in steps)
    if (verb, field) == ("finding", "id"):
        return tuple((one.id, f"{one.id} · {to_form(one.text)}") for one in incident.findings)
    if (verb, field) == ("recover", "id"):
        unchecked = (one for one in incident.recoveries if one.checked_at is None)
        return tuple((one.id, f"{one.id} · {to_form(one.text)}") for one in unchecked)
    return ()


def current_values(incident: Incident, verb: str) -> dict[str, JsonValue]:
    """Return the current values of what a verb changes, so that only differences have to be filled in."""
    if verb == "title":
        return {"title": incident.title}
    if verb != "priority" or not incident.priorities:
        return {}
    current = incident.priorities[-1]
    return {"impact": int(current.impact), "urgency": int(current.urgency)}


def _categories(field: Field) -> Choices:
    """Return the categories of the service, or of all services if none is chosen."""
    services = field.policy.services
    chosen = [services[field.service]] if field.service in services else list(services.values())
    if field.name == "subcategory":
        listed = [name for service in chosen for below in service.categories.values() for name in below]
    else:
        listed = [name for service in chosen for name in service.categories]
    names = [name for name in dict.fromkeys(listed) if name and len(name) <= LIMITS["option.value"]]
    return tuple((name, name) for name in names)
