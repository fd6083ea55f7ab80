"""`declare`: an incident begins. Title and service are enough; what is not judged yet is provisional and says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from commands.ask import Ask, Control
from commands.category import is_unlisted
from commands.guards import refuse_by_state
from commands.people import person_named
from commands.priority import major_by_priority
from commands.reclassify import TYPES
from commands.verb import Group, Situation, Verb
from incident.entries.opened import Declared, StateChanged
from incident.entry import Fact
from incident.frozen import Utc
from incident.incident import Incident
from incident.policy import Service
from incident.priority import change
from incident.refusal import Code, Refusal
from incident.states import State
from roles.people import PersonId

TWIN_WITHIN: Final = timedelta(minutes=15)
TITLE_LENGTH: Final = 250
INITIAL: Final = "initial"
Level = Annotated[int, Field(ge=1, le=3)]


@dataclass(frozen=True)
class DeclareView:
    """What the answer shows beside the incident: an earlier one of the same service, if somebody just declared it."""

    twin: Incident | None


class Declare(Verb):
    """Declare an incident: a title and the service are enough, the rest can follow."""

    name = "declare"
    aliases = ("new", "open", "start")
    group = Group.OPEN
    opens = True
    needs_incident = False

    title: Annotated[
        str | None,
        Ask("What is wrong?", Control.LINE, "In a few words", rest=True, needed=True, max_length=TITLE_LENGTH),
    ] = None
    service: Annotated[str | None, Ask("Service", Control.SERVICE, needed=True)] = None
    symptom: Annotated[str | None, Ask("What do people see?", Control.TEXT, "The title, when left empty")] = None
    impact: Annotated[Level | None, Ask("Impact", Control.LEVEL, "Can be judged later")] = None
    urgency: Annotated[Level | None, Ask("Urgency", Control.LEVEL, "Can be judged later")] = None
    category: Annotated[str | None, Ask("Category", Control.CATEGORY, max_length=80)] = None
    subcategory: Annotated[str | None, Ask("Subcategory", Control.LINE, max_length=80)] = None
    type: Annotated[Literal["it", "security", "third_party", "request"], Ask("Type", Control.CHOICE, choices=TYPES)] = (
        "it"
    )
    owner_group: Annotated[
        str | None, Ask("Owner group", Control.LINE, "The service's, when left empty", words=("group",), max_length=80)
    ] = None
    started_at: Annotated[Utc | None, Ask("Started", Control.MOMENT, words=("started",), past=True)] = None
    detected_at: Annotated[
        Utc | None, Ask("Detected", Control.MOMENT, "Now, when left empty", words=("detected",), past=True)
    ] = None
    reporter: Annotated[PersonId | None, Ask("Reported by", Control.PERSON, "You, when left empty")] = None
    source: Annotated[
        str | None, Ask("Detected by", Control.WORD, "monitoring, a user, a provider …", max_length=80)
    ] = None
    private: Annotated[bool, Ask("Only for those who work on it", Control.CHECK)] = False
    drill: Annotated[bool, Ask("This is a drill", Control.CHECK)] = False

    def decide(self, now: Situation) -> tuple[Fact, ...]:
        """Log the incident, judge its priority and triage it; a P1 is a major incident at once."""
        if now.incident is not None:
            refuse_by_state(now, self.intent)
        service, category, subcategory, owner_group = self._whole(now)
        policy = now.policy
        impact, urgency = self.impact or policy.provisional_impact, self.urgency or policy.provisional_urgency
        provisional = None in (self.impact, self.urgency)
        declared = Declared(
            number=now.number,
            title=self.title or _headline(self.symptom or ""),
            symptom=self.symptom or self.title or "",
            service=self.service or "",
            service_owner=person_named(now.team, service.owner),
            customer_facing=service.customer_facing,
            type=self.type,
            category=category,
            subcategory=subcategory,
            owner_group=owner_group,
            started_at=self.started_at,
            detected_at=self.detected_at or now.at,
            reporter=self.reporter or now.actor,
            detection_source=self.source or "human",
            drill=self.drill,
            restricted=self.private or self.type in policy.restricted_types,
            provisional=provisional,
            regimes=policy.regimes,
            policy_hash=now.policy_hash,
            from_channel=now.place.channel if now.place.message else None,
            from_message=now.place.message,
            unlisted=is_unlisted(policy, self.service or "", category, subcategory),
        )
        priority = change(policy, None, impact=impact, urgency=urgency, justification=INITIAL, provisional=provisional)
        triaged = StateChanged(old=State.LOGGED, new=State.TRIAGED)
        return (declared, priority, triaged, *major_by_priority(policy, priority.priority, is_major=False))

    def view(self, now: Situation) -> DeclareView:
        """Give the incident that somebody else declared for the same service within the last minutes."""
        return DeclareView(twin=twin_of(now.open, now))

    def _whole(self, now: Situation) -> tuple[Service, str, str | None, str]:
        """Fill in what the catalogue knows, and refuse a service it does not know, or what is still missing."""
        if self.service is not None and self.service not in now.policy.services:
            raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "service")
        entry = now.policy.services.get(self.service or "")
        owner_group = self.owner_group or (entry.owner_group if entry else "")
        category, subcategory = self.category, self.subcategory
        if category is None and entry is not None:
            category = next(iter(entry.categories), None)
        missing = _absent(title=self.title or self.symptom, service=entry, owner_group=owner_group, category=category)
        if entry is None or category is None or missing:
            raise Refusal(Code.MISSING_FIELDS, "declare_missing", *missing, names=", ".join(missing).replace("_", " "))
        return entry, category, subcategory, owner_group


def twin_of(incident: Incident, now: Situation) -> Incident | None:
    """Find the first open incident of the same service declared shortly before; never one that is restricted."""
    declared_at = incident.states[0].at
    twins = [
        other
        for other in now.reader.open_incidents(now.team)
        if (other.service, other.drill, other.restricted) == (incident.service, incident.drill, False)
        and other.key != incident.key
        and timedelta(0) <= declared_at - other.states[0].at <= TWIN_WITHIN
        and other.number < incident.number
    ]
    return min(twins, key=lambda other: other.states[0].at, default=None)


def _absent(**given: object) -> tuple[str, ...]:
    return tuple(name for name, value in given.items() if not value)


def _headline(symptom: str) -> str:
    line = next((line for line in symptom.splitlines() if line.strip()), "")
    return line.strip()[:TITLE_LENGTH]
