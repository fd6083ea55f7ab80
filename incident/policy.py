"""The organisation's incident policy, as one validated value. Reading the file is up to `bot/config/`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr

from incident.frozen import Frozen
from incident.outside.regimes import RegimeBook, Reporting, given
from incident.outside.vendors import Vendor
from incident.policy_parts.after_rules import AfterRules
from incident.policy_parts.classification_rules import ClassificationRules
from incident.policy_parts.digest_rules import Digest
from incident.policy_parts.intake_rules import Intake
from incident.policy_parts.paging_hours import BusinessHours, PagePriorities
from incident.policy_parts.policy_numbers import LONGEST_SILENCE, MOST_MINUTES, Minutes, MinutesByPriority
from incident.policy_parts.rule_conditions import CallRule, NotifyRule
from incident.policy_parts.update_recipients import Recipient
from incident.policy_parts.work_rules import Cadence, RoleRules, ScribeRules
from incident.states import Audience, Priority
from roles.schedules.feed_copy import FeedCopy
from roles.schedules.schedule import Override
from roles.schedules.schedule_rules import Member, ScheduleRules, TimeZone

# The groups that rules and templates speak of; a policy may name others besides.
GROUPS: Final = frozenset(
    {"responder", "major_authority", "closer", "exec", "privacy", "compliance", "legal", "security_lead"}
)
MOST_BEFORE_MINUTES: Final = 7 * 24 * 60
Years = Annotated[int, Field(gt=0, le=100)]
Level = Annotated[int, Field(ge=1, le=3)]


class Service(Frozen):
    """A service of the catalogue: its owner, customers, categories, vendors, on-call schedule and escalation policy.

    `users` are the people and user groups of the organisation who work with it.
    """

    owner: str
    owner_group: str = ""
    tier: int = 2
    customer_facing: bool = False
    schedule: str | None = None
    roster: str | None = None
    ladder: str | None = None
    categories: dict[str, tuple[str, ...]] = {}
    runbook: str | None = None
    vendors: tuple[Member, ...] = ()
    users: tuple[Member, ...] = ()


class Targets(Frozen):
    """Targets of one priority, in minutes from logging (ack, commander) and from detection (restore)."""

    ack: Minutes
    restore: Minutes
    commander: Minutes | None = None


class UpdateRules(Frozen):
    """Rules for updates of every priority; times in minutes.

    A typed line opens the form with a preview if it is for an audience of `preview_first`. Before an update is posted that
    repeats one of the last `repeat_minutes`, says one of `recovery_words` before mitigation or one of `investigation_words`
    after resolution, Muster asks whether it is meant; `contradiction` says whether such words are allowed, asked about, or
    refused. `impact` says whether an update of a major incident without its impact on the business is allowed, marked, or refused.
    Of a restricted incident the recipients outside Slack get nothing, or the `restricted_outside` number alone.
    """

    grace_minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] = 5
    monitoring_factor: Annotated[int, Field(gt=0, le=100)] = 2
    promise_max_minutes: dict[Priority, Minutes] = {Priority.P1: 240, Priority.P2: 480, Priority.P3: 1440}
    final_within_minutes: Minutes = 30
    nudge_before_minutes: Minutes = 10
    preview_first: tuple[Audience, ...] = (Audience.CUSTOMER, Audience.REGULATOR)
    repeat_minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] = 2
    recovery_words: tuple[Member, ...] = ("resolved", "fixed", "restored", "recovered", "back to normal", "all clear")
    investigation_words: tuple[Member, ...] = ("investigating", "looking into")
    contradiction: Literal["allow", "ask", "refuse"] = "ask"
    impact: Literal["allow", "warn", "refuse"] = "warn"
    restricted_outside: Literal["nothing", "number"] = "nothing"


class UpdateApproval(Frozen):
    """The groups or roles `by` which a second person approves an update, at these priorities."""

    by: tuple[str, ...]
    priorities: tuple[Priority, ...] = tuple(Priority)


class Authority(Frozen):
    """The groups (or `commander`) that may do what needs authority."""

    declare_major: tuple[str, ...] = ("responder", "major_authority")
    lower_priority: tuple[str, ...] = ("commander", "major_authority")
    close: tuple[str, ...] = ("commander", "closer")
    handover_others_role: tuple[str, ...] = ("major_authority",)
    force_take: tuple[str, ...] = ("major_authority",)
    obligation: tuple[str, ...] = ("privacy", "compliance", "legal")
    hold: tuple[str, ...] = ("legal", "privacy")
    redact: tuple[str, ...] = ("privacy", "compliance", "legal", "security_lead")
    approve_review: tuple[str, ...] = ("closer",)
    sign_off: tuple[str, ...] = ("exec",)


class ResolutionRule(Frozen):
    """The rule for resolution texts (S1-54)."""

    min_chars: Annotated[int, Field(ge=0, le=1000)] = 25
    banned: tuple[str, ...] = ("fixed", "resolved", "done", "ok now", "works")


class Criteria(Frozen):
    """The validation criteria needed: each of `all`, and one of `any` when it names some."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()


