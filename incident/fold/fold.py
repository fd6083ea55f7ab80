"""The fold: entries in, the incident out. Takes no policy and reads no words; one function per kind, in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from incident.entries.lifecycle import Declared
from incident.entry import Entry
from incident.fold import (
    classification,
    closure,
    conversation,
    delivery,
    integrity,
    lifecycle,
    restoration,
    role_holders,
    status_updates,
)
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.slack_references import LastActivity
from roles.person_ids import MUSTER, PersonId

Fold = Callable[[Incident, Entry, Any], Change]

FOLDS: Final[dict[str, Fold]] = {
    "acknowledged": lifecycle.acknowledged,
    "major_declared": lifecycle.major_declared,
    "state_changed": lifecycle.state_changed,
    "time_set": lifecycle.time_set,
    "reopened": lifecycle.reopened,
    "voided": lifecycle.voided,
    "priority_changed": classification.priority_changed,
    "category_changed": classification.category_changed,
    "reclassified": classification.reclassified,
    "confirmed": classification.confirmed,
    "role_taken": role_holders.role_taken,
    "role_assumed": role_holders.role_assumed,
    "role_released": role_holders.role_released,
    "handover_offered": role_holders.handover_offered,
    "handover_accepted": role_holders.handover_accepted,
    "escalated": role_holders.escalated,
    "escalation_answered": role_holders.escalation_answered,
    "escalation_lapsed": role_holders.escalation_lapsed,
    "message_pinned": conversation.message_pinned,
    "pin_removed": conversation.pin_removed,
    "decision_made": conversation.decision_made,
    "action_opened": conversation.action_opened,
    "action_done": conversation.action_done,
    "joined": conversation.joined,
    "left": conversation.left,
    "masked": conversation.masks_changed,
    "mask_lifted": conversation.masks_changed,
    "redacted": conversation.masks_changed,
    "status_update_posted": status_updates.status_update_posted,
    "update_due": status_updates.update_due,
    "update_missed": status_updates.update_missed,
    "update_dropped": status_updates.update_dropped,
    "updates_held": status_updates.updates_held,
    "updates_released": status_updates.updates_released,
    "contained": restoration.contained,
    "temp_fix_added": restoration.temp_fix_added,
    "temp_fix_set": restoration.temp_fix_set,
    "temp_fix_removed": restoration.temp_fix_removed,
    "workaround_found": restoration.workaround_found,
    "resolved": restoration.resolved,
    "resolution_amended": restoration.resolution_amended,
    "linked": restoration.linked,
    "link_none": restoration.link_none,
    "validated": closure.validated,
    "review_scheduled": closure.review_scheduled,
    "closure_refused": closure.closure_refused,
    "channel_made": delivery.channel_made,
    "card_posted": delivery.card_posted,
    "announced": delivery.announced,
    "prompt_due": delivery.prompt_due,
    "prompt_sent": delivery.prompt_sent,
    "prompt_put_off": delivery.prompt_put_off,
    "preserved": integrity.preserved,
}

# What is read back or delivered after a gap shows when somebody was active, not when Muster heard of it.
_DATED_BY_SLACK: Final = frozenset({"message_posted", "message_edited", "message_deleted", "reacted", "joined", "left"})


class BrokenOrderError(ValueError):
    """An entry does not follow the one before it in its chain."""


def apply(incident: Incident | None, entry: Entry) -> Incident:
    """Give the incident after one more entry; the first must declare it."""
    if incident is None:
        return _begin(entry)
    if entry.key != incident.key or entry.n != incident.n + 1:
        raise BrokenOrderError(f"entry {entry.n} of {entry.key} does not follow entry {incident.n} of {incident.key}")
    fold = FOLDS.get(entry.fact.kind)
    change = fold(incident, entry, entry.fact) if fold else {}
    change["n"] = entry.n
    change["last_entry_at"] = max(entry.recorded_at, incident.last_entry_at)
    change["last_seen"] = _seen(incident.last_seen, entry)
    return incident.model_copy(update=change)


def fold(entries: Iterable[Entry]) -> Incident:
    """Give the incident that these entries make, from the first."""
    incident: Incident | None = None
    for entry in entries:
        incident = apply(incident, entry)
    if incident is None:
        raise BrokenOrderError("no entry, no incident")
    return incident


def _begin(entry: Entry) -> Incident:
    if not isinstance(entry.fact, Declared) or entry.n != 1:
        raise BrokenOrderError(
            f"an incident begins with its declaration, not with {entry.fact.kind} as entry {entry.n}"
        )
    return lifecycle.declared(entry, entry.fact).model_copy(update={"last_seen": _seen((), entry)})


def _seen(seen: tuple[LastActivity, ...], entry: Entry) -> tuple[LastActivity, ...]:
    who: PersonId = entry.by
    if who == MUSTER:
        return seen
    at = entry.occurred_at if entry.fact.kind in _DATED_BY_SLACK else entry.recorded_at
    for place, known in enumerate(seen):
        if known.who == who:
            return (*seen[:place], LastActivity(who=who, at=max(at, known.at)), *seen[place + 1 :])
    return (*seen, LastActivity(who=who, at=at))
