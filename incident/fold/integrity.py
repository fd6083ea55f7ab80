"""How facts about the record change an incident: legal hold, and a clock that was set back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from incident.entries.integrity import ClockSetBack, Preserved
from incident.entry import Entry
from incident.fold.change import Change
from incident.frozen import Frozen
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.model.slack_references import OpenPrompt

# What people or the policy planned may lie in the future; everything else has happened.
_PLANNED: Final = frozenset({"due_at", "missed_after", "answer_by", "remove_by", "review"})


def preserved(incident: Incident, entry: Entry, fact: Preserved) -> Change:
    """Set or lift the legal hold."""
    return {"preserved": fact.on}


def clock_set_back(incident: Incident, entry: Entry, fact: ClockSetBack) -> Change:
    """Count what seems to have happened after the corrected time from that time, with as long to answer as before.

    Plans stay, except the time to answer a page and the end of a postponement, which were counted from the wrong time.
    """
    at = entry.occurred_at
    change: Change = {name: _happened_by(getattr(incident, name), at) for name in _past_fields(type(incident))}
    return change | {
        "escalations": tuple(_answered_by(call, at) for call in incident.escalations),
        "prompted": tuple(_postponed(prompt, at) for prompt in incident.prompted),
        "clock_set_back_from": max(entry.recorded_at, incident.clock_set_back_from or entry.recorded_at),
        "last_entry_at": at,
    }


def _past_fields(kind: type[Frozen]) -> list[str]:
    return [name for name in kind.model_fields if name not in _PLANNED]


def _happened_by(value: Any, at: datetime) -> Any:
    """Return a value in which no moment is later than `at`, plans excepted."""
    if isinstance(value, datetime):
        return min(value, at)
    if isinstance(value, Frozen):
        changed = {name: _happened_by(getattr(value, name), at) for name in _past_fields(type(value))}
        return value.model_copy(update=changed)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_happened_by(item, at) for item in value)
    return value


def _answered_by(call: Escalation, at: datetime) -> Escalation:
    moved: Escalation = _happened_by(call, at)
    if call.at <= at or call.answer_by is None:
        return moved
    return moved.model_copy(update={"answer_by": at + (call.answer_by - call.at)})


def _postponed(prompt: OpenPrompt, at: datetime) -> OpenPrompt:
    moved: OpenPrompt = _happened_by(prompt, at)
    if prompt.at <= at or prompt.until is None:
        return moved.model_copy(update={"until": prompt.until})
    return moved.model_copy(update={"until": at + max(prompt.until - prompt.at, timedelta())})
