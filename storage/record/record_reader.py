"""The reader of the record within one transaction. Changes nothing and locks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select
from ulid import ULID

from incident.aggregate import AnyAggregate, Foldable
from incident.entry import WORKSPACE, Entry, IncidentKey
from incident.medium import PlannedMethod
from incident.model.api.webhook import WebhookChoice
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch
from incident.model.subscription import Subscription
from incident.ports import OpenPage, Person
from incident.record import masked_view
from incident.record.message_history import HELD_AFTER, MESSAGE_KINDS
from incident.record.message_time import posted_at
from incident.rules.visibility import is_called, may_see
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy
from storage import contact_methods, person_names, schedule_feeds, shift_notices, subscriptions
from storage.api import webhooks
from storage.database.sqlite import by_index
from storage.record.chain_writer import EPOCH
from storage.record.entry_rows import rows_of_chain, select_rows, to_entry, to_row
from storage.record.open_list import newest_pages, open_pages
from storage.record.projections import projection
from storage.tables import ENTRY, INCIDENT

# Slack's clock may be ahead of ours by this much; the search for a message's incident allows for it.
_SKEW: Final = timedelta(minutes=1)
_ULID_TIME_CHARS: Final = 10


class SqlReader:
    """Queries for a decision. `team` owns the people and keys that are looked up; None means any team.

    Masked text reads `[masked]`, except through the reader that `bare` returns.
    """

    def __init__(self, connection: Connection, team: str | None, *, is_bare: bool = False) -> None:
        self.connection = connection
        self.team = team
        self._is_bare = is_bare

    def unmasked(self) -> SqlReader:
        """Return a reader that sees masked text, for recording and comparing, never for showing."""
        return SqlReader(self.connection, self.team, is_bare=True)

    def find(
        self, team: str, *, number: str | None = None, channel: str | None = None, adopted: str | None = None
    ) -> IncidentKey | None:
        """Return the incident with a display number, or the newest one of a channel or that adopted one."""
        given = {"number": number, "channel": channel, "adopted": adopted}
        by = {name: value for name, value in given.items() if value is not None}
        if not by:
            return None
        found = self.connection.execute(_newest(*by), {"of_team": team, **by}).scalar_one_or_none()
        return None if found is None else IncidentKey(team, found)

    def peek(self, key: IncidentKey) -> Incident | None:
        """Return the folded incident without locking it."""
        return self._masked_incident(projection.load(self.connection, key))

    def peek_aggregate(self, of: Foldable[AnyAggregate], key: IncidentKey) -> AnyAggregate | None:
        """Return the folded state of a chain without locking it, masked text included."""
        return projection.load_as(self.connection, of, key)

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        """Return the entries of a chain in order: all kinds or some, numbers after `after` and up to `until`."""
        rows = rows_of_chain(self.connection, key, kinds=kinds, after=after, until=until)
        return self._masked(key, [to_entry(row) for row in rows])

    def message(self, key: IncidentKey, channel: str, *ts: str) -> Sequence[Entry]:
        """Return every entry about one or several messages of a channel, in order."""
        about = {"of_team": key.team, "of_incident": key.id, "channel": channel, "ts": ts}
        return self._masked(key, [to_entry(to_row(row)) for row in self.connection.execute(_about_message(), about)])

    def holders(self, team: str, channel: str, ts: str) -> Sequence[IncidentKey]:
        """Return the incidents, declared within `HELD_AFTER` after a message was posted, that captured it, oldest first."""
        posted = posted_at(ts)
        if posted is None:
            return ()
        between = {"first": _ulid_prefix(posted - _SKEW), "last": _ulid_prefix(posted + HELD_AFTER)}
        found = self.connection.execute(_capturing(), {"of_team": team, "channel": channel, "ts": ts, **between})
        return tuple(IncidentKey(team, incident) for incident in found.scalars())

    def open_page(self, team: str, person: PersonId, *, after: IncidentKey | None = None, limit: int = 20) -> OpenPage:
        """Return the open incidents that a person may see, in the order of lists, after the place of an incident.

        Those that follow are counted with the restricted ones to which the person is called.
        """
        place = open_pages.place_of(self.connection, team, after.id) if after else ""
        rows, more = open_pages.page(self.connection, team, person, after=place, limit=limit)
        found = self._peeked(team, [row.incident for row in rows])
        return OpenPage(incidents=tuple(one for one in found if may_see(one, person)), more=more)

    def own_incidents(
        self, team: str, person: PersonId, *, with_masks: bool = False, limit: int = 30
    ) -> Sequence[Incident]:
        """Return the first open incidents that concern a person and that they may see or are called to, in the order of lists."""
        found = open_pages.own(self.connection, team, person, with_masks=with_masks, limit=limit)
        return [one for one in self._peeked(team, found) if may_see(one, person) or is_called(one, person)]

    def over_incidents(self, team: str, person: PersonId, *, since: datetime, limit: int = 30) -> Sequence[Incident]:
        """Return the incidents that are over and in which something waits for a person, the earliest first."""
        found = open_pages.over(self.connection, team, person, since=since, limit=limit)
        return [one for one in self._peeked(team, found) if may_see(one, person)]

    def open_of_service(self, team: str, service: str, since: datetime, *, drill: bool) -> Sequence[Incident]:
        """Return the first two open, unrestricted incidents of a service declared since a time, oldest first."""
        return self._peeked(team, open_pages.of_service(self.connection, team, service, since, drill=drill))

    def in_channels(
        self, team: str, *, ended_since: datetime, after: IncidentKey | None = None, limit: int = 100
    ) -> Sequence[Incident]:
        """Return incidents with a channel that are open, or ended since a time; newest first, from before `after`."""
        before = after.id if after else None
        found = open_pages.in_channels(self.connection, team, ended_since=ended_since, after=before, limit=limit)
        return self._peeked(team, found)

    def newest(
        self, team: str, search: IncidentSearch, *, after: IncidentKey | None = None, limit: int = 20
    ) -> Sequence[Incident]:
        """Return the incidents that a search finds, newest first, from before the place of `after`; restricted ones too."""
        return self._peeked(team, newest_pages.page(self.connection, team, search, after=after, limit=limit))

    def person(self, person: PersonId) -> Person | None:
        """Return a person's current directory data."""
        return person_names.person_at(self.connection, self.team, person)

    def page_methods(self, team: str, person: PersonId) -> Sequence[PlannedMethod]:
        """Return the contact methods of a person beside Slack, in that person's order, without the addresses."""
        return contact_methods.planned(self.connection, team, person)

    def subscriptions(self, team: str, person: PersonId | None = None) -> Sequence[Subscription]:
        """Return what the people of a team subscribed to, or what one of them did."""
        return subscriptions.find(self.connection, team, person)

    def webhooks(self, team: str) -> Sequence[WebhookChoice]:
        """Return what the webhooks of a team learn."""
        return webhooks.chosen(self.connection, team)

    def has_shift_notices(self, team: str, person: PersonId) -> bool:
        """True unless the person switched off the messages about their shifts."""
        return shift_notices.is_on(self.connection, team, person)

    def feed_copies(self, team: str) -> Sequence[FeedCopy]:
        """Return the last good copies of the feeds of on-call schedules."""
        return schedule_feeds.find(self.connection, team)

    def _peeked(self, team: str, incidents: Sequence[str]) -> tuple[Incident, ...]:
        found = (self.peek(IncidentKey(team, incident)) for incident in incidents)
        return tuple(incident for incident in found if incident is not None)

    def _masked(self, key: IncidentKey, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Replace masked text by `[masked]`."""
        if self._is_bare or key.id == WORKSPACE or not entries:
            return tuple(entries)
        masking = rows_of_chain(self.connection, key, kinds=masked_view.KINDS)
        masks = masked_view.masks_of_chain(to_entry(row) for row in masking)
        return tuple(masked_view.masked(entry, masks) for entry in entries)

    def _masked_incident(self, incident: Incident | None) -> Incident | None:
        if incident is None or self._is_bare or not incident.masks:
            return incident
        return masked_view.masked_incident(incident, masked_view.hidden(incident, self.unmasked()))


# Built once each: these run for every command and every message, and building costs more than running.
@cache
def _newest(*names: str) -> Select[Any]:
    same = [INCIDENT.c[name] == bindparam(name) for name in names]
    ours = select(INCIDENT.c.incident).where(INCIDENT.c.team == bindparam("of_team"), *same)
    if names in (("channel",), ("adopted",)):
        ours = ours.with_hint(INCIDENT, *by_index(f"ix_incident_{names[0]}"))
    return ours.order_by(INCIDENT.c.incident.desc()).limit(1)


@cache
def _capturing() -> Select[Any]:
    # A chain key starts with the time of the declaration, so a range of keys selects the incidents of some days.
    held = (
        select(ENTRY.c.n)
        .where(ENTRY.c.team == INCIDENT.c.team, ENTRY.c.incident == INCIDENT.c.incident)
        .where(ENTRY.c.channel == bindparam("channel"), ENTRY.c.ts == bindparam("ts"), ENTRY.c.kind.in_(MESSAGE_KINDS))
        .with_hint(ENTRY, *by_index("ix_entry_message"))
    )
    late = INCIDENT.c.incident.between(bindparam("first"), bindparam("last"))
    ours = select(INCIDENT.c.incident).where(INCIDENT.c.team == bindparam("of_team"), late, held.exists())
    return ours.order_by(INCIDENT.c.incident)


def _ulid_prefix(at: datetime) -> str:
    """Return the prefix of the chain keys of incidents declared at a time."""
    return str(ULID.from_datetime(max(at, EPOCH)))[:_ULID_TIME_CHARS]


@cache
def _about_message() -> Select[Any]:
    ours = (ENTRY.c.team == bindparam("of_team")) & (ENTRY.c.incident == bindparam("of_incident"))
    among = ENTRY.c.ts.in_(bindparam("ts", expanding=True))
    about = select_rows().where(ours, ENTRY.c.channel == bindparam("channel"), among)
    return about.with_hint(ENTRY, *by_index("ix_entry_message"))
