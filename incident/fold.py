"""The fold: entries in, the incident out. Takes no policy and reads no words; one function per kind, in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from incident.entries.opened import Declared
from incident.entry import Entry
from incident.folding import classified, informed, kept, opened, proved, restored, said, sent, staffed
from incident.folding.change import Change
from incident.incident import Incident
from incident.traces import Seen
from roles.person_ids import MUSTER, PersonId

Fold = Callable[[Incident, Entry, Any], Change]

FOLDS: Final[dict[str, Fold]] = {
    "acknowledged": opened.acknowledged,
    "major_declared": opened.major_declared,
    "state_changed": opened.state_changed,
    "time_set": opened.time_set,
    "reopened": opened.reopened,
    "voided": opened.voided,
    "priority_changed": classified.priority_changed,
    "category_changed": classified.category_changed,
    "reclassified": classified.reclassified,
    "confirmed": classified.confirmed,
    "role_taken": staffed.role_taken,
    "role_assumed": staffed.role_assumed,
    "role_released": staffed.role_released,
    "handover_offered": staffed.handover_offered,
    "handover_accepted": staffed.handover_accepted,
    "escalated": staffed.escalated,
    "escalation_answered": staffed.escalation_answered,
    "escalation_lapsed": staffed.escalation_lapsed,
    "message_pinned": said.message_pinned,
    "pin_removed": said.pin_removed,
    "decision_made": said.decision_made,
    "action_opened": said.action_opened,
    "action_done": said.action_done,
    "joined": said.joined,
    "left": said.left,
    "masked": said.masks_changed,
    "mask_lifted": said.masks_changed,
    "redacted": said.masks_changed,
    "status_update_posted": informed.status_update_posted,
    "update_due": informed.update_due,
    "update_missed": informed.update_missed,
    "update_dropped": informed.update_dropped,
    "updates_held": informed.updates_held,
    "updates_released": informed.updates_released,
    "contained": restored.contained,
    "temp_fix_added": restored.temp_fix_added,
    "temp_fix_set": restored.temp_fix_set,
    "temp_fix_removed": restored.temp_fix_removed,
    "workaround_found": restored.workaround_found,
    "resolved": restored.resolved,
    "resolution_amended": restored.resolution_amended,
    "linked": restored.linked,
    "link_none": restored.link_none,
    "validated": proved.validated,
    "review_scheduled": proved.review_scheduled,
    "closure_refused": proved.closure_refused,
    "channel_made": sent.channel_made,
    "card_posted": sent.card_posted,
    "announced": sent.announced,
    "prompt_due": sent.prompt_due,
    "prompt_sent": sent.prompt_sent,
    "prompt_put_off": sent.prompt_put_off,
    "preserved": kept.preserved,
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
    return opened.declared(entry, entry.fact).model_copy(update={"last_seen": _seen((), entry)})


def _seen(seen: tuple[Seen, ...], entry: Entry) -> tuple[Seen, ...]:
    who: PersonId = entry.by
    if who == MUSTER:
        return seen
    at = entry.occurred_at if entry.fact.kind in _DATED_BY_SLACK else entry.recorded_at
    for place, known in enumerate(seen):
        if known.who == who:
            return (*seen[:place], Seen(who=who, at=max(at, known.at)), *seen[place + 1 :])
    return (*seen, Seen(who=who, at=at))