class Validations(Frozen):
    """Validation criteria by the first kind that applies: security, data, third party, major, other."""

    security: Criteria = Criteria(all=("containment_confirmed", "integrity_verified", "security_signoff"))
    data: Criteria = Criteria(all=("containment_confirmed", "integrity_verified"))
    third_party: Criteria = Criteria(all=("monitoring_verified",), any=("service_owner_confirmed", "user_confirmed"))
    it_major: Criteria = Criteria(all=("monitoring_verified",), any=("service_owner_confirmed", "user_confirmed"))
    it_minor: Criteria = Criteria(any=("monitoring_verified", "service_owner_confirmed", "user_confirmed"))


SCHEDULE_TARGET: Final = "schedule:"


def _target(given: object) -> object:
    """Return the target of a level as one word; YAML takes `schedule: payments` for a mapping."""
    name = given.get("schedule") if isinstance(given, dict) and len(given) == 1 else None
    return f"{SCHEDULE_TARGET}{name}" if isinstance(name, str) else given


Target = Annotated[Member, BeforeValidator(_target)]


class EscalationPolicy(Frozen):
    """Whom to page, in order, and how many minutes to wait for each answer: people, or `schedule:` and a name for who is on call.

    `rounds` is how often all levels are paged again before the manager is.
    """

    rungs: tuple[Target, ...] = ()
    timeout_minutes: Minutes = 5
    rounds: Annotated[int, Field(ge=0, le=5)] = 0


class People(Frozen):
    """Named people of the organisation, as Slack user ids; empty where there is none. `steering` may name user groups."""

    isms_manager: str = ""
    manager: str = ""
    steering: tuple[Member, ...] = ()
    vendor_manager: str = ""
    privacy_officer: str = ""
    policy_owner: str = ""
    controls_owner: str = ""


