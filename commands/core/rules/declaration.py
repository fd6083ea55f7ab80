"""The form of a declaration and the facts it records, shared by `declare` and `backfill`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BeforeValidator

from commands.core.fields.field_types import INCIDENT_TYPES, IncidentType, Level, several
from commands.core.fields.form_field import Control, FormField
from commands.core.pre_declaration_scope import capturing
from commands.core.preconditions import refuse_by_state
from commands.core.rules.after_incident.follow_up import recurrence
from commands.core.rules.classification.harm_field import HARM, HarmKind, marked
from commands.core.rules.classification.impact_questions import (
    AffectedShare,
    AffectedUsers,
    ImpactWords,
    UnbearableIn,
    assessed,
)
from commands.core.rules.classification.strict_rules import (
    SECURITY,
    refuse_empty_fields,
    says_no_more_than_other,
    unlisted_category,
    warnings,
)
from commands.core.rules.organisation.recent_changes import recent_changes
from commands.core.service_catalogue import CatalogueEntry, look_up, possible_duplicate
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.classification import LevelsProposed, PriorityChanged
from incident.entries.lifecycle import Declared, StateChanged
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.policy import Policy
from incident.refusal import Code, Refusal
from incident.rules.classification.proposed_levels import ImpactAnswers
from incident.rules.priority_matrix import automatic_major, change
from incident.rules.responders.first_call import opening_call_at, pages_no_one
from incident.rules.seen_length import cut_seen
from incident.rules.service_contacts import empty_schedules, on_call_for
from incident.rules.visibility import is_announced, is_restricted, may_be_announced
from incident.states import State
from organisation.model.change_record import ChangeRecord
from roles.person_ids import PersonId, is_person_id, outside_person, person_named, slack_user

TITLE_LENGTH: Final = 250
REPORTER_LENGTH: Final = 80


@dataclass(frozen=True)
class DeclarationView:
    """What the reply adds: the earlier incident that this one may duplicate, the channel where it is not announced.

    `pages_no_one`: its priority pages who is on call, and the policy names no one who can be reached. `invited` are the people
    in Slack whom the channel gets at once, `pages_at` is when who is on call is paged if that waits for business hours, `empty` the schedules of the service and its levels with no one on call, `changes` those shortly before that it may have come from.
    """

    duplicate: Incident | None
    unannounced_in: str | None = None
    pages_no_one: bool = False
    pages_at: Utc | None = None
    invited: tuple[PersonId, ...] = ()
    empty: tuple[str, ...] = ()
    changes: tuple[ChangeRecord, ...] = ()


class Declaration(Verb):
    """Declare an incident."""

    group = Group.OPEN
    opens_incident = True
    needs_incident = False

    title: Annotated[
        str | None,
        FormField(
            "What is wrong?",
            Control.LINE,
            "In a few words",
            rest=True,
            needed=True,
            unless="event",
            max_length=TITLE_LENGTH,
        ),
    ] = None
    service: Annotated[str | None, FormField("Service", Control.SERVICE, needed=True, unless="event")] = None
    symptom: Annotated[str | None, FormField("What do people see?", Control.TEXT, "Same as the title if empty")] = None
    impact: Annotated[Level | None, FormField("Impact", Control.LEVEL, "You can set it later")] = None
    urgency: Annotated[Level | None, FormField("Urgency", Control.LEVEL, "You can set it later")] = None
    impact_words: ImpactWords = None
    affected: AffectedUsers = None
    share: AffectedShare = None
    unbearable_in: UnbearableIn = None
    started_at: Annotated[
        Utc | None,
        FormField("Began", Control.MOMENT, "If empty, asked for before closing", words=("started", "since"), past=True),
    ] = None
    private: Annotated[bool, FormField("Restricted: only for those who work on it", Control.CHECK)] = False
    drill: Annotated[bool, FormField("This is a drill", Control.CHECK)] = False
    category: Annotated[str | None, FormField("Category", Control.CATEGORY, max_length=80)] = None
    subcategory: Annotated[str | None, FormField("Subcategory", Control.LINE, max_length=80)] = None
    type: Annotated[IncidentType, FormField("Type", Control.CHOICE, choices=INCIDENT_TYPES)] = "it"
    harm: Annotated[tuple[HarmKind, ...], BeforeValidator(several), HARM] = ()
    owner_group: Annotated[
        str | None,
        FormField("Owner group", Control.LINE, "Default: the service's", words=("group",), max_length=80),
    ] = None
    detected_at: Annotated[
        Utc | None, FormField("Detected", Control.MOMENT, "Default: now", words=("detected",), past=True)
    ] = None
    reporter: Annotated[PersonId | None, FormField("Reported by", Control.PERSON, "Default: you", outside=True)] = None
    outside_reporter: Annotated[
        str | None,
        FormField(
            "Or a reporter outside Slack",
            Control.LINE,
            "A caller, a customer's ticket",
            words=("caller",),
            max_length=REPORTER_LENGTH,
        ),
    ] = None
    source: Annotated[
        str | None, FormField("Detected by", Control.WORD, "monitoring, a user, a provider …", max_length=80)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Declare the incident, compute its priority and triage it; a P1 is a major incident at once."""
        if now.incident is not None:
            refuse_by_state(now, self.intent)
        policy, title = now.policy, self.title or self.symptom
        entry = look_up(policy, self.service, title=title, category=self.category, owner_group=self.owner_group)
        refuse_empty_fields(self, now, category=entry.category, owner_group=entry.owner_group, title=title)
        assessment = assessed(now, self._answers(), entry.name)
        priority = self._priority(policy, assessment)
        declared = self._declared(now, entry, provisional=priority.provisional)
        warned = warnings(now, *self._shortfalls(entry))
        triaged = StateChanged(old=State.LOGGED, new=State.TRIAGED)
        major = automatic_major(policy, priority.priority, is_major=False)
        judged = (*((assessment,) if assessment else ()), *((marked(self.harm),) if self.harm else ()))
        declared = self.with_conversation(declared, now)
        return (declared, *judged, priority, *warned, triaged, *major, *recurrence(declared, now))

    def _answers(self) -> ImpactAnswers:
        return ImpactAnswers(self.impact_words, self.affected, self.share, self.unbearable_in)

    def _priority(self, policy: Policy, proposed: LevelsProposed | None) -> PriorityChanged:
        """Return the priority of the levels that were typed, else of those that the answers propose, else of provisional ones."""
        impact = self.impact or (proposed.impact if proposed else None)
        urgency = self.urgency or (proposed.urgency if proposed else None)
        return change(
            policy,
            None,
            impact=impact or policy.provisional_impact,
            urgency=urgency or policy.provisional_urgency,
            justification="initial",
            provisional=None in (impact, urgency),
        )

    def _shortfalls(self, entry: CatalogueEntry) -> tuple[str, ...]:
        """Return in what the declaration falls short of the policy's strictness."""
        found = {
            "category_other": says_no_more_than_other(entry.category, self.subcategory),
            "impact_words": self.impact is not None and not self.impact_words,
            "harm": self.type == SECURITY and not self.harm,
        }
        return tuple(rule for rule, is_broken in found.items() if is_broken)

    def view(self, now: DecisionContext) -> DeclarationView:
        """Return what to know at once: a likely duplicate, that it is not announced, that no one is paged."""
        on_call = () if is_restricted(now.open) else on_call_for(now.open.service, now.policy, now.team, now.at)
        is_minor = may_be_announced(now.open) and not is_announced(now.open, now.policy)
        return DeclarationView(
            duplicate=possible_duplicate(now.open, now),
            unannounced_in=now.policy.incidents_channel if is_minor else None,
            pages_no_one=pages_no_one(now.open, now.policy, now.actor.id, now.at),
            pages_at=opening_call_at(now.open, now.policy),
            invited=tuple(one for one in (now.open.contact, *on_call) if slack_user(one)),
            changes=recent_changes(now.open, now),
            empty=empty_schedules(now.open.service, now.policy, now.team, now.at),
        )

    def with_conversation(self, declared: Declared, now: DecisionContext) -> Declared:
        """Add the channel whose last minutes of conversation are captured."""
        return capturing(declared, now)

    def _reported_by(self, now: DecisionContext) -> PersonId:
        """Return the reporter: an account, the words for a person outside Slack, else who declares it."""
        if self.reporter is not None and self.outside_reporter is not None:
            raise Refusal(Code.BAD_VALUE, "declare_two_reporters", "outside_reporter")
        if self.outside_reporter is not None:
            return outside_person(self.outside_reporter)
        if self.reporter is None:
            return now.actor.id
        return self.reporter if is_person_id(self.reporter) else outside_person(self.reporter)

    def _declared(self, now: DecisionContext, entry: CatalogueEntry, *, provisional: bool) -> Declared:
        return Declared(
            number="",
            title=self.title
            or cut_seen(next(iter((self.symptom or "").strip().splitlines()), "").strip(), TITLE_LENGTH),
            symptom=self.symptom or self.title or "",
            service=entry.name,
            service_owner=person_named(now.team, entry.service.owner),
            customer_facing=entry.service.customer_facing,
            type=self.type,
            category=entry.category,
            subcategory=self.subcategory,
            owner_group=entry.owner_group,
            started_at=self.started_at,
            detected_at=self.detected_at or now.at,
            reporter=self._reported_by(now),
            detection_source=self.source or "human",
            drill=self.drill,
            restricted=self.private or self.type in now.policy.restricted_types,
            provisional=provisional,
            regimes=now.policy.regimes,
            policy_hash=now.policy_hash,
            from_channel=now.place.channel if now.place.message else None,
            from_message=now.place.message,
            unlisted=unlisted_category(now, entry.name, entry.category, self.subcategory),
        )
