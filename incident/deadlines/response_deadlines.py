"""Deadlines of people who owe a response: to an action, a page, an offered handover, a masked text, a draft."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.resumption import latest, resumed_at
from incident.model.components import Action, Escalation
from incident.model.incident import Incident
from incident.model.update_draft import UpdateDraft
from incident.policy import Policy
from incident.rules.responders.open_calls import caller_of, levels_to_call, same_need, taken_by
from incident.rules.updates.update_approval import all_approvers, approvers
from incident.states import RESPONDING, VOID, State
from roles.person_ids import MUSTER, PersonId, person_named
from roles.role_names import Role

REMINDED_AFTER: Final = timedelta(hours=4)
NOT_UPDATED: Final = VOID | {State.DRILL_ENDED}
_QUARTER: Final = timedelta(minutes=15)
_USER_GROUP: Final = "S"


def actions(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Prompt the assignee of an open action at its `due_at`, and 15 minutes later the commander too.

    An action that was due before the incident was resumed is asked for from then on; it stays due when it was.
    """
    if incident.is_over:
        return ()
    return tuple(
        _action_deadline(incident, action, action.due_at)
        for action in incident.actions
        if action.due_at is not None and action.done_at is None
    )


def _action_deadline(incident: Incident, action: Action, due_at: datetime) -> Deadline:
    first, both = latest(incident, due_at), each_once(action.assignee, incident.holder(Role.COMMANDER))
    steps = (
        PromptStep(first, "action", (action.assignee,)),
        PromptStep(first + timedelta(minutes=15), "action", both),
    )
    return Deadline(key_of("action", action.id, due_at), due_at, steps, about=action.id)


def escalations(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Prompt for another way when an escalation, for help or for a decision, has no level left (S1-45).

    Once the last person paged has declined or not answered: the commander, else who escalated (the reporter where
    Muster did), and the service owner, except who was paged for it themselves; again every 15 minutes. What failed before the incident was resumed is not asked for again.
    """
    if incident.state not in RESPONDING:
        return ()
    # A later call of the same kind is another way already.
    latest_calls = {call.how: call for call in incident.escalations}.values()
    return tuple(thing for call in latest_calls if (thing := _another_way(incident, call)) is not None)


def _another_way(incident: Incident, last: Escalation) -> Deadline | None:
    if last.answered_at is None or levels_to_call(incident, last) or taken_by(incident, last) is not None:
        return None
    resumed = resumed_at(incident)
    if last.answer not in {"lapsed", "declined"} or (resumed is not None and last.answered_at <= resumed):
        return None
    caller = caller_of(incident, last)
    asked = incident.holder(Role.COMMANDER) or (incident.contact if caller == MUSTER else caller)
    people = each_once(asked, incident.service_owner)
    called = {one.person for one in same_need(incident, last)}
    whom = tuple(who for who in people if who not in called) or people
    step = PromptStep(last.answered_at, "call", whom)
    return Deadline(key_of("call", last.n), last.answered_at, (step,), timedelta(minutes=15), about=str(last.n))


def handovers(incident: Incident, _: Policy) -> tuple[Deadline, ...]:
    """Prompt the next holder to accept a handover at once; after five minutes the present holder too (S1-57).

    Repeated every ten minutes.
    """
    return tuple(
        Deadline(
            key_of("handover", offer.n),
            offer.at + timedelta(minutes=5),
            (
                PromptStep(offer.at, "handover", (offer.to,)),
                PromptStep(offer.at + timedelta(minutes=5), "handover", each_once(offer.to, offer.from_who)),
            ),
            timedelta(minutes=10),
            about=offer.role,
        )
        for offer in incident.offers
    )


def approvals(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt who approves an update first at once; after a quarter of an hour all who may, its author and the commander.

    Repeated every quarter of an hour from then on. The prompts of the update itself come as if there were no draft.
    """
    if incident.state in NOT_UPDATED:
        return ()
    return tuple(_approval(incident, draft, policy) for draft in incident.update_drafts if draft.outcome is None)


def _approval(incident: Incident, draft: UpdateDraft, policy: Policy) -> Deadline:
    due_at, whom = draft.at + _QUARTER, approvers(incident, draft, policy)
    everybody = each_once(*all_approvers(incident, draft, policy), draft.by, incident.holder(Role.COMMANDER))
    steps = (PromptStep(draft.at, "approval", whom), PromptStep(due_at, "approval", everybody))
    return Deadline(key_of("approval", draft.n), due_at, steps, _QUARTER, about=str(draft.n))


def masks(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt those who may redact to decide about a masked text: at once and once more after four hours.

    An ended incident has this deadline too. The members of user groups are known to Slack only; the worker adds them.
    """
    whom = who_may_redact(incident, policy)
    return tuple(
        Deadline(
            key_of("mask", mask.n),
            mask.at + REMINDED_AFTER,
            (PromptStep(mask.at, "mask", whom), PromptStep(mask.at + REMINDED_AFTER, "mask", whom)),
            about=str(mask.n),
        )
        for mask in incident.masks
    )


def who_may_redact(incident: Incident, policy: Policy) -> tuple[PersonId, ...]:
    """Return who may redact, as far as the policy names people: members of the groups, and holders of its roles."""
    people = people_who_may_redact(incident.key.team, policy)
    holders = [i.who for i in incident.roles if i.role in policy.authority.redact and i.until is None]
    return each_once(*people, *holders)


def people_who_may_redact(team: str, policy: Policy) -> tuple[PersonId, ...]:
    """Return the people whom the policy names as those who may redact in any incident."""
    return each_once(*(person_named(team, member) for member in _members_who_may_redact(policy)))


def groups_that_may_redact(policy: Policy) -> tuple[str, ...]:
    """Return the ids of the Slack user groups whose members may redact."""
    return tuple(dict.fromkeys(m for m in _members_who_may_redact(policy) if m.startswith(_USER_GROUP)))


def names_who_may_redact(policy: Policy) -> bool:
    """True if the policy names a person or a user group for one of the groups that may redact."""
    return bool(_members_who_may_redact(policy))


def _members_who_may_redact(policy: Policy) -> list[str]:
    return [member for group in policy.authority.redact for member in policy.groups.get(group, ())]