class Policy(Frozen):
    """A whole policy. `groups` maps a group to Slack users or user groups; without `responder`, everyone is one.

    Who is on call follows from its schedules and the overrides that people recorded, which a transaction adds to it.
    """

    version: str
    owner: str
    approver: str
    effective: date
    definition: str = "Any unplanned interruption or degradation of a service, or a failure that may cause one."
    groups: dict[str, tuple[Member, ...]] = {}
    people: People = People()
    services: dict[str, Service]
    impact: dict[Level, str] = {1: "High", 2: "Medium", 3: "Low"}
    urgency: dict[Level, str] = {1: "High", 2: "Medium", 3: "Low"}
    provisional_impact: Level = 2
    provisional_urgency: Level = 2
    matrix: dict[Level, dict[Level, Priority]]
    classification: ClassificationRules = ClassificationRules()
    major_auto: tuple[Priority, ...] = (Priority.P1,)
    targets: dict[Priority, Targets]
    updates: dict[Priority, dict[Audience, Cadence]]
    update_rules: UpdateRules = UpdateRules()
    update_templates: dict[Audience, str] = {}
    update_approvals: dict[Audience, UpdateApproval] = {}
    roles: RoleRules = RoleRules()
    scribe: ScribeRules = ScribeRules()
    authority: Authority = Authority()
    resolution: ResolutionRule = ResolutionRule()
    validation: Validations = Validations()
    clean_recovery: Literal["allow", "warn", "refuse"] = "warn"
    finish_priorities: tuple[Priority, ...] = (Priority.P4, Priority.P5)
    links_needed: tuple[Priority, ...] = (Priority.P1, Priority.P2)
    after: AfterRules = AfterRules()
    review_business_days: dict[Priority, Annotated[int, Field(gt=0, le=366)]] = {Priority.P1: 5, Priority.P2: 10}
    schedules: dict[str, ScheduleRules] = {}
    rosters: dict[str, tuple[Member, ...]] = {}
    ladders: dict[str, EscalationPolicy] = {}
    vendors: dict[str, Vendor] = {}
    notify: tuple[NotifyRule, ...] = ()
    call_rules: tuple[CallRule, ...] = ()
    intake: Intake = Intake()
    audiences: dict[Audience, str] = {}
    update_recipients: dict[Audience, tuple[Recipient, ...]] = {}
    incidents_channel: str | None = None
    announced_priorities: tuple[Priority, ...] = (Priority.P1, Priority.P2, Priority.P3)
    page_priorities: PagePriorities = PagePriorities()
    business_hours: BusinessHours = BusinessHours()
    digest: Digest = Digest()
    audit_channel: str | None = None
    restricted_types: tuple[str, ...] = ("security",)
    retention: dict[str, Years | None] = {"default": 3, "security": 6}
    regimes: tuple[str, ...] = ()
    reporting: Reporting = Reporting()
    time_zone: TimeZone = "UTC"
    stale_minutes: MinutesByPriority = {
        Priority.P1: 15,
        Priority.P2: 30,
        Priority.P3: 240,
        Priority.P4: LONGEST_SILENCE,
        Priority.P5: LONGEST_SILENCE,
    }
    closure_repeat_minutes: Minutes = 60
    prompt_put_off_minutes: Minutes = 10
    undo_minutes: Minutes = 10
    capture_before_minutes: Annotated[int, Field(ge=0, le=MOST_BEFORE_MINUTES)] = 60
    _overrides: tuple[Override, ...] | None = PrivateAttr(None)
    _regime_book: RegimeBook | None = PrivateAttr(None)
    _feeds: tuple[FeedCopy, ...] = PrivateAttr(())

    def with_overrides(self, overrides: Iterable[Override], feeds: Iterable[FeedCopy] = ()) -> Self:
        """Return the policy with the overrides of its schedules, and the copies of their feeds."""
        copy = self.model_copy()
        copy._overrides, copy._feeds = tuple(overrides), tuple(feeds)
        return copy

    def feed_of(self, schedule: str) -> FeedCopy | None:
        """Return the last good copy of a schedule's feed; None without a feed, or before the first copy."""
        rules = self.schedules.get(schedule)
        return next((one for one in self._feeds if one.schedule == schedule and rules and rules.has_feed), None)

    def with_regime_book(self, book: RegimeBook) -> Self:
        """Return the policy with the regimes of the data files, which are no part of its text."""
        (copy := self.model_copy())._regime_book = book
        return copy

    @property
    def regime_book(self) -> RegimeBook:
        """The regimes of the data files. Raises RuntimeError if the policy was read without them."""
        return given(self._regime_book)

    @property
    def overrides(self) -> tuple[Override, ...]:
        """The overrides of its schedules; none before they are added."""
        return self._overrides or ()

    @property
    def has_overrides(self) -> bool:
        """True once the overrides are added, be there any or none."""
        return self._overrides is not None

    @property
    def work_hours(self) -> BusinessHours:
        """The business hours, with their zone."""
        zone = self.business_hours.time_zone or self.time_zone
        return self.business_hours.model_copy(update={"time_zone": zone})

    def priority_of(self, impact: int, urgency: int) -> Priority:
        """Return the priority of an impact and urgency, 1 (high) to 3 (low) (S1-08, S1-38)."""
        return self.matrix[impact][urgency]

    def silence_of(self, priority: Priority | None) -> timedelta:
        """Return how long an incident of a priority may be without activity: 12 hours where the policy names no minutes."""
        return timedelta(minutes=self.stale_minutes.get(priority or Priority.P5, LONGEST_SILENCE))

    def levels_by_priority(self) -> dict[str, list[tuple[int, int]]]:
        """Return the pairs of impact and urgency that give each priority."""
        found: dict[str, list[tuple[int, int]]] = {}
        for impact, row in self.matrix.items():
            for urgency, priority in row.items():
                found.setdefault(priority, []).append((impact, urgency))
        return found

    def schedule_words(self) -> dict[str, str]:
        """Return the words for each on-call schedule: the names of the services that use it, and its own, which goes first."""
        services = {name: one.schedule for name, one in self.services.items() if one.schedule}
        return services | {name: name for name in self.schedules}

    def cadence(self, priority: Priority | None, audience: Audience) -> Cadence | None:
        """Return the cadence of an audience at a priority, or None when it is owed no updates."""
        return self.updates.get(priority, {}).get(audience) if priority else None
