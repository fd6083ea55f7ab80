"""The reply to a request, for every entry point: its text, what a refusal is about, and what it suggests to do next.

Knows no channel: Slack, the command line and the web each show a reply in their own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.rendering.message_catalog import reason_text, refusal_text, sentence
from bot.rendering.renderer import Renderer
from bot.rendering.reply_text import AcceptedReply, accepted_reply, plain_refusal, unmet_criteria
from commands.core import verb_registry
from commands.core.request import Actor, Fields, Request
from commands.redact import HIDDEN
from commands.void import OTHER_WAY
from incident.entry import EntryPoint
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Outcome, Reader
from incident.refusal import Code
from incident.rules.visibility import involved

# Refusals that a form can resolve: its fields can be changed and submitted again.
_RESOLVED_IN_A_FORM: Final = frozenset(
    {Code.UNKNOWN_SERVICE, Code.MISSING_FIELDS, Code.JUSTIFICATION, Code.HANDOVER_NOTE, Code.PROMISE_TOO_LONG}
    | {Code.UNKNOWN_PERSON, Code.BAD_VALUE, Code.TOO_LONG, Code.NOT_A_RESPONDER, Code.TOO_OFTEN}
)
_MOST_CHANNELS: Final = 10
_MOST_SEARCHED: Final = 50
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Texts:
    """The renderer of replies, and the command word that people type at this entry point."""

    renderer: Renderer
    command: str


@dataclass(frozen=True)
class Suggestion:
    """A request that a reply suggests next: with `opens_form` its form opens first, otherwise it runs at once.

    `label` names the sentence on its button. `draft` is the key under which long fields are stored.
    """

    verb: str
    label: str
    fields: Fields
    opens_form: bool = False
    incident: str | None = None
    entry: int | None = None
    channel: str | None = None
    number: str | None = None
    draft: str | None = None


@dataclass(frozen=True)
class ReplyItem:
    """One of several things that a reply lists, with its own buttons, as lines of `template_message.read_buttons`."""

    text: str
    buttons: str
    incident: Incident


@dataclass(frozen=True)
class Reply:
    """Text for one person, in the markup of the renderer that wrote it.

    `fields` are the fields that a refusal is about, `plain` is its text without markup, and `unmet` are the closure
    criteria that it names. `unconfirmed`: nothing is refused, and the person is asked whether it is meant.
    `is_draft`: what was typed is stored and offered again later. `is_done`: what could be done was done, so that
    nothing is to be sent again. `asks`: it was recorded, and the times are asked about. `redatable` is the entry it
    recorded whose time can be corrected, if there is one. `opens_incident` is that of the verb that was run;
    `is_query`: its answer is all that people see. `items` are listed after the text.
    """

    text: str
    plain: str = ""
    refused: bool = False
    unconfirmed: bool = False
    fields: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    opens_incident: bool = False
    is_query: bool = False
    is_draft: bool = False
    is_done: bool = False
    asks: bool = False
    redatable: int | None = None
    suggestion: Suggestion | None = None
    items: tuple[ReplyItem, ...] = ()


def reply_to(request: Request, outcome: Outcome, reader: Reader, *, policy: Policy, texts: Texts) -> Reply:
    """Return the reply to a request with this outcome. A repeated outcome gets the same reply."""
    if outcome.is_refused:
        return _refused(request, outcome, reader, texts)
    accepted = accepted_reply(request, outcome, reader, policy=policy, renderer=texts.renderer)
    join = join_suggestion(accepted.incident, getattr(accepted.view, "duplicate", None))
    amend = _amend(accepted.incident, getattr(accepted.view, "amendable", None))
    return Reply(
        accepted.text,
        opens_incident=accepted.verb.opens_incident,
        is_query=accepted.verb.only_answers(),
        asks=accepted.asks,
        redatable=accepted.redatable,
        suggestion=join or amend,
        items=_items(accepted, texts.renderer),
    )


def _items(accepted: AcceptedReply, renderer: Renderer) -> tuple[ReplyItem, ...]:
    """Return what the answer lists one by one: each with the macros `item` and `item_buttons` of its verb's template."""
    listed, incident = getattr(accepted.view, "items", ()), accepted.incident
    if incident is None or callable(listed):
        return ()
    template = f"slack/{accepted.verb.name}.j2"
    texts = ((renderer.macro(template, "item", one), renderer.macro(template, "item_buttons", one)) for one in listed)
    return tuple(ReplyItem(text, buttons, incident) for text, buttons in texts)


