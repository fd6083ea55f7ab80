"""The folded incident: what the entries say, as one value. Knows no policy; every number in it comes from an entry.

Fields that hold personal text are marked, so that two states can be compared without their text.
"""

from __future__ import annotations

from datetime import datetime

from incident.aggregate import Aggregate
from incident.frozen import MaybePersonalText, PersonalText, Utc
from incident.model.absence import Absence, CommanderGap
from incident.model.call_page import CallPage
from incident.model.components import (
    Action,
    AudienceState,
    AuthoredText,
    ClosureAttempt,
    Episode,
    Escalation,
    Interval,
    Link,
    Offer,
    PriorityItem,
    ReopenItem,
    Resolution,
    Review,
    StateItem,
    TempFix,
    Times,
    UpdateDelivery,
    Validation,
)
from incident.model.outside_records import (
    Affected,
    DataMention,
    Determination,
    EvidenceItem,
    OutsideNotice,
    ProviderCase,
    RegulatoryClock,
    ReportDecision,
    Screening,
)
from incident.model.report_pack import ReportPack
from incident.model.response.after_incident import Aftermath
from incident.model.response.analysis import Finding, Recovery
from incident.model.response.approval_question import ApprovalQuestion
from incident.model.response.assessment import Assessment
from incident.model.response.attached_alert import AttachedAlert
from incident.model.response.class_history import CategoryItem, TypeItem
from incident.model.response.containment import Containment
from incident.model.response.policy_notice import Notice, RuleCall
from incident.model.slack_references import LastActivity, Mask, OpenPrompt, Promotion, SlackPlaces
from incident.model.update_draft import UpdateDraft
from incident.states import OVER, VOID, Audience, Priority, State
from roles.person_ids import PersonId, outside_name
from roles.role_names import Role


