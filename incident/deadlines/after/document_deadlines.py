"""Deadlines of the review, the root cause analysis and the sign-off: who writes, who approves, and when they are asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.model.incident import Incident
from incident.model.response.after_incident import WrittenDocument
from incident.policy import Policy
from incident.rules.business_days import after_business_days
from incident.rules.responders.attendance import can_be_asked
from incident.rules.visibility import may_see
from incident.states import VOID, Document, DocumentState, State
from roles.person_ids import PersonId, person_named
from roles.role_names import Role

_WEEK: Final = timedelta(days=7)
_NUDGED_AFTER: Final = 3
_NEXT_AFTER: Final = 4
_WRITTEN_WITHIN: Final = 2
_SIGNED_WITHIN: Final = 5


def in_sight(incident: Incident, *people: PersonId | None) -> tuple[PersonId, ...]:
    """Return the people given who may see the incident, each once."""
    return tuple(one for one in each_once(*people) if may_see(incident, one))


def manager_of(incident: Incident, policy: Policy) -> PersonId | None:
    """Return the manager whom the policy names, or None."""
    return person_named(incident.key.team, policy.people.manager)


def causes(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for a root cause analysis that was asked for (S2-30).

    On the third business day the owner of the review, on the fourth the commander too, if no part is written; when it is due the
    owner of the service too, then every week until it is submitted.
    """
    rca = incident.aftermath.rca
    if incident.state in VOID or rca is None or rca.due_at is None or rca.opened_at is None:
        return ()
    if rca.state is not DocumentState.DRAFT:
        return ()
    writer = _writer(incident)
    commander, owner = incident.holder(Role.COMMANDER), incident.service_owner
    steps = [PromptStep(rca.due_at, "rca", in_sight(incident, writer, commander, owner))]
    if not rca.parts:
        nudges = ((_NUDGED_AFTER, (writer,)), (_NEXT_AFTER, (writer, commander or owner)))
        steps += [
            PromptStep(at, "rca", in_sight(incident, *whom))
            for days, whom in nudges
            if (at := after_business_days(rca.opened_at, days, policy.work_hours)) < rca.due_at
        ]
    steps.sort(key=lambda step: step.at)
    return (Deadline(key_of("rca", rca.due_at), rca.due_at, tuple(steps), _WEEK, about=Document.RCA),)


def drafts(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt the owner of the review to write it up, two business days after it was held, then every week."""
    meeting, review = incident.aftermath.meeting, incident.aftermath.review
    if incident.state in VOID or meeting is None or review.state is not DocumentState.DRAFT:
        return ()
    due_at = after_business_days(meeting.recorded_at, _WRITTEN_WITHIN, policy.work_hours)
    steps = (PromptStep(due_at, "review_text", in_sight(incident, _writer(incident))),)
    return (Deadline(key_of("review_text", meeting.n), due_at, steps, _WEEK, about=Document.REVIEW),)


def approvals(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt the owner of the service to approve what was submitted; after some business days the manager too, then every week."""
    after, found = incident.aftermath, []
    for kind, document in ((Document.REVIEW, after.review), (Document.RCA, after.rca)):
        if document is None or document.state is not DocumentState.IN_REVIEW or document.moved_at is None:
            continue
        due_at = after_business_days(document.moved_at, policy.after.approve_business_days, policy.work_hours)
        manager, approvers = manager_of(incident, policy), _approvers(incident, policy, document)
        steps = (
            PromptStep(document.moved_at, "document", in_sight(incident, *(approvers or (manager,)))),
            PromptStep(due_at, "document", in_sight(incident, *approvers, manager)),
        )
        found.append(Deadline(key_of("document", kind, document.moved_n), due_at, steps, _WEEK, about=kind))
    return tuple(found)


def sign_off(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt management for the sign-off five business days after closing and when it is due, then the ISMS manager too (S2-43)."""
    asked = incident.aftermath.sign_off
    if incident.state is not State.CLOSED or asked.due_at is None or asked.asked_at is None or asked.at is not None:
        return ()
    also = person_named(incident.key.team, policy.people.isms_manager)
    steps = [PromptStep(asked.due_at, "sign_off", in_sight(incident, *asked.asked, also))]
    early = after_business_days(asked.asked_at, _SIGNED_WITHIN, policy.work_hours)
    if early < asked.due_at:
        steps.insert(0, PromptStep(early, "sign_off", in_sight(incident, *asked.asked)))
    return (Deadline(key_of("sign_off", asked.due_at), asked.due_at, tuple(steps), _WEEK),)


def _writer(incident: Incident) -> PersonId | None:
    return incident.review.owner if incident.review else incident.holder(Role.COMMANDER) or incident.contact


def _approvers(incident: Incident, policy: Policy, document: WrittenDocument) -> tuple[PersonId, ...]:
    """Return who may approve and is no author: the owner of the service, else the people of the groups that may.

    Those who left are passed over.
    """
    owner = incident.service_owner
    if owner is not None and owner not in document.authors and can_be_asked(incident, owner):
        return (owner,)
    allowed = policy.authority.approve_review
    members = (person_named(incident.key.team, one) for group in allowed for one in policy.groups.get(group, ()))
    return tuple(one for one in each_once(*members) if one not in document.authors and can_be_asked(incident, one))
