"""How status updates change what each audience was owed, got and is owed next."""

from __future__ import annotations

from datetime import datetime

from incident.entries.status_updates import (
    StatusUpdatePosted,
    UpdateDelivered,
    UpdateDraftClosed,
    UpdateDrafted,
    UpdateDropped,
    UpdateDue,
    UpdateMissed,
    UpdatesHeld,
    UpdatesMissed,
    UpdatesReleased,
)
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.components import AudienceState, OpenSlot, Slot, UpdateDelivery
from incident.model.incident import Incident
from incident.model.update_draft import UpdateDraft


def _changed(incident: Incident, new: AudienceState) -> Change:
    known = any(a.audience == new.audience for a in incident.audiences)
    if not known:
        return {"audiences": (*incident.audiences, new)}
    return {"audiences": tuple(new if a.audience == new.audience else a for a in incident.audiences)}


def status_update_posted(incident: Incident, entry: Entry, fact: StatusUpdatePosted) -> Change:
    """Count the post, judge the slot it met, and set what it promises, and it as final when it counts as final."""
    old = incident.audience(fact.audience)
    at = entry.occurred_at
    is_last = old.last_post_at is None or at >= old.last_post_at
    new = old.model_copy(
        update={
            "posts": old.posts + 1,
            "last_post_at": at if old.last_post_at is None else max(old.last_post_at, at),
            "final_at": at if fact.counts_final else old.final_at,
            "promised_at": _promise(entry, fact) if is_last else old.promised_at,
            "last_post": entry.n,
            "unreached": not fact.is_sent,
        }
    )
    if fact.met_slot and old.open is not None:
        new = _met(new, old.open, entry)
    elif fact.met_missed_due_at is not None:
        new = _met_out_of_band(new, entry, fact)
    earlier = tuple(one for one in incident.update_deliveries if one.audience is not fact.audience)
    return {**_changed(incident, new), "update_deliveries": earlier}


def _promise(entry: Entry, fact: StatusUpdatePosted) -> datetime | None:
    is_ahead = fact.next_update_at is not None and fact.next_update_at > entry.recorded_at
    return fact.next_update_at if is_ahead and not fact.counts_final else None


def _met(audience: AudienceState, slot: OpenSlot, entry: Entry) -> AudienceState:
    met = Slot(
        due_at=slot.due_at,
        status="met",
        missed_after=slot.missed_after,
        final=slot.final,
        update_at=entry.occurred_at,
    )
    return audience.model_copy(update={"open": None, "slots": (*audience.slots, met)})


def _met_out_of_band(audience: AudienceState, entry: Entry, fact: StatusUpdatePosted) -> AudienceState:
    proof = {"status": "met_out_of_band", "update_at": entry.occurred_at, "recorded_at": entry.recorded_at}
    slots = audience.slots
    for place, slot in enumerate(slots):
        met = next((n for n in range(slot.count) if slot.part(n).due_at == fact.met_missed_due_at), None)
        if slot.status == "missed" and met is not None:
            before, after = slot.part(0, met), slot.part(met + 1, slot.count - met - 1)
            parts = (*([before] if met else []), slot.part(met).model_copy(update=proof))
            parts = (*parts, *([after] if after.count else []))
            return audience.model_copy(update={"slots": (*slots[:place], *parts, *slots[place + 1 :])})
    return audience


def update_due(incident: Incident, entry: Entry, fact: UpdateDue) -> Change:
    """Open the slot, or move the open one."""
    return due(incident, fact)


def due(incident: Incident, fact: UpdateDue) -> Change:
    """Return what an update that is due changes, also before it is recorded."""
    slot = OpenSlot(due_at=fact.due_at, missed_after=fact.missed_after, final=fact.final)
    return _changed(incident, incident.audience(fact.audience).model_copy(update={"open": slot, "ever_owed": True}))


def update_missed(incident: Incident, entry: Entry, fact: UpdateMissed) -> Change:
    """Judge the open slot as missed."""
    old = incident.audience(fact.audience)
    missed_after = old.open.missed_after if old.open is not None else fact.due_at
    slot = Slot(due_at=fact.due_at, status="missed", missed_after=missed_after, final=fact.final)
    return _changed(incident, old.model_copy(update={"open": None, "slots": (*old.slots, slot)}))


def updates_missed(incident: Incident, entry: Entry, fact: UpdatesMissed) -> Change:
    """Judge the open slot and those that follow it as missed."""
    old = incident.audience(fact.audience)
    missed_after = old.open.missed_after if old.open is not None else fact.due_at
    row = Slot(due_at=fact.due_at, status="missed", missed_after=missed_after, count=fact.count, every_s=fact.every_s)
    return _changed(incident, old.model_copy(update={"open": None, "slots": (*old.slots, row)}))


def update_dropped(incident: Incident, entry: Entry, fact: UpdateDropped) -> Change:
    """Close the open slot without judging it."""
    return dropped(incident, fact)


def dropped(incident: Incident, fact: UpdateDropped) -> Change:
    """Return what a dropped update changes, also before it is recorded."""
    return _changed(incident, incident.audience(fact.audience).model_copy(update={"open": None}))


def updates_held(incident: Incident, entry: Entry, fact: UpdatesHeld) -> Change:
    """Put the audience on hold; its slot is dropped by an entry of its own."""
    return _changed(incident, incident.audience(fact.audience).model_copy(update={"held": True, "ever_held": True}))


def updates_released(incident: Incident, entry: Entry, fact: UpdatesReleased) -> Change:
    """End the hold."""
    return _changed(incident, incident.audience(fact.audience).model_copy(update={"held": False}))


def update_delivered(incident: Incident, entry: Entry, fact: UpdateDelivered) -> Change:
    """Set where the last update to the audience arrived, and whether it reached anybody."""
    old = incident.audience(fact.audience)
    if fact.update != old.last_post or not fact.is_final:
        return {}
    new = UpdateDelivery(
        audience=fact.audience,
        recipient=fact.recipient,
        medium=fact.medium,
        at=entry.recorded_at,
        is_delivered=fact.ref is not None and not fact.is_bare,
    )
    known = incident.update_deliveries
    deliveries = (*(one for one in known if (one.audience, one.recipient) != (new.audience, new.recipient)), new)
    unreached = not any(one.is_delivered for one in deliveries if one.audience is fact.audience)
    return {
        **_changed(incident, old.model_copy(update={"unreached": unreached})),
        "update_deliveries": deliveries,
    }


def update_drafted(incident: Incident, entry: Entry, fact: UpdateDrafted) -> Change:
    """Add an update that waits for approval."""
    draft = UpdateDraft(
        n=entry.n,
        audience=fact.audience,
        text=fact.text,
        by=entry.by,
        at=entry.recorded_at,
        final=fact.final,
        next_update_at=fact.next_update_at,
        corrects=fact.corrects,
        impact=fact.impact,
    )
    return {"update_drafts": (*incident.update_drafts, draft)}


def update_draft_closed(incident: Incident, entry: Entry, fact: UpdateDraftClosed) -> Change:
    """Set how a draft ended, and by whom; its text is in the entry."""
    ended = {"outcome": fact.outcome, "closed_by": entry.by, "closed_at": entry.recorded_at, "text": "", "impact": None}
    drafts = incident.update_drafts
    return {"update_drafts": tuple(d.model_copy(update=ended) if d.n == fact.draft else d for d in drafts)}
