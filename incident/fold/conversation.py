"""How the conversation changes the incident. Messages are entries, not state, so most of them change nothing."""

from __future__ import annotations

from incident.entries.conversation import (
    ActionDone,
    ActionOpened,
    Corrected,
    DecisionApproved,
    DecisionMade,
    Joined,
    Left,
    Masked,
    MaskLifted,
    MessagePinned,
    PinRemoved,
    Redacted,
)
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.components import Action
from incident.model.incident import Incident
from incident.model.response.approval_question import ApprovalQuestion
from incident.model.slack_references import Promotion
from incident.record import masked_view


def message_pinned(incident: Incident, entry: Entry, fact: MessagePinned) -> Change:
    """Add which message this entry promotes, so that later edits can point at it."""
    return _promoted(incident, entry, fact.channel, fact.ts)


def _promoted(incident: Incident, entry: Entry, channel: str | None, ts: str | None) -> Change:
    if channel is None or ts is None:
        return {}
    return {"promotions": (*incident.promotions, Promotion(n=entry.n, channel=channel, ts=ts))}


def pin_removed(incident: Incident, entry: Entry, fact: PinRemoved) -> Change:
    """Mark the promotion as unpinned; the observation stays."""
    return {
        "promotions": tuple(
            p.model_copy(update={"unpinned": True}) if (p.channel, p.ts) == (fact.channel, fact.ts) else p
            for p in incident.promotions
        )
    }


def decision_made(incident: Incident, entry: Entry, fact: DecisionMade) -> Change:
    """Count the decision, with the question to an approver whom another person named; one from a message also promotes it."""
    asked = incident.approval_questions
    if fact.approved_by not in (None, entry.by):
        one = ApprovalQuestion(
            n=entry.n, id=fact.id, by=entry.by, who=fact.approved_by or entry.by, at=entry.recorded_at
        )
        asked = (*asked, one)
    promoted = _promoted(incident, entry, fact.channel, fact.ts)
    return {"decisions": incident.decisions + 1, "approval_questions": asked, **promoted}


def decision_approved(incident: Incident, entry: Entry, fact: DecisionApproved) -> Change:
    """Remove the question that the approver answered."""
    return _answered(incident, entry, fact.decision)


def corrected(incident: Incident, entry: Entry, fact: Corrected) -> Change:
    """Remove the question whose approver says what is wrong with the decision."""
    return _answered(incident, entry, fact.corrects)


def _answered(incident: Incident, entry: Entry, decision: int) -> Change:
    left = tuple(one for one in incident.approval_questions if (one.n, one.who) != (decision, entry.by))
    return {"approval_questions": left}


def action_opened(incident: Incident, entry: Entry, fact: ActionOpened) -> Change:
    """Add the action, open from when it happened."""
    action = Action(id=fact.id, text=fact.text, assignee=fact.assignee, opened_at=entry.occurred_at, due_at=fact.due_at)
    return {"actions": (*incident.actions, action), **_promoted(incident, entry, fact.channel, fact.ts)}


def action_done(incident: Incident, entry: Entry, fact: ActionDone) -> Change:
    """Set when the action was done."""
    update = {"done_at": entry.occurred_at}
    return {"actions": tuple(a.model_copy(update=update) if a.id == fact.id else a for a in incident.actions)}


def joined(incident: Incident, entry: Entry, fact: Joined) -> Change:
    """Add a member of the channel."""
    if fact.channel != incident.places.channel or fact.who in incident.members:
        return {}
    return {"members": (*incident.members, fact.who)}


def left(incident: Incident, entry: Entry, fact: Left) -> Change:
    """Remove a member of the channel."""
    if fact.channel != incident.places.channel:
        return {}
    return {"members": tuple(m for m in incident.members if m != fact.who)}


def masked(incident: Incident, entry: Entry, fact: Masked) -> Change:
    """Mask the message, or widen its mask to more entries."""
    return _masks(incident, entry)


def mask_lifted(incident: Incident, entry: Entry, fact: MaskLifted) -> Change:
    """Remove the mask of the message."""
    return _masks(incident, entry)


def redacted(incident: Incident, entry: Entry, fact: Redacted) -> Change:
    """Remove the mask of the message, whose text is gone; a file of it that was stored is to be erased."""
    evidence = tuple(
        one.model_copy(update={"is_redacted": True}) if one.n in fact.entries else one for one in incident.evidence
    )
    return _masks(incident, entry) | {"evidence": evidence}


def _masks(incident: Incident, entry: Entry) -> Change:
    return {"masks": masked_view.masks_after(incident.masks, entry)}
