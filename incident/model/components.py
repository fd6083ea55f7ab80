"""The parts of a folded incident: histories, intervals, slots, episodes. Values only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc
from incident.medium import Medium
from incident.states import Audience, Priority, State
from roles.person_ids import PersonId
from roles.role_names import Role


class Times(Frozen):
    """The milestones of an incident (UTC); None where unknown."""

    started_at: Utc | None = None
    detected_at: Utc | None = None
    logged_at: Utc | None = None
    acknowledged_at: Utc | None = None
    prioritised_at: Utc | None = None
    major_declared_at: Utc | None = None
    mitigated_at: Utc | None = None
    restored_at: Utc | None = None
    resolved_at: Utc | None = None
    closed_at: Utc | None = None
    reopened_at: Utc | None = None

    @property
    def out_of_order(self) -> tuple[tuple[str, str], ...]:
        """The names of each two milestones of which the first may not lie after the second, and does."""
        return tuple(pair for pair in (*_OF_HARM, *_OF_RESPONSE) if self._is_reversed(*pair))

    def _is_reversed(self, first: str, second: str) -> bool:
        since, until = getattr(self, first), getattr(self, second)
        return since is not None and until is not None and since > until


_OF_HARM: Final = (("started_at", "detected_at"), ("detected_at", "restored_at"), ("restored_at", "resolved_at"))
_OF_RESPONSE: Final = (("started_at", "mitigated_at"), ("mitigated_at", "restored_at"), ("detected_at", "logged_at"))


class StateItem(Frozen):
    """A change of state."""

    at: Utc
    old: State | None
    new: State
    by: PersonId
    effective_at: Utc | None = None


class PriorityItem(Frozen):
    """A priority with its impact and urgency, and its targets in minutes."""

    at: Utc
    impact: int
    urgency: int
    priority: Priority
    by: PersonId
    justification: PersonalText
    ack_minutes: int | None = None
    commander_minutes: int | None = None
    restore_minutes: int | None = None
    simple_class: str | None = None
    effective_at: Utc | None = None


class Interval(Frozen):
    """Who held a role from when to when (UTC); `until` is None while they hold it."""

    role: Role
    who: PersonId
    since: Utc
    until: Utc | None = None


class Offer(Frozen):
    """A handover that is offered and not accepted; `n` is the entry that offered it."""

    n: int
    role: Role
    from_who: PersonId
    to: PersonId
    at: Utc


class OpenSlot(Frozen):
    """An update that is owed: due at `due_at`, missed after `missed_after` (UTC)."""

    due_at: Utc
    missed_after: Utc
    final: bool = False


class Slot(Frozen):
    """An update that was owed, met or missed; or `count` in a row, one every `every_s` seconds, that were missed."""

    due_at: Utc
    status: Literal["met", "met_out_of_band", "missed"]
    missed_after: Utc
    final: bool = False
    update_at: Utc | None = None
    recorded_at: Utc | None = None
    count: int = 1
    every_s: int = 0

    def part(self, first: int, count: int = 1) -> Slot:
        """Return `count` of the slots in a row, from the one at this place."""
        if (first, count) == (0, self.count):
            return self
        later = first * timedelta(seconds=self.every_s)
        every_s = self.every_s if count > 1 else 0
        moved = {"due_at": self.due_at + later, "missed_after": self.missed_after + later}
        return self.model_copy(update={**moved, "count": count, "every_s": every_s})


class UpdateDelivery(Frozen):
    """What became of an update on one way to its audience: `recipient` is a setting, None for the channel in Slack."""

    audience: Audience
    recipient: str | None
    medium: Medium
    at: Utc
    is_delivered: bool


class AudienceState(Frozen):
    """What one audience was owed, got and is owed next. Its last update is entry `last_post`; `unreached`: by no one.

    `final_at` is the last update that counts as final, `promised_at` the time that the last update promised for the next.
    """

    audience: Audience
    open: OpenSlot | None = None
    slots: tuple[Slot, ...] = ()
    posts: int = 0
    ever_owed: bool = False
    held: bool = False
    ever_held: bool = False
    final_at: Utc | None = None
    last_post_at: Utc | None = None
    promised_at: Utc | None = None
    last_post: int | None = None
    unreached: bool = False

    @property
    def promise(self) -> Utc | None:
        """The promised time of an update that no slot holds, as at a priority that owes the audience none; None without one."""
        if self.open is not None or self.held or self.promised_at is None:
            return None
        missed = [slot.part(slot.count - 1).due_at for slot in self.slots[-1:] if slot.status == "missed"]
        return self.promised_at if not missed or missed[0] < self.promised_at else None

    def each_slot(self) -> Iterator[Slot]:
        """Return the judged slots one by one."""
        return (slot.part(n) if slot.count > 1 else slot for slot in self.slots for n in range(slot.count))


class Escalation(Frozen):
    """A request for help or authority; `n` is its entry, `medium` what it was answered by, None for Slack.

    `taker` gave the answer at a provider in place of the person called, or one whom only the provider knows (`taker_name`).
    """

    n: int
    at: Utc
    how: Literal["functional", "hierarchical"]
    to: PersonalText
    person: PersonId | None
    by: PersonId
    reason: PersonalText
    answer_by: Utc | None = None
    ladder: tuple[PersonId, ...] = ()
    answer: Literal["accepted", "declined", "lapsed"] | None = None
    answered_at: Utc | None = None
    medium: Medium | None = None
    taker: PersonId | None = None
    taker_name: MaybePersonalText = None
    automatic: bool = False
    followed: bool = False
    follows: int | None = None
    effective_at: Utc | None = None
    rounds: int = 0
    levels: tuple[PersonId, ...] = ()
    last: PersonId | None = None

    @property
    def holder(self) -> PersonId | None:
        """Who has it once it is accepted: who took it at a provider, else the person called."""
        return self.taker or self.person


class TempFix(Frozen):
    """A temporary fix, its owner and its removal."""

    id: str
    text: PersonalText
    owner: PersonId | None
    remove_by: Utc | None
    removed_at: Utc | None = None


class Action(Frozen):
    """A task for one person."""

    id: str
    text: PersonalText
    assignee: PersonId
    opened_at: Utc
    due_at: Utc | None = None
    done_at: Utc | None = None


class Link(Frozen):
    """A record elsewhere."""

    link: str
    ref: PersonalText


class AuthoredText(Frozen):
    """A text with its author: an earlier resolution, a workaround."""

    text: PersonalText


class Resolution(Frozen):
    """How the incident was resolved; amended texts keep who resolved it and when."""

    how: str
    text: PersonalText
    by: PersonId
    at: Utc
    meets_rule: bool
    earlier: tuple[AuthoredText, ...] = ()
    effective_at: Utc | None = None


class Validation(Frozen):
    """Evidence that a validation criterion is met."""

    at: Utc
    criterion: str
    by: PersonId
    evidence: PersonalText
    effective_at: Utc | None = None


class Review(Frozen):
    """The scheduled post-incident review, and who scheduled it when; None in older records."""

    owner: PersonId
    at: Utc
    set_by: PersonId | None = None
    set_at: Utc | None = None


class ClosureAttempt(Frozen):
    """An attempt to close, with what was missing."""

    at: Utc
    by: PersonId
    missing: tuple[str, ...]
    accepted: bool


class ReopenItem(Frozen):
    """A reopening. `since` starts the episode that it began: the recurrence, or the time of the reopening."""

    at: Utc
    by: PersonId
    reason: PersonalText
    recurrence_at: Utc | None
    from_state: State
    since: Utc | None = None


class Episode(Frozen):
    """A period of harm: from its start until the service was restored (UTC)."""

    start: Utc
    restored_at: Utc | None = None
