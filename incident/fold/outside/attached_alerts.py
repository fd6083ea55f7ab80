"""How facts about its alerts change the incident."""

from __future__ import annotations

from incident.entries.outside.attached_alerts import AlertAttached, AlertChanged
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.response.attached_alert import AttachedAlert


def alert_attached(incident: Incident, entry: Entry, fact: AlertAttached) -> Change:
    """Add the event's alerts."""
    alert = AttachedAlert(
        n=entry.n,
        at=entry.occurred_at,
        last_at=entry.occurred_at,
        **fact.model_dump(exclude={"is_first"}),
    )
    return {"alerts": (*incident.alerts, alert)}


def alert_changed(incident: Incident, entry: Entry, fact: AlertChanged) -> Change:
    """Set whether the event's alerts fire, and how many there are."""
    update = {"is_firing": fact.is_firing, "members": fact.members, "last_at": entry.occurred_at}
    changed = (one.model_copy(update=update) if one.event == fact.event else one for one in incident.alerts)
    return {"alerts": tuple(changed)}
