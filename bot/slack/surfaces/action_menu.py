"""The action menu of an incident: buttons for the next steps of its state and for the roles of a person.

The menu only offers; whether an action is allowed is decided when its button is pressed. Knows states and roles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from incident.policy import Policy
from incident.rules.small_incidents import is_small
from incident.states import VOID, State
from roles.person_ids import PersonId
from roles.role_names import SINGLE, Role

_FORM: Final = "form"
_ACT: Final = "verb"


@dataclass(frozen=True)
class MenuItem:
    """A button: its verb, whether it runs at once (`_ACT`) or opens its form, its preset fields and its label."""

    verb: str
    mode: str = _FORM
    label: str = ""
    fields: dict[str, JsonValue] = field(default_factory=dict)
    label_values: dict[str, str] = field(default_factory=dict)
    is_primary: bool = False


_NEXT: Final[dict[State, tuple[MenuItem, ...]]] = {
    State.LOGGED: (MenuItem("mitigated"), MenuItem("restored")),
    State.TRIAGED: (),
    State.ACTIVE: (MenuItem("workaround"), MenuItem("mitigated"), MenuItem("restored")),
    State.MITIGATED: (MenuItem("restored", is_primary=True), MenuItem("regress")),
    State.RESTORED: (MenuItem("resolve", is_primary=True), MenuItem("validate"), MenuItem("regress")),
    State.RESOLVED: (
        MenuItem("close", _ACT, is_primary=True),
        MenuItem("validate"),
        MenuItem("confirm", _ACT, fields={"what": ["category", "priority"]}),
        MenuItem("review"),
        MenuItem("reopen"),
    ),
    State.CLOSED: (
        MenuItem("review", is_primary=True),
        MenuItem("agenda", _ACT),
        MenuItem("rca"),
        MenuItem("lesson"),
        MenuItem("cap"),
        MenuItem("signoff"),
        MenuItem("reopen"),
    ),
    **{state: (MenuItem("reopen"),) for state in VOID},
}
_WRITE: Final = (
    MenuItem("note"),
    MenuItem("decide"),
    MenuItem("action"),
    MenuItem("update"),
)
_LOOK: Final = (MenuItem("status", _ACT), MenuItem("timeline", _ACT), MenuItem("roles", _ACT))
_MORE: Final = (
    MenuItem("contain"),
    MenuItem("workaround"),
    MenuItem("evidence"),
    MenuItem("finding", fields={"form": "add"}),
    MenuItem("recover"),
    MenuItem("vendor"),
    MenuItem("determine"),
    MenuItem("submitted"),
    MenuItem("not_reportable"),
    MenuItem("tempfix", fields={"form": "add"}),
    MenuItem("validate"),
    MenuItem("title"),
    MenuItem("time"),
    MenuItem("category"),
    MenuItem("reclassify"),
    MenuItem("link"),
    MenuItem("assign"),
    MenuItem("release"),
    MenuItem("hold"),
    MenuItem("review"),
    MenuItem("agenda", _ACT),
    MenuItem("rca"),
    MenuItem("lesson"),
    MenuItem("cap"),
    MenuItem("quiet"),
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
# Typed anywhere, or offered by the message they are about.
_NOT_HERE: Final = frozenset(
    {"answer", "backfill", "declare", "drill", "join", "keep", "later", "list", "pin", "show", "subscribe", "unpin"}
)
# Offered by the state of the incident.
_BY_INCIDENT: Final = frozenset(
    {
        "accept",
        "ack",
        "approve",
        "discard",
        "done",
        "escalate",
        "finish",
        "handover",
        "major",
        "priority",
        "signoff",
        "take",
        "unmask",
    }
)
_VOIDABLE: Final = frozenset({State.LOGGED, State.TRIAGED, State.ACTIVE})


def action_menu(
    incident: Incident, person: PersonId, command: str, policy: Policy, *, is_guest: bool = False
) -> SlackReply:
    """Return the action menu of a person in an incident; a guest's has only what guests may do."""
    groups = [("now", list(_next(incident, person, policy)))]
    if not incident.is_over:
        groups += [("write", list(_WRITE)), ("people", list(_people(incident, person)))]
    groups.append(("look", list(_LOOK)))
    further = list(_further_items(incident))
    if is_guest:
        groups = [(name, _of_guests(items)) for name, items in groups]
        further = _of_guests(further)
    blocks: list[Json] = []
    for name, items in groups:
        if items:
            blocks.append(_heading(label("tray", name)))
            blocks += rows([_button(item, incident) for item in items])
    shown = {item.verb for _, items in groups for item in items}
    blocks[-1]["elements"].append(_more(incident, [item for item in further if item.verb not in shown]))
    return SlackReply(_summary(incident, person, command), blocks=blocks)