class Incident(Aggregate):
    """The state of one incident after entry `n`. `title_entry` is the entry that holds the words of its title.

    `undone` are the entries that were taken back, `decisions` counts these too, and `spent_ids` are their ids.
    `quiet` is True while Muster posts in the thread of the card, None if it never did. `update_deliveries` are those of the
    last update to each audience.
    """

    number: str
    title: PersonalText
    title_entry: int = 1
    symptom: PersonalText
    service: str
    service_owner: PersonId | None
    owner_left: Absence | None = None
    customer_facing: bool
    type: str
    category: str
    subcategory: str | None
    owner_group: str
    reporter: PersonId
    detection_source: str
    regimes: tuple[str, ...]
    policy_hash: str
    drill: bool = False
    restricted: bool = False
    preserved: bool = False
    major: bool = False
    provisional: bool = False
    duplicate_of: str | None = None
    adopted: str | None = None
    state: State = State.LOGGED
    times: Times = Times()
    states: tuple[StateItem, ...] = ()
    priorities: tuple[PriorityItem, ...] = ()
    assessment: Assessment | None = None
    harm: tuple[str, ...] = ()
    spread_at: Utc | None = None
    categories: tuple[CategoryItem, ...] = ()
    types: tuple[TypeItem, ...] = ()
    roles: tuple[Interval, ...] = ()
    offers: tuple[Offer, ...] = ()
    audiences: tuple[AudienceState, ...] = ()
    update_deliveries: tuple[UpdateDelivery, ...] = ()
    update_drafts: tuple[UpdateDraft, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    call_pages: tuple[CallPage, ...] = ()
    containment: tuple[Containment, ...] = ()
    notices: tuple[Notice, ...] = ()
    rule_calls: tuple[RuleCall, ...] = ()
    temp_fixes: tuple[TempFix, ...] = ()
    workarounds: tuple[AuthoredText, ...] = ()
    actions: tuple[Action, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    findings: tuple[Finding, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    provider_cases: tuple[ProviderCase, ...] = ()
    determinations: tuple[Determination, ...] = ()
    clocks: tuple[RegulatoryClock, ...] = ()
    report_decisions: tuple[ReportDecision, ...] = ()
    affected: tuple[Affected, ...] = ()
    data_mention: DataMention | None = None
    screenings: tuple[Screening, ...] = ()
    alerts: tuple[AttachedAlert, ...] = ()
    outside_notices: tuple[OutsideNotice, ...] = ()
    packs: tuple[ReportPack, ...] = ()
    regulatory: int | None = None
    links: tuple[Link, ...] = ()
    link_none: bool = False
    decisions: int = 0
    approval_questions: tuple[ApprovalQuestion, ...] = ()
    undone: tuple[int, ...] = ()
    spent_ids: tuple[str, ...] = ()
    resolution: Resolution | None = None
    validations: tuple[Validation, ...] = ()
    review: Review | None = None
    aftermath: Aftermath = Aftermath()
    category_confirmed: bool = False
    priority_confirmed: bool = False
    closure_attempts: tuple[ClosureAttempt, ...] = ()
    reopens: tuple[ReopenItem, ...] = ()
    episodes: tuple[Episode, ...] = ()
    commander_gaps: tuple[CommanderGap, ...] = ()
    finals_reset_at: Utc | None = None
    prompted: tuple[OpenPrompt, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    masks: tuple[Mask, ...] = ()
    places: SlackPlaces = SlackPlaces()
    quiet: bool | None = None
    members: tuple[PersonId, ...] = ()
    absences: tuple[Absence, ...] = ()
    last_seen: tuple[LastActivity, ...] = ()
    last_entry_at: Utc
    clock_set_back_from: Utc | None = None
    statement: MaybePersonalText = None

    @property
    def recorded_until(self) -> datetime:
        """When the last entry was recorded, by the corrected clock (UTC)."""
        return self.last_entry_at

    @property
    def priority(self) -> Priority | None:
        """The current priority; None before the first."""
        return self.priorities[-1].priority if self.priorities else None

    @property
    def is_to_be_judged_again(self) -> bool:
        """True from when a spread was noted until impact and urgency are judged again."""
        return self.spread_at is not None and (not self.priorities or self.priorities[-1].at <= self.spread_at)

    @property
    def is_over(self) -> bool:
        """True if the incident is closed, void or an ended drill: nothing more is due but its aftermath."""
        return self.state in OVER

    @property
    def is_live(self) -> bool:
        """True if the incident is responded to now; False for one that was over before it was put on record.

        That is one whose service was restored before it was logged, and one that was declared afterwards for its channel until
        a response to it is recorded as it happens. No deadline of it runs, and no one is asked. A restoration that was recorded
        as it happened, and set to a time that cannot be right, decides nothing.
        """
        logged_at, restored_at = self.times.logged_at, self.times.restored_at
        if restored_at is not None and logged_at is not None:
            is_late = any(item.new is State.RESTORED and item.effective_at for item in self.states)
            return restored_at >= logged_at or (bool(self.times.out_of_order) and not is_late)
        responses = (item for item in self.states if item.old not in (None, State.LOGGED))
        return self.adopted is None or any(item.effective_at is None for item in responses)

    @property
    def contact(self) -> PersonId:
        """Whom to ask where no role is held: the reporter, or who declared the incident for a reporter outside Slack."""
        return self.reporter if outside_name(self.reporter) is None or not self.states else self.states[0].by

    @property
    def own_channel(self) -> str | None:
        """The channel whose messages and commands are the incident's. A void incident gives an adopted one back."""
        return None if self.adopted is not None and self.state in VOID else self.places.channel

    def holders(self, role: Role) -> tuple[PersonId, ...]:
        """Return who holds a role now, in the order in which they got it."""
        return tuple(i.who for i in self.roles if i.role == role and i.until is None)

    def holder(self, role: Role) -> PersonId | None:
        """Return who holds a single-holder role now, or None."""
        return next(iter(self.holders(role)), None)

    @property
    def lacks_commander(self) -> bool:
        """True while no one is commander of an incident that asks for one: a major one, or one whose priority has a target."""
        target = self.priorities[-1].commander_minutes if self.priorities else None
        return (self.major or target is not None) and self.holder(Role.COMMANDER) is None

    @property
    def on_it(self) -> tuple[PersonId, ...]:
        """Who accepted a call for help while no one has taken the incident, in the order in which they were called."""
        called = (one for one in self.escalations if one.answer == "accepted" and one.how == "functional")
        people = tuple(dict.fromkeys(one.holder for one in called if one.holder is not None))
        return people if self.state is State.TRIAGED else ()

    @property
    def vacated(self) -> tuple[tuple[Role, Absence], ...]:
        """Return the roles that no one holds since their last holder became unavailable, with that person's absence."""
        absent = {absence.who: absence for absence in self.absences}
        last = {interval.role: interval.who for interval in self.roles if not self.holders(interval.role)}
        return tuple((role, absent[last[role]]) for role in Role if role in last and last[role] in absent)

    def clock(self, regime: str, obligation: str) -> RegulatoryClock | None:
        """Return the clock of a report, or None if it did not start."""
        return next((one for one in self.clocks if (one.regime, one.obligation) == (regime, obligation)), None)

    def audience(self, audience: Audience) -> AudienceState:
        """Return the state of one audience, also of one that was never owed an update."""
        return next((a for a in self.audiences if a.audience == audience), AudienceState(audience=audience))

    def missed_recipients(self, audience: Audience) -> tuple[str, ...]:
        """Return the recipients outside Slack whom the last update to an audience did not reach."""
        sent = (one for one in self.update_deliveries if one.audience == audience and not one.is_delivered)
        return tuple(one.recipient for one in sent if one.recipient)
