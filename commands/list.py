"""`list`: the incidents that the actor may see, a page at a time: open ones, closed ones, the actor's own, or all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from commands.core.fields import list_fields
from commands.core.fields.field_types import several
from commands.core.rules.incident_by_number import find_visible
from commands.core.rules.list_lines import ListLine, list_lines
from commands.core.rules.open_incidents import newest_page, open_page, own_incidents
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact, IncidentKey
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch, declared_at
from incident.ports import MOST_COUNTED, OpenPage
from incident.states import Priority

PAGE: Final = 20
_MOST_OWN: Final = 200


@dataclass(frozen=True)
class ListView:
    """A page of a list. Open incidents: highest priority first, then oldest; drills last. Others: newest first.

    `more` incidents follow, at least so many with `is_more_than_counted`; a list that is newest first counts none of them.
    `service`, `priorities` and `since` limit the list.
    """

    which: str
    lines: tuple[ListLine, ...]
    more: int
    is_more_than_counted: bool
    is_newest_first: bool
    service: str | None
    priorities: tuple[Priority, ...]
    since: datetime | None


class List(Verb):
    """List incidents that you may see: `list`, `list mine`, `list P1`, `list closed since monday`, `list all service=checkout`."""

    name = "list"
    group = Group.OTHER
    is_query = True
    needs_incident = False
    for_guests = True

    which: Annotated[
        Literal["open", "mine", "closed", "all"],
        list_fields.WHICH,
    ] = "open"
    service: Annotated[str | None, list_fields.SERVICE] = None
    priorities: Annotated[
        tuple[Priority, ...],
        BeforeValidator(several),
        list_fields.OF_PRIORITIES,
    ] = ()
    since: Annotated[
        Utc | None,
        list_fields.SINCE,
    ] = None
    after: Annotated[
        str | None,
        list_fields.AFTER,
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Refuse a page after an incident that does not exist or that the actor may not see, in the same words."""
        if self.after is not None:
            find_visible(self.after, now)
        return ()

    def view(self, now: DecisionContext) -> ListView:
        """Return a page of the list; what the actor may not see is left out without a trace."""
        after = None if self.after is None else find_visible(self.after, now).key
        page = self._page(now, after)
        return ListView(
            which=self.which,
            lines=list_lines(page.incidents, now.policy, now.at),
            more=page.more,
            is_more_than_counted=page.more >= MOST_COUNTED,
            is_newest_first=self._is_search,
            service=self.service,
            priorities=self.priorities,
            since=self.since,
        )

    @property
    def _is_search(self) -> bool:
        is_limited = self.service is not None or self.since is not None or bool(self.priorities)
        return self.which in ("closed", "all") or (self.which == "open" and is_limited)

    def _page(self, now: DecisionContext, after: IncidentKey | None) -> OpenPage:
        if self.which == "mine":
            return self._own(now, after)
        if not self._is_search:
            return open_page(now.reader, now.team, now.actor, after=after, limit=PAGE)
        is_over = {"closed": True, "open": False}.get(self.which)
        search = IncidentSearch(is_over=is_over, service=self.service, priorities=self.priorities, since=self.since)
        return newest_page(now.reader, now.team, now.actor, search, after=after, limit=PAGE)

    def _own(self, now: DecisionContext, after: IncidentKey | None) -> OpenPage:
        found = [one for one in own_incidents(now.reader, now.team, now.actor, limit=_MOST_OWN) if self._is_meant(one)]
        start = next((n for n, one in enumerate(found, start=1) if one.key == after), 0)
        return OpenPage(incidents=tuple(found[start : start + PAGE]), more=len(found[start + PAGE :]))

    def _is_meant(self, incident: Incident) -> bool:
        is_late = self.since is None or declared_at(incident) >= self.since
        is_of_priority = not self.priorities or incident.priority in self.priorities
        return is_late and is_of_priority and self.service in (None, incident.service)
