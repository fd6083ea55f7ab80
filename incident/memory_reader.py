"""Queries on the record in memory. Knows no SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from incident.aggregate import AnyAggregate, Foldable
from incident.entry import Entry, IncidentKey
from incident.medium import PlannedMethod
from incident.memory_state import MemoryState
from incident.model.api.webhook import WebhookChoice
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch, declared_at
from incident.model.subscription import Subscription
from incident.ports import MOST_COUNTED, OpenPage, Person
from incident.record import masked_view
from incident.record.message_history import HELD_AFTER, is_message, place_of
from incident.record.message_time import posted_at
from incident.rules.open_list import concerned, left_to_do, over_position, position
from incident.rules.visibility import is_called, may_see
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy

T = TypeVar("T")

SKEW: Final = timedelta(minutes=1)


class MemoryReader:
    """Queries on one state. Only the unmasked reader returns text that a mask hides."""

    def __init__(self, state: MemoryState, *, is_unmasked: bool = False) -> None:
        self._state = state
        self._is_unmasked = is_unmasked

    def unmasked(self) -> MemoryReader:
        """Return a reader of the same state that also returns masked text."""
        return MemoryReader(self._state, is_unmasked=True)

    def _shown(self, key: IncidentKey, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        masks = () if self._is_unmasked else masked_view.masks_of_chain(self._state.chains.get(key, ()))
        return tuple(masked_view.masked(entry, masks) for entry in entries)

    def _shown_incident(self, row: Incident) -> Incident:
        is_masked = row.masks and not self._is_unmasked
        return masked_view.masked_incident(row, masked_view.hidden(row, self.unmasked())) if is_masked else row

    def find(
        self, team: str, *, number: str | None = None, channel: str | None = None, adopted: str | None = None
    ) -> IncidentKey | None:
        """Return the newest incident with this number, of this channel, that adopted this one; None if there is none."""
        given = (number, channel, adopted)
        rows = ((key, (row.number, row.own_channel, row.adopted)) for key, row in self._state.rows.items())
        of_team = ((key, of_row) for key, of_row in rows if key.team == team and any(given))
        same = (key for key, of_row in of_team if all(g in (None, r) for g, r in zip(given, of_row, strict=True)))
        return max(same, default=None)

    def peek(self, key: IncidentKey) -> Incident | None:
        """Return the current projection of an incident, masked as the reader masks."""
        row = self._state.rows.get(key)
        return None if row is None else self._shown_incident(row)

    def peek_aggregate(self, of: Foldable[AnyAggregate], key: IncidentKey) -> AnyAggregate | None:
        """Return the current projection of a chain with the text unmasked."""
        found = self._state.rows.get(key) or self._state.others.get(key)
        return found if isinstance(found, of.model) else None

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        """Return the entries of a chain in order, those numbered above `after` and up to `until`, of these kinds."""
        chain = self._state.chains.get(key, ())[after:until]
        return self._shown(key, (entry for entry in chain if not kinds or entry.fact.kind in kinds))

    def message(self, key: IncidentKey, channel: str, *ts: str) -> Sequence[Entry]:
        """Return the entries about these messages of a channel."""
        places = {(channel, one) for one in ts}
        return self._shown(key, (e for e in self._state.chains.get(key, ()) if place_of(e.fact) in places))

    def holders(self, team: str, channel: str, ts: str) -> Sequence[IncidentKey]:
        """Return the incidents whose record holds a message of this channel, posted at `ts`."""
        posted = posted_at(ts)
        if posted is None:
            return ()
        ours = ((key, declared_at(row)) for key, row in self._state.rows.items() if key.team == team)
        late = (key for key, at in ours if posted - SKEW <= at <= posted + HELD_AFTER)
        return tuple(sorted(key for key in late if is_message(self.message(key, channel, ts))))

    def open_page(self, team: str, person: PersonId, *, after: IncidentKey | None = None, limit: int = 20) -> OpenPage:
        """Return the open incidents that a person may see, in the order of lists, after the place of an incident."""
        place = position(self._state.rows[after]) if after in self._state.rows else ""
        found = [row for row in self._open(team) if may_see(row, person) and position(row) > place]
        more = min(len(found[limit:]), MOST_COUNTED)
        return OpenPage(incidents=tuple(map(self._shown_incident, found[:limit])), more=more)

    def own_incidents(
        self, team: str, person: PersonId, *, with_masks: bool = False, limit: int = 30
    ) -> Sequence[Incident]:
        """Return the first open incidents that concern a person and that they may see or are called to, in the order of lists."""
        mine = [row for row in self._open(team) if person in concerned(row) or (with_masks and row.masks)]
        return tuple(map(self._shown_incident, (r for r in mine if may_see(r, person) or is_called(r, person))))[:limit]

    def over_incidents(self, team: str, person: PersonId, *, since: datetime, limit: int = 30) -> Sequence[Incident]:
        """Return the incidents that are over and in which something waits for a person, the earliest first."""
        rows = (row for key, row in self._state.rows.items() if key.team == team and row.is_over)
        waits = [(left_to_do(row).get(person), row) for row in rows if may_see(row, person)]
        places = {over_position(row, until): row for until, row in waits if until is not None and until >= since}
        return tuple(self._shown_incident(places[place]) for place in sorted(places)[:limit])

    def open_of_service(self, team: str, service: str, since: datetime, *, drill: bool) -> Sequence[Incident]:
        """Return the first two open, unrestricted incidents of a service declared since a time, oldest first."""
        search = IncidentSearch(is_over=False, service=service, since=since)
        late = [row for row in self._open(team) if search.finds(row) and (row.drill, row.restricted) == (drill, False)]
        return tuple(self._shown_incident(row) for row in sorted(late, key=lambda row: row.key)[:2])

    def in_channels(
        self, team: str, *, ended_since: datetime, after: IncidentKey | None = None, limit: int = 100
    ) -> Sequence[Incident]:
        """Return incidents with a channel that are open, or ended since a time; newest first, from before `after`."""
        rows = (self._state.rows[key] for key in sorted(self._state.rows, reverse=True) if key.team == team)
        found = (row for row in rows if row.own_channel and (after is None or row.key < after))
        recent = [row for row in found if not row.is_over or row.states[-1].at >= ended_since]
        return tuple(self._shown_incident(row) for row in recent[:limit])

    def _open(self, team: str) -> list[Incident]:
        return sorted((r for key, r in self._state.rows.items() if key.team == team and not r.is_over), key=position)

    def newest(
        self, team: str, search: IncidentSearch, *, after: IncidentKey | None = None, limit: int = 20
    ) -> Sequence[Incident]:
        """Return the incidents that a search finds, newest first, from before the place of `after`; restricted ones too."""
        ours = (row for key, row in self._state.rows.items() if key.team == team and search.finds(row))
        found = [row for row in ours if after is None or search.place(row) < search.place(self._state.rows[after])]
        return tuple(map(self._shown_incident, sorted(found, key=search.place, reverse=True)[:limit]))

    def person(self, person: PersonId) -> Person | None:
        """Return what the directory knows of a person."""
        return self._state.people.get(person)

    def page_methods(self, team: str, person: PersonId) -> Sequence[PlannedMethod]:
        """Return the contact methods of a person beside Slack."""
        return self._state.methods.get(person, ())

    def webhooks(self, team: str) -> Sequence[WebhookChoice]:
        """Return what the webhooks of a team learn."""
        return self._state.webhooks.get(team, ())

    def has_shift_notices(self, team: str, person: PersonId) -> bool:
        """True unless the person switched off the messages about their shifts."""
        return (team, person) not in self._state.shift_notices_off

    def feed_copies(self, team: str) -> Sequence[FeedCopy]:
        """Return the last good copies of the feeds of on-call schedules."""
        return self._state.feeds.get(team, ())

    def subscriptions(self, team: str, person: PersonId | None = None) -> Sequence[Subscription]:
        """Return what the people of a team subscribed to, or what one of them did."""
        ours = (one for (of_team, _), one in self._state.subscriptions.items() if of_team == team)
        return tuple(one for one in ours if person in (None, one.person))
