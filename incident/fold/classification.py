"""How facts about category, priority and type change the incident. The histories keep every earlier value."""

from __future__ import annotations

from incident.entries.classification import (
    CategoryChanged,
    Confirmed,
    HarmMarked,
    LevelsProposed,
    PriorityChanged,
    Reclassified,
    SpreadNoted,
)
from incident.entry import Entry
from incident.fold.change import Change, effective_at
from incident.model.components import PriorityItem
from incident.model.incident import Incident
from incident.model.response.assessment import Assessment
from incident.model.response.class_history import CategoryItem, TypeItem


def priority_changed(incident: Incident, entry: Entry, fact: PriorityChanged) -> Change:
    """Add the priority to the history; it has to be confirmed again."""
    item = PriorityItem(
        at=entry.recorded_at,
        impact=fact.impact,
        urgency=fact.urgency,
        priority=fact.priority,
        by=entry.by,
        justification=fact.justification,
        ack_minutes=fact.ack_minutes,
        commander_minutes=fact.commander_minutes,
        restore_minutes=fact.restore_minutes,
        simple_class=fact.simple_class,
        effective_at=effective_at(entry),
    )
    times = incident.times
    if times.prioritised_at is None:
        times = times.model_copy(update={"prioritised_at": entry.recorded_at})
    return {
        "priorities": (*incident.priorities, item),
        "priority_confirmed": False,
        "provisional": fact.provisional,
        "times": times,
    }


def levels_proposed(incident: Incident, entry: Entry, fact: LevelsProposed) -> Change:
    """Take the place of the last answers; what is not answered again stays as it was answered before."""
    answers = {
        "impact_words": fact.impact_words,
        "affected": fact.affected,
        "share": fact.share,
        "unbearable_at": fact.unbearable_at,
        "impact": fact.impact,
        "urgency": fact.urgency,
    }
    given = {name: value for name, value in answers.items() if value is not None}
    before = incident.assessment or Assessment(n=entry.n)
    return {"assessment": before.model_copy(update={"n": entry.n, **given})}


def harm_marked(incident: Incident, entry: Entry, fact: HarmMarked) -> Change:
    """Take the place of what was marked before."""
    return {"harm": fact.kinds}


def spread_noted(incident: Incident, entry: Entry, fact: SpreadNoted) -> Change:
    """Ask for impact and urgency again, since when it was recorded."""
    return {"spread_at": entry.recorded_at}


def category_changed(incident: Incident, entry: Entry, fact: CategoryChanged) -> Change:
    """Add the category to the history; it has to be confirmed again."""
    item = CategoryItem(
        at=entry.recorded_at,
        category=fact.category,
        subcategory=fact.subcategory,
        by=entry.by,
        reason=fact.reason,
        effective_at=effective_at(entry),
    )
    return {
        "category": fact.category,
        "subcategory": fact.subcategory,
        "categories": (*incident.categories, item),
        "category_confirmed": False,
    }


def reclassified(incident: Incident, entry: Entry, fact: Reclassified) -> Change:
    """Add the type to the history. A restricted incident stays restricted, since its earlier text is still recorded."""
    item = TypeItem(
        at=entry.recorded_at, type=fact.type, by=entry.by, reason=fact.reason, effective_at=effective_at(entry)
    )
    restricted = incident.restricted or fact.restricted
    return {"type": fact.type, "types": (*incident.types, item), "restricted": restricted}


def confirmed(incident: Incident, entry: Entry, fact: Confirmed) -> Change:
    """Mark category or priority as confirmed."""
    return {
        "category_confirmed": incident.category_confirmed or fact.category,
        "priority_confirmed": incident.priority_confirmed or fact.priority,
    }
