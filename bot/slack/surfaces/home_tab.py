"""The Home tab of a person: what waits for them, the incidents they are in, the other open ones.

Restricted incidents only if they are involved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from bot.rendering.renderer import Renderer
from bot.slack.blocks.block_elements import rows, sections
from bot.slack.blocks.clipper import fit_view
from bot.slack.payload import Json
from bot.slack.surfaces.template_message import read_buttons, section_with_button
from commands.core.request import Actor
from commands.core.rules.list_lines import ListLine, list_lines
from commands.core.rules.open_incidents import called_to, open_page, over_incidents, own_incidents
from commands.core.sessions.staffed_policy import staffed
from incident.deadlines import due_deadlines
from incident.deadlines.deadline import Deadline
from incident.deadlines.response_deadlines import people_who_may_redact
from incident.entry import workspace_chain
from incident.model.components import Action, Escalation
from incident.model.incident import Incident
from incident.model.response.approval_question import ApprovalQuestion
from incident.model.subscription import Subscription
from incident.policy import Policy
from incident.ports import Reader
from incident.rules.responders.open_calls import caller_of, can_be_answered
from incident.rules.responders.own_shifts import OwnShift, own_shifts
from incident.rules.visibility import involved
from organisation.fold.event_changes import PROMPT as EVENT
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.event_state import Event
from roles.accounts import Account
from roles.person_ids import PersonId
from roles.role_names import Role

TEMPLATE = "slack/surfaces/home.j2"
_MOST_OWN = 30
_MOST_OTHERS = 12
_MOST_EVENTS = 5
# So long after its date a review is shown; what has no date of its own stays until it is done.
_AFTERWARDS: Final = timedelta(days=14)
_DIVIDER: Final[Json] = {"type": "divider"}


@dataclass(frozen=True)
class OwnIncident:
    """An incident that concerns a person: their roles, and what waits for them there.

    That are the calls to answer, the deadlines for which they are asked, their open actions without a time, and the decisions
    whose approver others name them. Of one that `is_hidden` they see the number only, until they accept a call.
    """

    line: ListLine
    is_hidden: bool
    roles: tuple[Role, ...]
    calls: tuple[Escalation, ...]
    owes: tuple[Deadline, ...]
    tasks: tuple[Action, ...]
    approvals: tuple[ApprovalQuestion, ...] = ()

    @property
    def i(self) -> Incident:
        """The incident."""
        return self.line.i

    def caller(self, call: Escalation) -> PersonId:
        """Return the person behind a call."""
        return caller_of(self.i, call)

    @property
    def waits(self) -> bool:
        """True if anything waits for the person."""
        return bool(self.calls or self.owes or self.tasks or self.approvals)


@dataclass(frozen=True)
class HomeContext:
    """The context of the Home tab's template: what waits for the person, the incidents they are in, others, and their shifts.

    `events` are the first of those that the person was asked to judge.
    `subscription` is what they get as direct messages, None for nothing; a guest cannot choose.
    """

    waiting: tuple[OwnIncident, ...]
    mine: tuple[OwnIncident, ...]
    others: tuple[ListLine, ...]
    more: int
    now: datetime
    subscription: Subscription | None = None
    is_guest: bool = False
    shifts: tuple[OwnShift, ...] = ()
    events: tuple[Event, ...] = ()
    more_events: int = 0


def home_context(reader: Reader, team: str, person: PersonId, policy: Policy, now: datetime) -> HomeContext:
    """Read the open incidents in which something waits for a person or that they are in, and the first of the others."""
    policy = staffed(policy, reader, team)
    redacts = person in people_who_may_redact(team, policy)
    known = reader.person(person)
    is_guest = known is not None and known.is_guest
    actor = Actor(id=person, account=Account.GUEST if is_guest else Account.MEMBER)
    own = own_incidents(reader, team, actor, with_masks=redacts, limit=_MOST_OWN)
    concerns = [_own_incident(incident, person, policy, now) for incident in own]
    over = over_incidents(reader, team, actor, since=now - _AFTERWARDS, limit=_MOST_OWN)
    concerns += [_own_incident(incident, person, policy, now) for incident in over]
    concerns += [_hidden(incident, person, policy, now) for incident in called_to(reader, team, actor)]
    waiting = tuple(one for one in concerns if one.waits)
    mine = tuple(one for one in concerns if not (one.waits or one.i.is_over) and (one.roles or person in _in(one.i)))
    page = open_page(reader, team, actor, limit=len(waiting) + len(mine) + _MOST_OTHERS)
    shown = {one.i.key for one in (*waiting, *mine)}
    others = [incident for incident in page.incidents if incident.key not in shown]
    lines = list_lines(others[:_MOST_OTHERS], policy, now)
    chosen = next(iter(reader.subscriptions(team, person)), None)
    more, shifts = len(others[_MOST_OTHERS:]) + page.more, own_shifts(person, policy, team, now)
    events = events_to_judge(reader, team, person)
    first, later = events[:_MOST_EVENTS], len(events[_MOST_EVENTS:])
    return HomeContext(waiting, mine, lines, more, now, chosen, is_guest, shifts, first, later)


def events_to_judge(reader: Reader, team: str, person: PersonId) -> tuple[Event, ...]:
    """Return the events that a person was asked to judge and that have no judgement, oldest first."""
    found = reader.peek_aggregate(ORGANISATION, workspace_chain(team))
    asked = (
        {one.due.split(":")[1] for one in found.prompted if one.ask == EVENT and person in one.asked} if found else {}
    )
    return tuple(one for one in found.events if one.id in asked) if found else ()


def home_view(context: HomeContext, renderer: Renderer) -> Json:
    """Return the Home view."""
    declare = read_buttons(renderer.macro(TEMPLATE, "top_buttons", context), None)[0]
    top = section_with_button(renderer.macro(TEMPLATE, "top", context), declare)
    own = sections(renderer.macro(TEMPLATE, "shifts", context)) if context.shifts else []
    own += _section(renderer, "events", context) if context.events else []
    own += [block for one in context.waiting for block in _section(renderer, "concerns", one, incident=one.i)]
    lists = [_section(renderer, name, context) for name in ("mine", "others") if getattr(context, name)]
    subscription = [] if context.is_guest else _section(renderer, "subscription", context)
    parts = [part for part in (own, *lists, subscription) if part]
    return fit_view({"type": "home", "blocks": [top, *chain.from_iterable([_DIVIDER, *part] for part in parts)]})


def _own_incident(incident: Incident, person: PersonId, policy: Policy, now: datetime) -> OwnIncident:
    asked = {prompt.due for prompt in incident.prompted if person in prompt.asked}
    owes = [
        thing
        for thing in due_deadlines.due(incident, policy)
        if (person in owed_by(thing, now) or thing.key in asked) and _is_owed(thing, now)
    ]
    return OwnIncident(
        line=list_lines([incident], policy, now)[0],
        is_hidden=False,
        roles=tuple(i.role for i in incident.roles if i.who == person and i.until is None),
        calls=_calls(incident, person),
        owes=tuple(sorted(owes, key=lambda thing: thing.due_at)),
        tasks=tuple(one for one in incident.actions if one.assignee == person and not (one.done_at or one.due_at)),
        approvals=tuple(one for one in incident.approval_questions if one.who == person and not incident.is_over),
    )


def _hidden(incident: Incident, person: PersonId, policy: Policy, now: datetime) -> OwnIncident:
    """Return a restricted incident to which a person is called, and which they may not see yet."""
    line = list_lines([incident], policy, now)[0]
    return OwnIncident(line, is_hidden=True, roles=(), calls=_calls(incident, person), owes=(), tasks=())


def _calls(incident: Incident, person: PersonId) -> tuple[Escalation, ...]:
    return tuple(one for one in incident.escalations if one.person == person and can_be_answered(incident, one))


def _in(incident: Incident) -> frozenset[PersonId]:
    return involved(incident) | frozenset(incident.members)


def _is_owed(thing: Deadline, now: datetime) -> bool:
    """True unless it is the deadline for silence and there is no silence yet."""
    return not thing.key.startswith("stale:") or thing.step_at(now) is not None


def owed_by(thing: Deadline, now: datetime) -> tuple[PersonId, ...]:
    """Return who a deadline is for: the people prompted now, or those prompted first."""
    step = thing.step_at(now) or thing.steps[0]
    return step.whom


def _section(renderer: Renderer, name: str, context: object, incident: Incident | None = None) -> list[Json]:
    blocks = sections(renderer.macro(TEMPLATE, name, context))
    return [*blocks, *rows(read_buttons(renderer.macro(TEMPLATE, f"{name}_buttons", context), incident))]
