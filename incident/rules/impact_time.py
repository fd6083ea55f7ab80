"""How long users were affected: from when the incident started where that is known, else from its detection.

The one place that says it: card, status, updates, prompts, metrics and exports ask here. Knows no text.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from incident.frozen import Frozen, Utc
from incident.model.incident import Incident


class Impact(Frozen):
    """The harm to users. `since` starts the present or last of the `episodes`, `before` is the length of those before it.

    `is_detection` says that the start is not known, so that the harm counts from the detection. `until` is None while the
    harm goes on. `in_order` is False if an end lies before its start: then no length is known.
    """

    episodes: int
    since: Utc
    until: Utc | None
    before: timedelta
    is_detection: bool
    in_order: bool

    def lasting(self, at: datetime) -> timedelta | None:
        """Return how long users were affected up to `at` (UTC), over all episodes; None where the times disagree."""
        length = (self.until or at) - self.since
        return None if not self.in_order or length < timedelta() else self.before + length

    @property
    def total_s(self) -> int | None:
        """The length of the harm in whole seconds; None while it goes on or where the times disagree."""
        total = None if self.until is None else self.lasting(self.until)
        return None if total is None else int(total.total_seconds())


def impact(incident: Incident) -> Impact:
    """Return the harm of all episodes. The first starts at `started_at`, or at the detection where that is not known."""
    times, episodes = incident.times, incident.episodes
    detected_at = times.detected_at or times.logged_at or incident.last_entry_at
    starts = [episode.start for episode in episodes] or [detected_at]
    starts[0] = times.started_at or starts[0]
    ends = [episode.restored_at for episode in episodes] or [times.restored_at]
    earlier = [end - start for start, end in zip(starts, ends[:-1], strict=False) if end is not None]
    gaps = [start - end for start, end in zip(starts[1:], ends, strict=False) if end is not None]
    return Impact(
        episodes=len(starts),
        since=starts[-1],
        until=ends[-1],
        before=sum(earlier, timedelta()),
        is_detection=times.started_at is None,
        in_order=not times.out_of_order and all(length >= timedelta() for length in (*earlier, *gaps)),
    )
