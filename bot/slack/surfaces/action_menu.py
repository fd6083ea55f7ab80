"""What somebody may do in an incident now, as buttons: what is next by its state, what is theirs by their roles.

Offers only; whether an act is allowed is decided when its button is pressed. Knows states and roles; runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from pydantic import JsonValue

from bot.rendering.message_catalog import label, sentence
from bot.rendering.renderer import slug_labels
from bot.slack.blocks.action_context import MORE, ActionContext, option_value
from bot.slack.blocks.block_elements import button, rows, sections
from bot.slack.forms.select_options import option
from bot.slack.payload import Json
from bot.slack.surfaces.slack_reply import SlackReply
from commands.core import verb_registry
from commands.core.fields.form_field import form_fields
from incident.model.incident import Incident
from incident.states import Audience, State
from roles.person_ids import PersonId
from roles.role_names import SINGLE, Role

_FORM: Final = "form"
_ACT: Final = "verb"


@dataclass(frozen=True)
class MenuItem:
    """One button: the verb, whether it acts at once or opens its form, what it is filled with and how it is named."""

    verb: str
    how: str = _FORM
    name: str = ""
    fields: dict[str, JsonValue] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    stands_out: bool = False


_NEXT: Final[dict[State, tuple[MenuItem, ...]]] = {
    State.LOGGED: (MenuItem("mitigated"), MenuItem("restored")),
    State.TRIAGED: (),
    State.ACTIVE: (MenuItem("workaround"), MenuItem("mitigated"), MenuItem("restored")),
    State.MITIGATED: (MenuItem("restored", stands_out=True), MenuItem("regress")),
    State.RESTORED: (MenuItem("resolve", stands_out=True), MenuItem("validate"), MenuItem("regress")),
    State.RESOLVED: (
        MenuItem("close", _ACT, stands_out=True),
        MenuItem("validate"),
        MenuItem("confirm", _ACT, fields={"what": ["category", "priority"]}),
        MenuItem("review"),
        MenuItem("reopen"),
    ),
    State.CLOSED: (MenuItem("reopen"),),
}
_WRITE: Final = (
    MenuItem("note"),
    MenuItem("decide"),
    MenuItem("action"),
    MenuItem("update", fields={"audience": [Audience.INTERNAL.value]}),
)
_LOOK: Final = (MenuItem("status", _ACT), MenuItem("timeline", _ACT), MenuItem("roles", _ACT))
_MORE: Final = (
    MenuItem("contain"),
    MenuItem("workaround"),
    MenuItem("tempfix", fields={"form": "add"}),
    MenuItem("validate"),
    MenuItem("time"),
    MenuItem("category"),
    MenuItem("reclassify"),
    MenuItem("link"),
    MenuItem("assign"),
    MenuItem("release"),
    MenuItem("hold"),
    MenuItem("review"),
    MenuItem("void"),
)
_ALWAYS: Final = (
    MenuItem("summary", _ACT),
    MenuItem("next", _ACT),
    MenuItem("oncall", _ACT),
    MenuItem("correct"),
    MenuItem("redact"),
    MenuItem("preserve"),
    MenuItem("export", _ACT),
    MenuItem("help", _ACT),
)
# Typed at any place, or offered by the message they are about.
_NOT_HERE: Final = frozenset(
    {"answer", "backfill", "declare", "drill", "join", "later", "list", "pin", "show", "unpin"}
)
# Offered by what stands in the incident.
_BY_INCIDENT: Final = frozenset(
    {"accept", "ack", "done", "escalate", "handover", "major", "priority", "take", "unmask"}
)
_VOIDABLE: Final = frozenset({State.LOGGED, State.TRIAGED, State.ACTIVE})


def action_menu(incident: Incident, person: PersonId, command: str) -> SlackReply:
    """Give the tray of one person in an incident channel."""
    groups = [("now", list(_next(incident, person)))]
    if not incident.is_over:
        groups += [("write", list(_WRITE)), ("people", list(_people(incident, person)))]
    groups.append(("look", list(_LOOK)))
    blocks: list[Json] = []
    for name, offers in groups:
        if offers:
            blocks.append(_heading(label("tray", name)))
            blocks += rows([_button(offer, incident) for offer in offers])
    shown = {offer.verb for _, offers in groups for offer in offers}
    blocks[-1]["elements"].append(_more(incident, [offer for offer in _rarer(incident) if offer.verb not in shown]))
    return SlackReply(_head(incident, person, command), blocks=blocks)


def _next(incident: Incident, person: PersonId) -> Iterator[MenuItem]:
    """Offer what comes next: what waits for this person, then what the state calls for."""
    for offered in (offer for offer in incident.offers if offer.to == person):
        role = {"role": offered.role.value}
        yield MenuItem("accept", _ACT, fields=dict(role), facts=role, stands_out=True)
    if not incident.is_over and incident.holder(Role.COMMANDER) is None:
        yield MenuItem("take", _ACT, "take_command", {"role": Role.COMMANDER.value}, stands_out=True)
    if not incident.is_over and incident.times.acknowledged_at is None:
        yield MenuItem("ack", _ACT)
    for task in (one for one in incident.actions if one.assignee == person and one.done_at is None):
        yield MenuItem("done", fields={"id": task.id}, facts={"id": task.id})
    yield from _NEXT.get(incident.state, ())


def _people(incident: Incident, person: PersonId) -> Iterator[MenuItem]:
    yield MenuItem("take")
    for role in (role for role in Role if role in SINGLE and incident.holder(role) == person):
        yield MenuItem("handover", fields={"role": role.value}, facts={"role": role.value})
    yield MenuItem("escalate")
    yield MenuItem("priority")
    if not incident.major:
        yield MenuItem("major")


def _rarer(incident: Incident) -> Iterator[MenuItem]:
    """Offer everything else that may be wanted, so that nothing has to be known by heart."""
    if not incident.is_over:
        for fix in (one for one in incident.temp_fixes if one.removed_at is None):
            yield MenuItem(
                "tempfix", name="tempfix_removed", fields={"form": "removed", "id": fix.id}, facts={"id": fix.id}
            )
        yield from (offer for offer in _MORE if offer.verb != "void" or incident.state in _VOIDABLE)
        yield from _unlisted()
    if incident.masks:
        yield MenuItem("unmask")
    yield from _ALWAYS


@cache
def _unlisted() -> tuple[MenuItem, ...]:
    """Return the verbs of an open incident that no table above lists, each with its form where it has one."""
    tables = (*_NEXT.values(), _WRITE, _LOOK, _MORE, _ALWAYS)
    listed = {item.verb for table in tables for item in table} | _NOT_HERE | _BY_INCIDENT
    others = (verb for verb in verb_registry.verbs() if verb.name not in listed)
    return tuple(MenuItem(verb.name, _FORM if form_fields(verb) else _ACT) for verb in others)


def _more(incident: Incident, offers: list[MenuItem]) -> Json:
    options = [
        option(option_value(f"{offer.how}:{offer.verb}", _where(offer, incident)), _named(offer)) for offer in offers
    ]
    placeholder = {"type": "plain_text", "text": label("tray", "more")}
    return {"type": "static_select", "action_id": MORE, "placeholder": placeholder, "options": options}


def _button(offer: MenuItem, incident: Incident) -> Json:
    style = "primary" if offer.stands_out else None
    return button(f"{offer.how}:{offer.verb}", _named(offer), _where(offer, incident), style=style)


def _named(offer: MenuItem) -> str:
    return label("tray", offer.name or offer.verb, **offer.facts)


def _where(offer: MenuItem, incident: Incident) -> ActionContext:
    return ActionContext(incident=incident.key.id, entry=incident.n, fields=offer.fields)


def _head(incident: Incident, person: PersonId, command: str) -> str:
    if incident.is_over:
        return sentence("ended", state=incident.state, command=command)
    others = [role for role in Role if role != Role.COMMANDER and person in incident.holders(role)]
    return sentence(
        "tray",
        number=incident.number,
        title=incident.title,
        state=incident.state,
        priority=incident.priority,
        commander=incident.holder(Role.COMMANDER),
        commands=incident.holder(Role.COMMANDER) == person,
        mine=", ".join(slug_labels()["role"][role] for role in others),
    )


def _heading(words: str) -> Json:
    return sections(f"*{words}*")[0]