def join_suggestion(incident: Incident | None, duplicate: Incident | None) -> Suggestion | None:
    """Suggest joining an incident that was declared earlier for the same service."""
    if incident is None or duplicate is None:
        return None
    return Suggestion("join", "join", {"number": duplicate.number}, incident=incident.key.id, entry=incident.n)


def _amend(incident: Incident | None, update: int | None) -> Suggestion | None:
    """Suggest correcting an update where it was sent."""
    if incident is None or update is None:
        return None
    fields: Fields = {"entry": update}
    return Suggestion("amend", "amend", fields, opens_form=True, incident=incident.key.id, entry=incident.n)


def _refused(request: Request, outcome: Outcome, reader: Reader, texts: Texts) -> Reply:
    lines, unmet = [refusal_text(outcome, texts.renderer)], tuple(unmet_criteria(outcome))
    if outcome.reason == "no_incident":
        lines.append(open_incidents(reader, request.team, request.actor, texts.command))
    unconfirmed = outcome.code == Code.UNCONFIRMED
    if unconfirmed:
        unmet = tuple(reason_text(name, **dict(outcome.facts)) for name in outcome.missing)
    lines += [f"• {line}" for line in unmet]
    return Reply(
        "\n".join(lines),
        plain_refusal(outcome, reader),
        refused=True,
        unconfirmed=unconfirmed,
        fields=outcome.fields,
        unmet=unmet,
        is_done=outcome.reason == HIDDEN,
        suggestion=_other_way(request, outcome) or _vacant_role(request, outcome) or _form(request, outcome),
    )


def _other_way(request: Request, outcome: Outcome) -> Suggestion | None:
    """Suggest to void the other incident as a duplicate of this one, which is too far on to be void itself."""
    if outcome.reason != OTHER_WAY:
        return None
    facts = dict(outcome.facts)
    fields: Fields = {"as_": "duplicate", "duplicate_of": facts["number"], "reason": request.fields.get("reason")}
    return Suggestion(outcome.verb, "other_way", fields, opens_form=True, number=facts["other"])


def _vacant_role(request: Request, outcome: Outcome) -> Suggestion | None:
    """Suggest taking the role that the refused act needs and that no one holds."""
    role = dict(outcome.facts).get("vacant")
    if not role or outcome.key is None or request.actor.is_guest:
        return None
    return Suggestion("take", f"take_{role}", {"role": role}, incident=outcome.key.id)


def _form(request: Request, outcome: Outcome) -> Suggestion | None:
    """Suggest the form, filled with the fields that were typed, if the refusal can be resolved in one."""
    kind = verb_registry.find(outcome.verb)
    if kind is None or request.source.surface != EntryPoint.COMMAND or outcome.code not in _RESOLVED_IN_A_FORM:
        return None
    return Suggestion(
        kind.name,
        "open_form",
        request.fields,
        opens_form=True,
        channel=request.place.channel,
        number=outcome.number,
        draft=request.key,
    )


def open_incidents(reader: Reader, team: str, actor: Actor, command: str) -> str:
    """List the channels of the newest open incidents that a person may see: first those in which they are involved."""
    found = reader.in_channels(team, ended_since=_NEVER, limit=_MOST_SEARCHED)
    visible = [one for one in found if actor.may_see(one)]
    visible.sort(key=lambda one: actor.id not in involved(one))
    channels = [f"<#{one.places.channel}> ({one.number})" for one in visible[:_MOST_CHANNELS]]
    return sentence("also_open", places=", ".join(channels)) if channels else sentence("none_open", command=command)
