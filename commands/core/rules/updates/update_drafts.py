"""Rules of updates that wait for approval: which draft is meant, who may approve or discard it, and how it ends."""

from __future__ import annotations

from typing import Literal

from commands.core.preconditions import has_authority, not_authorised
from commands.core.verb import DecisionContext
from incident.entries.status_updates import UpdateDraftClosed
from incident.frozen import REDACTED
from incident.model.update_draft import UpdateDraft
from incident.refusal import Code, Refusal
from roles.authority import OUTSIDE_SPEAKERS
from roles.person_ids import is_claimed


def draft_named(now: DecisionContext, n: int | None) -> UpdateDraft:
    """Return the draft of an entry, or else the only one. Refuses what is no draft or waits no longer, and a choice of several."""
    waiting = [draft for draft in now.open.update_drafts if draft.outcome is None]
    if n is not None and all(draft.n != n for draft in now.open.update_drafts):
        raise Refusal(Code.STATE, "draft_unknown", "draft", entry=str(n))
    chosen = [draft for draft in waiting if n is None or draft.n == n]
    if not chosen:
        raise Refusal(Code.STATE, "draft_none" if n is None else "draft_closed", "draft")
    if len(chosen) > 1:
        raise Refusal(Code.BAD_VALUE, "draft_which", "draft", entries=", ".join(f"E{draft.n}" for draft in chosen))
    return chosen[0]


def closed(
    now: DecisionContext, n: int | None, outcome: Literal["approved", "changed", "discarded"], reason: str | None = None
) -> UpdateDraftClosed:
    """Return the fact that ends a draft."""
    draft = draft_named(now, n)
    return UpdateDraftClosed(draft=draft.n, audience=draft.audience, outcome=outcome, reason=reason)


def refuse_approval(now: DecisionContext, draft: UpdateDraft) -> None:
    """Refuse the author, a person without the authority, a name that is only claimed, and a text that is hidden now."""
    allowed = _approvers(now, draft)
    who = ", ".join(allowed)
    if now.actor.id == draft.by:
        raise Refusal(Code.NOT_AUTHORISED, "draft_your_own", "draft", who=who)
    if is_claimed(now.actor.id) or not has_authority(now, allowed):
        raise not_authorised("draft_not_yours", allowed, "draft")
    is_masked = any(draft.n in mask.entries for mask in now.open.masks)
    if is_masked or draft.text == REDACTED:
        raise Refusal(Code.STATE, "draft_hidden", "draft")


def refuse_discarding(now: DecisionContext, draft: UpdateDraft) -> None:
    """Refuse all but the author, those who may approve, and those who speak for the incident."""
    allowed = (*_approvers(now, draft), *OUTSIDE_SPEAKERS)
    if now.actor.id != draft.by and not has_authority(now, allowed):
        raise not_authorised("draft_not_discarded", tuple(dict.fromkeys(allowed)), "draft")


def _approvers(now: DecisionContext, draft: UpdateDraft) -> tuple[str, ...]:
    """Return the groups and roles that approve; those who speak, if the policy asks for no approval any more."""
    rule = now.policy.update_approvals.get(draft.audience)
    return rule.by if rule else OUTSIDE_SPEAKERS
