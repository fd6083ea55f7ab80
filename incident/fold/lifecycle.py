"""How facts about the incident as a whole change it: declaration, states, milestones, reopening, voiding."""

from __future__ import annotations

from typing import Final

from incident.entries.conversation import DecisionMade
from incident.entries.lifecycle import (
    Acknowledged,
    Declared,
    MajorDeclared,
    Reopened,
    StateChanged,
    TimeSet,
    TitleChanged,
    Undone,
    Voided,
)
from incident.entry import Entry
from incident.fold.change import Change, effective_at
from incident.fold.role_holders import commander_gaps, ended
from incident.model.components import ClosureAttempt, Episode, ReopenItem, StateItem, Times
from incident.model.incident import Incident
from incident.model.response.class_history import CategoryItem, TypeItem
from incident.states import OVER, VOID, State

INITIAL: Final = "initial"


def declared(entry: Entry, fact: Declared) -> Incident:
    """Return the new incident: logged when recorded; the first episode starts when it was detected."""
    at, effective = entry.recorded_at, effective_at(entry)
    return Incident(
        key=entry.key,
        n=entry.n,
        number=fact.number,
        title=fact.title,
        symptom=fact.symptom,
        service=fact.service,
        service_owner=fact.service_owner,
        customer_facing=fact.customer_facing,
        type=fact.type,
        category=fact.category,
        subcategory=fact.subcategory,
        owner_group=fact.owner_group,
        reporter=fact.reporter,
        detection_source=fact.detection_source,
        regimes=fact.regimes,
        policy_hash=fact.policy_hash,
        drill=fact.drill,
        restricted=fact.restricted,
        provisional=fact.provisional,
        adopted=fact.adopted_channel,
        times=Times(started_at=fact.started_at, detected_at=fact.detected_at, logged_at=at),
        states=(StateItem(at=at, old=None, new=State.LOGGED, by=entry.by, effective_at=effective),),
        categories=(
            CategoryItem(
                at=at,
                category=fact.category,
                subcategory=fact.subcategory,
                by=entry.by,
                reason=INITIAL,
                effective_at=effective,
            ),
        ),
        types=(TypeItem(at=at, type=fact.type, by=entry.by, reason=INITIAL, effective_at=effective),),
        episodes=(Episode(start=fact.detected_at),),
        last_entry_at=at,
    )


def title_changed(incident: Incident, entry: Entry, fact: TitleChanged) -> Change:
    """Set the title, and which entry holds its words."""
    return {"title": fact.title, "title_entry": entry.n}


def acknowledged(incident: Incident, entry: Entry, fact: Acknowledged) -> Change:
    """Set the first acknowledgement; a later one is only an entry."""
    if incident.times.acknowledged_at is not None:
        return {}
    return {"times": incident.times.model_copy(update={"acknowledged_at": entry.occurred_at})}


def major_declared(incident: Incident, entry: Entry, fact: MajorDeclared) -> Change:
    """Make it a major incident from when this was recorded."""
    return {"major": True, "times": incident.times.model_copy(update={"major_declared_at": entry.recorded_at})}


def state_changed(incident: Incident, entry: Entry, fact: StateChanged) -> Change:
    """Move to the new state, with its milestones, episodes, roles and final updates."""
    item = StateItem(at=entry.recorded_at, old=fact.old, new=fact.new, by=entry.by, effective_at=effective_at(entry))
    states = (*incident.states, item)
    change: Change = {"state": fact.new, "states": states, "statement": fact.statement}
    if fact.new == State.MITIGATED:
        change |= {"times": incident.times.model_copy(update={"mitigated_at": entry.occurred_at})}
    elif fact.new == State.RESTORED:
        change |= _restored(incident, entry)
    elif fact.new == State.RESOLVED:
        change |= {"times": incident.times.model_copy(update={"resolved_at": entry.occurred_at})}
    elif fact.old == State.RESTORED and fact.new == State.ACTIVE:
        change |= _regressed(incident, entry)
    if fact.new in OVER:
        change |= _over(incident, entry, fact)
    roles = change.get("roles", incident.roles)
    return change | {"commander_gaps": commander_gaps(roles, states, incident.reopens)}


