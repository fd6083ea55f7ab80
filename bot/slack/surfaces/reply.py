"""What a person reads after a request: the verb's answer, or why nothing happened and what to do instead.

Reads the record as it was committed and renders it; runs nothing. The same outcome reads the same when it is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bot.rendering.message_catalog import label, say, say_closure, say_refusal
from bot.rendering.renderer import LineContext, Renderer
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.block_elements import Json, button, buttons, sections
from bot.slack.blocks.clipper import fit_blocks, fit_text
from commands.close import read_unmet
from commands.core import verb_registry
from commands.core.fields.field_validation import read_form
from commands.core.request import Request
from commands.core.verb import DecisionContext
from incident.entry import Entry, Surface
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Outcome, Reader
from incident.refusal import Code
from incident.rules.visibility import involved, may_see
from roles.person_ids import PersonId, slack_user

_MENDED_IN_A_FORM: Final = frozenset(
    {Code.UNKNOWN_SERVICE, Code.MISSING_FIELDS, Code.JUSTIFICATION, Code.HANDOVER_NOTE, Code.PROMISE_TOO_LONG}
    | {Code.UNKNOWN_PERSON, Code.BAD_VALUE, Code.TOO_LONG, Code.NOT_A_RESPONDER}
)
_MOST_PLACES: Final = 10


@dataclass(frozen=True)
class Texts:
    """How answers are rendered, and the root word that people type here."""

    renderer: Renderer
    command: str


@dataclass(frozen=True)
class Reply:
    """Words for one person, with buttons when there is something to press.

    `fields` are those a refusal is about, `plain` its words for beside a field, where Slack formats nothing.
    """

    text: str
    plain: str = ""
    blocks: list[Json] = field(default_factory=list)
    refused: bool = False
    fields: tuple[str, ...] = ()
    opens: bool = False
    asks: bool = False

    def payload(self) -> Json:
        """Give the acknowledgement of a slash command that shows it to the one who typed."""
        return {
            "response_type": "ephemeral",
            "text": fit_text(self.text, "ephemeral.text"),
            "blocks": fit_blocks(self.all_blocks()),
        }

    def all_blocks(self) -> list[Json]:
        """Give the words as blocks, then the buttons."""
        return [*sections(self.text), *self.blocks]


def reply_to(request: Request, outcome: Outcome, reader: Reader, *, policy: Policy, texts: Texts) -> Reply:
    """Word the outcome of a request."""
    if outcome.is_refused:
        return _refused(request, outcome, reader, texts)
    return _accepted(request, outcome, reader, policy, texts)


def _accepted(request: Request, outcome: Outcome, reader: Reader, policy: Policy, texts: Texts) -> Reply:
    kind = verb_registry.find(outcome.verb)
    if kind is None:
        raise RuntimeError(f"an outcome names a verb that does not exist: {outcome.verb}")
    incident = reader.peek(outcome.key) if outcome.key else None
    verb = read_form(kind, request.fields)
    view = verb.view(_situation(request, incident, reader, policy))
    entries: tuple[Entry, ...] = ()
    if outcome.key and outcome.first is not None and outcome.last is not None:
        entries = tuple(reader.entries(outcome.key, after=outcome.first - 1, until=outcome.last))
    context = LineContext(
        incident=incident, entries=entries, by=request.actor.id, at=outcome.at, outcome=outcome, view=view
    )
    answer = texts.renderer.answer(kind.name, context)
    offered = _join_button(incident, getattr(view, "duplicate", None))
    return Reply(answer, blocks=offered, opens=kind.opens, asks=kind.asks)


def _situation(request: Request, incident: Incident | None, reader: Reader, policy: Policy) -> DecisionContext:
    return DecisionContext(
        incident=incident,
        policy=policy,
        policy_hash="",
        reader=reader,
        at=request.at,
        occurred_at=request.occurred_at,
        actor=request.actor,
        team=request.team,
        place=request.place,
        number=incident.number if incident else "",
    )


def _join_button(incident: Incident | None, duplicate: Any) -> list[Json]:
    """Offer to join the incident that somebody declared first for the same service."""
    if incident is None or duplicate is None:
        return []
    drawn = ActionContext(incident=incident.key.id, entry=incident.n, fields={"number": duplicate.number})
    return [buttons(button("verb:join", label("buttons", "join"), drawn, style="primary"))]


def _refused(request: Request, outcome: Outcome, reader: Reader, texts: Texts) -> Reply:
    lines = [say_refusal(outcome)]
    if outcome.reason == "no_incident":
        lines.append(open_places(reader, request.team, request.actor.id, texts.command))
    if outcome.code == Code.CLOSE_INCOMPLETE:
        lines += [f"• {line}" for line in _lacking(outcome)]
    plain = say_refusal(outcome, names=lambda person: _name(reader, person))
    text = "\n".join(lines)
    return Reply(text, plain, list(_offers(request, outcome)), refused=True, fields=outcome.fields)


def _name(reader: Reader, person: PersonId) -> str:
    known = reader.person(person)
    return known.name if known else slack_user(person) or person


def _lacking(outcome: Outcome) -> Iterator[str]:
    for unmet in read_unmet(outcome.facts, outcome.missing):
        yield say_closure(unmet.needs, unmet.names, typed=True)


def _offers(request: Request, outcome: Outcome) -> Iterator[Json]:
    """Offer what was typed back in a form, where a form can mend it."""
    kind = verb_registry.find(outcome.verb)
    if kind is None or request.source.surface != Surface.COMMAND or outcome.code not in _MENDED_IN_A_FORM:
        return
    where = ActionContext(
        channel=request.place.channel, number=outcome.number, fields=request.fields, draft=request.key
    )
    yield buttons(button(f"form:{kind.name}", label("buttons", "open_form"), where, style="primary"))


def open_places(reader: Reader, team: str, person: PersonId, command: str) -> str:
    """Say in which channels there is an incident that this person may see: theirs first, then the newest."""
    seen = [one for one in reader.open_incidents(team) if may_see(one, person) and one.places.channel]
    seen.sort(key=lambda one: (person in involved(one), one.number), reverse=True)
    places = [f"<#{one.places.channel}> ({one.number})" for one in seen[:_MOST_PLACES]]
    return say("also_open", places=", ".join(places)) if places else say("none_open", command=command)
