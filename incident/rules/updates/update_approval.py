"""Who approves a status update before it is posted: a second person, where the policy asks for one."""

from __future__ import annotations

from incident.model.incident import Incident
from incident.model.update_draft import UpdateDraft
from incident.policy import Policy, UpdateApproval
from incident.rules.visibility import may_see
from incident.states import Audience
from roles.person_ids import PersonId, person_named


def approval_of(incident: Incident, audience: Audience, policy: Policy) -> UpdateApproval | None:
    """Return who approves updates to an audience at the present priority, or None if they are posted at once."""
    rule = policy.update_approvals.get(audience)
    if rule is None or (incident.priority is not None and incident.priority not in rule.priorities):
        return None
    return rule


def approvers(incident: Incident, draft: UpdateDraft, policy: Policy) -> tuple[PersonId, ...]:
    """Return who is asked first to approve a draft, never its author: holders of the roles, else the people of the groups.

    The members of user groups are known to Slack only.
    """
    holders, named = _who_may_approve(incident, draft, policy)
    return holders or named


def all_approvers(incident: Incident, draft: UpdateDraft, policy: Policy) -> tuple[PersonId, ...]:
    """Return everyone who may approve a draft, never its author: holders of the roles and the people of the groups."""
    holders, named = _who_may_approve(incident, draft, policy)
    return tuple(dict.fromkeys((*holders, *named)))


def _who_may_approve(
    incident: Incident, draft: UpdateDraft, policy: Policy
) -> tuple[tuple[PersonId, ...], tuple[PersonId, ...]]:
    """Return holders of the roles, and people of the groups, that may approve a draft."""
    rule = policy.update_approvals.get(draft.audience)
    allowed = rule.by if rule else ()
    holders = [i.who for i in incident.roles if i.role in allowed and i.until is None]
    members = (member for group in allowed for member in policy.groups.get(group, ()))
    named = [who for member in members if (who := person_named(incident.key.team, member)) and may_see(incident, who)]
    first, then = ([who for who in some if who != draft.by] for some in (holders, named))
    return tuple(dict.fromkeys(first)), tuple(dict.fromkeys(then))


def waiting_draft(incident: Incident, audience: Audience) -> UpdateDraft | None:
    """Return the latest update to an audience that waits for approval, or None; a correction is none."""
    waiting = (draft for draft in reversed(incident.update_drafts) if draft.audience == audience)
    return next((draft for draft in waiting if draft.outcome is None and draft.corrects is None), None)