def _restored(incident: Incident, entry: Entry) -> Change:
    at, times = entry.occurred_at, incident.times
    mitigated = times.mitigated_at if times.mitigated_at is not None else at
    episode = incident.episodes[-1].model_copy(update={"restored_at": at})
    return {
        "times": times.model_copy(update={"restored_at": at, "mitigated_at": mitigated}),
        "episodes": (*incident.episodes[:-1], episode),
    }


def _regressed(incident: Incident, entry: Entry) -> Change:
    return {
        "times": incident.times.model_copy(update={"restored_at": None}),
        "episodes": (*incident.episodes, Episode(start=entry.occurred_at)),
        **_finals_reset(incident, entry),
    }


def _finals_reset(incident: Incident, entry: Entry) -> Change:
    audiences = tuple(a.model_copy(update={"final_at": None}) for a in incident.audiences)
    return {"audiences": audiences, "finals_reset_at": entry.recorded_at}


def _over(incident: Incident, entry: Entry, fact: StateChanged) -> Change:
    change: Change = {"roles": ended(incident.roles, entry.occurred_at), "offers": ()}
    if fact.new == State.CLOSED:
        attempt = ClosureAttempt(at=entry.recorded_at, by=entry.by, missing=(), accepted=True)
        change |= {
            "times": incident.times.model_copy(update={"closed_at": entry.recorded_at}),
            "closure_attempts": (*incident.closure_attempts, attempt),
        }
    return change


def time_set(incident: Incident, entry: Entry, fact: TimeSet) -> Change:
    """Set a milestone; a detected time moves the first episode's start, a restored time the last one's end.

    A mitigation that no one reported is the restoration, and moves with it.
    """
    change: Change = {"times": incident.times.model_copy(update={fact.field: fact.at})}
    episodes = incident.episodes
    if fact.field == "detected_at":
        change["episodes"] = (episodes[0].model_copy(update={"start": fact.at}), *episodes[1:])
    elif fact.field == "restored_at":
        change["episodes"] = (*episodes[:-1], episodes[-1].model_copy(update={"restored_at": fact.at}))
        if incident.times.mitigated_at == incident.times.restored_at:
            change["times"] = change["times"].model_copy(update={"mitigated_at": fact.at})
    return change


def reopened(incident: Incident, entry: Entry, fact: Reopened) -> Change:
    """Clear what closing proved and start an episode at the recurrence, or when it was reopened.

    A void that was wrong proved nothing, and the harm never stopped: its episode goes on.
    """
    since = fact.recurrence_at or entry.occurred_at
    item = ReopenItem(
        at=entry.recorded_at,
        by=entry.by,
        reason=fact.reason,
        recurrence_at=fact.recurrence_at,
        from_state=fact.from_state,
        since=since,
    )
    if fact.from_state in VOID:
        return {"duplicate_of": None, "reopens": (*incident.reopens, item)}
    cleared = {"restored_at": None, "resolved_at": None, "closed_at": None, "reopened_at": entry.recorded_at}
    return {
        "times": incident.times.model_copy(update=cleared),
        "resolution": None,
        "category_confirmed": False,
        "priority_confirmed": False,
        "episodes": (*incident.episodes, Episode(start=since)),
        "reopens": (*incident.reopens, item),
        **_finals_reset(_without_promises(incident), entry),
    }


def _without_promises(incident: Incident) -> Incident:
    audiences = tuple(a.model_copy(update={"promised_at": None}) for a in incident.audiences)
    return incident.model_copy(update={"audiences": audiences})


def undone(incident: Incident, entry: Entry, fact: Undone) -> Change:
    """Mark the entries as undone. What they changed is not in the state any more: `fold` passes them over."""
    return {
        "undone": (*incident.undone, *fact.entries),
        "spent_ids": (*incident.spent_ids, *fact.ids),
        "decisions": incident.decisions + fact.kinds.count(DecisionMade.kind),
    }


def voided(incident: Incident, entry: Entry, fact: Voided) -> Change:
    """Set which incident it duplicates; the state has an entry of its own."""
    return {"duplicate_of": fact.duplicate_of}
