"""The metrics of one incident, in whole seconds (S1-63).

Null where a time is unknown, where the harm goes on, and where an end lies before its start: no length is negative.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.frozen import Frozen
from incident.model.incident import Incident
from incident.states import VOID


class Metrics(Frozen):
    """Times to detect, log, acknowledge, mitigate and restore, in seconds.

    A void that was taken back is no reopening: the harm never stopped.
    """

    time_to_detect_s: int | None
    log_latency_s: int | None
    time_to_ack_s: int | None
    time_to_mitigate_s: int | None
    time_to_restore_s: int | None
    restore_target_met: bool | None
    episodes: int
    reopened: int


def metrics(incident: Incident) -> Metrics:
    """Return the metrics of an incident, from its milestones and episodes."""
    times = incident.times
    restore = time_to_restore(incident)
    return Metrics(
        time_to_detect_s=_between(times.started_at, times.detected_at),
        log_latency_s=_between(times.detected_at, times.logged_at),
        time_to_ack_s=_between(times.logged_at, times.acknowledged_at),
        time_to_mitigate_s=_between(times.detected_at, times.mitigated_at),
        time_to_restore_s=restore,
        restore_target_met=_is_target_met(incident, restore),
        episodes=len(incident.episodes),
        reopened=sum(item.from_state not in VOID for item in incident.reopens),
    )


def time_to_restore(incident: Incident) -> int | None:
    """Return the harm of all episodes, from the start of each to its restoration; None while one is open or times disagree.

    The first episode starts at detection (S1-63): the target counts from there. `impact` says how long users were affected.
    """
    lengths = [e.restored_at - e.start for e in incident.episodes if e.restored_at is not None]
    has_length = len(lengths) == len(incident.episodes) and all(length >= timedelta() for length in lengths)
    if incident.times.out_of_order or not has_length:
        return None
    return int(sum(lengths, timedelta()).total_seconds())


def _is_target_met(incident: Incident, restore: int | None) -> bool | None:
    minutes = incident.priorities[-1].restore_minutes if incident.priorities else None
    return None if restore is None or minutes is None else restore <= minutes * 60


def _between(since: datetime | None, until: datetime | None) -> int | None:
    return None if since is None or until is None or until < since else int((until - since).total_seconds())
