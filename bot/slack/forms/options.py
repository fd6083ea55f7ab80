"""What a choice in a form offers: the catalogue's services and categories, roles, levels, a field's own choices.

Knows the policy and the words for slugs; knows no block but the option.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.render import words_for
from bot.slack.limits import LIMITS, fit_text
from commands.ask import Ask, Control
from incident.policy import Policy
from incident.states import Audience
from roles.names import Role

Json = dict[str, Any]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Field:
    """One field of a form: its name, its mark, and the policy its choices come from."""

    name: str
    ask: Ask
    policy: Policy
    service: str | None = None


def option(value: str, label: str) -> Json:
    """Make one option; Slack takes no empty label."""
    return {"text": {"type": "plain_text", "text": fit_text(label or value, "option.text")}, "value": value}


def pairs_of(field: Field) -> Pairs:
    """Give value and label of everything a field offers; nothing means that it is typed."""
    if field.ask.choices:
        return field.ask.choices
    policy = field.policy
    match field.ask.control:
        case Control.SERVICE:
            return tuple((name, name) for name in policy.services if len(name) <= LIMITS["option.value"])
        case Control.CATEGORY:
            return _categories(field)
        case Control.ROLE:
            return tuple((role.value, words_for()["role"][role].capitalize()) for role in Role)
        case Control.AUDIENCES:
            return tuple((one.value, words_for()["audience"][one].capitalize()) for one in Audience)
        case Control.LEVEL:
            answers = policy.impact if field.name == "impact" else policy.urgency
            return tuple((str(level), f"{level} · {answers[level]}") for level in sorted(answers))
    return ()


def _categories(field: Field) -> Pairs:
    """Give the categories of the service, or of all services together while none is chosen."""
    services = field.policy.services
    asked = [services[field.service]] if field.service in services else list(services.values())
    if field.name == "subcategory":
        listed = [name for service in asked for below in service.categories.values() for name in below]
    else:
        listed = [name for service in asked for name in service.categories]
    names = [name for name in dict.fromkeys(listed) if name and len(name) <= LIMITS["option.value"]]
    return tuple((name, name) for name in names)
