"""What a person reads in Slack after a request: the text of the reply, and buttons when there is something to press.

Knows blocks and buttons; the text is the rendering's (bot/rendering/reply_text.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bot.rendering.message_catalog import label, say, say_refusal
from bot.rendering.renderer import Renderer
from bot.rendering.reply_text import accepted_reply, plain_refusal, unmet_criteria
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.block_elements import button, buttons, sections
from bot.slack.blocks.clipper import fit_blocks, fit_text
from bot.slack.payload import Json
from commands.core import verb_registry
from commands.core.request import Request
from incident.entry import Surface
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Outcome, Reader
from incident.refusal import Code
from incident.rules.visibility import involved, may_see
from roles.person_ids import PersonId

# Refusals that a form can resolve: its fields can be changed and submitted again.
_RESOLVED_IN_A_FORM: Final = frozenset(
    {Code.UNKNOWN_SERVICE, Code.MISSING_FIELDS, Code.JUSTIFICATION, Code.HANDOVER_NOTE, Code.PROMISE_TOO_LONG}
    | {Code.UNKNOWN_PERSON, Code.BAD_VALUE, Code.TOO_LONG, Code.NOT_A_RESPONDER}
)
_MOST_CHANNELS: Final = 10


@dataclass(frozen=True)
class Texts:
    """How replies are rendered, and the slash command that people type here."""

    renderer: Renderer
    command: str


@dataclass(frozen=True)
class Reply:
    """A reply to one person: text, and blocks with buttons when there is something to press.

    `fields` are those a refusal is about; `plain` is its text without formatting, for beside a field of a form.
    """

    text: str
    plain: str = ""
    blocks: list[Json] = field(default_factory=list)
    refused: bool = False
    fields: tuple[str, ...] = ()
    opens_incident: bool = False
    is_query: bool = False

    def payload(self) -> Json:
        """Return the response to a slash command, shown to its author alone."""
        return {
            "response_type": "ephemeral",
            "text": fit_text(self.text, "ephemeral.text"),
            "blocks": fit_blocks(self.all_blocks()),
        }

    def all_blocks(self) -> list[Json]:
        """Return the text as blocks, followed by the buttons."""
        return [*sections(self.text), *self.blocks]


def reply_to(request: Request, outcome: Outcome, reader: Reader, *, policy: Policy, texts: Texts) -> Reply:
    """Render the outcome of a request."""
    if outcome.is_refused:
        return _refused(request, outcome, reader, texts)
    accepted = accepted_reply(request, outcome, reader, policy=policy, renderer=texts.renderer)
    join = _join_button(accepted.incident, getattr(accepted.view, "duplicate", None))
    return Reply(
        accepted.text, blocks=join, opens_incident=accepted.verb.opens_incident, is_query=accepted.verb.is_query
    )


def _join_button(incident: Incident | None, duplicate: Any) -> list[Json]:
    """Offer to join the incident that was declared first for the same service."""
    if incident is None or duplicate is None:
        return []
    context = ActionContext(incident=incident.key.id, entry=incident.n, fields={"number": duplicate.number})
    return [buttons(button("verb:join", label("buttons", "join"), context, style="primary"))]


def _refused(request: Request, outcome: Outcome, reader: Reader, texts: Texts) -> Reply:
    lines = [say_refusal(outcome)]
    if outcome.reason == "no_incident":
        lines.append(open_incidents(reader, request.team, request.actor.id, texts.command))
    lines += [f"• {line}" for line in unmet_criteria(outcome)]
    return Reply(
        "\n".join(lines),
        plain_refusal(outcome, reader),
        list(_form_button(request, outcome)),
        refused=True,
        fields=outcome.fields,
    )


def _form_button(request: Request, outcome: Outcome) -> Iterator[Json]:
    """Offer the form, filled with what was typed, if the refusal can be resolved in one."""
    kind = verb_registry.find(outcome.verb)
    if kind is None or request.source.surface != Surface.COMMAND or outcome.code not in _RESOLVED_IN_A_FORM:
        return
    context = ActionContext(
        channel=request.place.channel, number=outcome.number, fields=request.fields, draft=request.key
    )
    yield buttons(button(f"form:{kind.name}", label("buttons", "open_form"), context, style="primary"))


def open_incidents(reader: Reader, team: str, person: PersonId, command: str) -> str:
    """List the channels of open incidents that a person may see: those they are involved in first, then the newest."""
    visible = [one for one in reader.open_incidents(team) if may_see(one, person) and one.places.channel]
    visible.sort(key=lambda one: (person in involved(one), one.number), reverse=True)
    channels = [f"<#{one.places.channel}> ({one.number})" for one in visible[:_MOST_CHANNELS]]
    return say("also_open", places=", ".join(channels)) if channels else say("none_open", command=command)