def _of_guests(items: Iterable[MenuItem]) -> list[MenuItem]:
    return [item for item in items if (verb := verb_registry.find(item.verb)) is not None and verb.for_guests]


def _next(incident: Incident, person: PersonId, policy: Policy) -> Iterator[MenuItem]:
    """Yield the next steps: what is waiting for this person, then what the state calls for."""
    for handover in (one for one in incident.offers if one.to == person):
        role = {"role": handover.role.value}
        yield MenuItem("accept", _ACT, fields=dict(role), label_values=role, is_primary=True)
    if not incident.is_over and incident.holder(Role.COMMANDER) is None:
        yield MenuItem("take", _ACT, "take_command", {"role": Role.COMMANDER.value}, is_primary=True)
    if not incident.is_over and incident.times.acknowledged_at is None:
        yield MenuItem("ack", _ACT)
    for task in (one for one in incident.actions if one.assignee == person and one.done_at is None):
        yield MenuItem("done", fields={"id": task.id}, label_values={"id": task.id})
    yield from _NEXT.get(incident.state, ())
    if is_small(incident, policy):
        yield MenuItem("finish")


def _people(incident: Incident, person: PersonId) -> Iterator[MenuItem]:
    yield MenuItem("take")
    for role in (role for role in Role if role in SINGLE and incident.holder(role) == person):
        yield MenuItem("handover", fields={"role": role.value}, label_values={"role": role.value})
    yield MenuItem("escalate")
    yield MenuItem("priority")
    if not incident.major:
        yield MenuItem("major")


def _further_items(incident: Incident) -> Iterator[MenuItem]:
    """Yield every other action, so that none has to be remembered."""
    if not incident.is_over:
        for fix in (one for one in incident.temp_fixes if one.removed_at is None):
            yield MenuItem(
                "tempfix",
                label="tempfix_removed",
                fields={"form": "removed", "id": fix.id},
                label_values={"id": fix.id},
            )
        yield from (item for item in _MORE if item.verb != "void" or incident.state in _VOIDABLE)
        yield from _unlisted()
    for draft in (one for one in incident.update_drafts if one.outcome is None):
        about = {"audience": draft.audience.value}
        yield MenuItem("approve", _ACT, fields={"draft": draft.n}, label_values=about)
        yield MenuItem("discard", _ACT, fields={"draft": draft.n}, label_values=about)
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


def _more(incident: Incident, items: list[MenuItem]) -> Json:
    options = [
        option(option_value(f"{item.mode}:{item.verb}", _context(item, incident)), _item_label(item)) for item in items
    ]
    placeholder = {"type": "plain_text", "text": label("tray", "more")}
    return {"type": "static_select", "action_id": MORE, "placeholder": placeholder, "options": options}


def _button(item: MenuItem, incident: Incident) -> Json:
    style = "primary" if item.is_primary else None
    return button(f"{item.mode}:{item.verb}", _item_label(item), _context(item, incident), style=style)


def _item_label(item: MenuItem) -> str:
    return label("tray", item.label or item.verb, **item.label_values)


def _context(item: MenuItem, incident: Incident) -> ActionContext:
    return ActionContext(incident=incident.key.id, entry=incident.n, fields=item.fields)


def _summary(incident: Incident, person: PersonId, command: str) -> str:
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
        lacks_commander=incident.lacks_commander,
        commands=incident.holder(Role.COMMANDER) == person,
        mine=", ".join(slug_labels()["role"][role] for role in others),
    )


def _heading(words: str) -> Json:
    return sections(f"*{words}*")[0]
