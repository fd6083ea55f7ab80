"""A person's last act, and whether it can be taken back: what it recorded, and what others changed since.

An act is what one request recorded, with what Muster recorded because of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from incident.entries import (
    classification,
    closure,
    conversation,
    delivery,
    integrity,
    lifecycle,
    restoration,
    role_holders,
    status_updates,
)
from incident.entries.aftermath import reviews
from incident.entries.outside import (
    affected_data,
    evidence_items,
    findings,
    outside_notices,
    provider_cases,
    regulatory_breach,
    regulatory_clocks,
    report_packs,
)
from incident.entry import Entry, Fact
from incident.fold.aggregate_fold import undone_by
from incident.fold.fold import RunningIncidentFold
from incident.model.incident import Incident
from incident.states import State
from roles.person_ids import MUSTER, PersonId

# What can be taken back: it was only recorded and shown. No one was called by it, and nothing was hidden, deleted or ended.
UNDOABLE: Final = frozenset(
    fact.kind
    for fact in (
        classification.CategoryChanged,
        classification.Confirmed,
        classification.HarmMarked,
        classification.LevelsProposed,
        classification.PriorityChanged,
        classification.SpreadNoted,
        closure.ReviewScheduled,
        findings.FindingConfirmed,
        findings.FindingMade,
        findings.FindingRefuted,
        restoration.Recovered,
        restoration.RecoveryChecked,
        closure.Validated,
        conversation.ActionDone,
        conversation.ActionOpened,
        conversation.Corrected,
        conversation.DecisionMade,
        conversation.Noted,
        conversation.TimeCorrected,
        affected_data.AffectedNoted,
        affected_data.Screened,
        evidence_items.EvidenceSecured,
        outside_notices.OutsideNoticeGiven,
        report_packs.PackValueTyped,
        provider_cases.CaseChased,
        provider_cases.CaseOpened,
        provider_cases.CaseUpdated,
        provider_cases.CustomersInformed,
        lifecycle.Acknowledged,
        lifecycle.DrillInjected,
        lifecycle.MajorDeclared,
        lifecycle.StateChanged,
        lifecycle.TimeSet,
        lifecycle.TitleChanged,
        restoration.Contained,
        restoration.ContainmentReviewed,
        restoration.ContainmentUndone,
        restoration.Linked,
        restoration.LinkNone,
        restoration.ResolutionAmended,
        restoration.Resolved,
        restoration.TempFixAdded,
        restoration.TempFixRemoved,
        restoration.TempFixSet,
        restoration.WorkaroundFound,
        role_holders.HandoverOffered,
        role_holders.RoleReleased,
        role_holders.RoleTaken,
        status_updates.StatusUpdatePosted,
    )
)
# What cannot, with the sentence of the refusal that says what to do instead.
FINAL: Final[dict[type[Fact], str]] = {
    lifecycle.Declared: "undo_declared",
    lifecycle.Voided: "undo_voided",
    lifecycle.Reopened: "undo_reopened",
    lifecycle.DrillEnded: "undo_drill_ended",
    delivery.QuietSet: "undo_quiet",
    role_holders.Escalated: "undo_escalated",
    role_holders.EscalationAnswered: "undo_answered",
    role_holders.HandoverAccepted: "undo_accepted",
    role_holders.RoleAssumed: "undo_accepted",
    classification.Reclassified: "undo_reclassified",
    conversation.MessagePinned: "undo_pinned",
    conversation.Redacted: "undo_redacted",
    conversation.Masked: "undo_masked",
    conversation.MaskLifted: "undo_unmasked",
    status_updates.UpdateCorrected: "undo_amended",
    status_updates.UpdateDrafted: "undo_drafted",
    status_updates.UpdateDraftClosed: "undo_draft_closed",
    status_updates.UpdatesHeld: "undo_held",
    status_updates.UpdatesReleased: "undo_held",
    integrity.Preserved: "undo_preserved",
    evidence_items.CustodyPassed: "undo_evidence",
    evidence_items.FileSecured: "undo_evidence",
    regulatory_clocks.Determined: "undo_determined",
    regulatory_clocks.NotReportable: "undo_determined",
    regulatory_clocks.ReportSubmitted: "undo_determined",
    regulatory_breach.RegulatoryMarked: "undo_regulatory",
    report_packs.PackFrozen: "undo_pack",
    report_packs.PackApproved: "undo_pack",
    reviews.PartWritten: "undo_part",
}
_OTHER: Final = "undo_other"
_NO_ACTS: Final = frozenset({lifecycle.Undone.kind, conversation.SourceChanged.kind})
_CLOSED: Final = "undo_closed"
# What messages, deliveries and prompts change; no act is lost or made wrong by it.
_UPKEEP: Final = frozenset(
    {"n", "last_entry_at", "last_seen", "prompted", "promotions", "masks", "places", "members", "undone", "spent_ids"}
    | {"call_pages", "update_deliveries"}
)


@dataclass(frozen=True)
class Act:
    """Entries that one request recorded; `own` are those of the person."""

    entries: tuple[Entry, ...]
    own: tuple[Entry, ...]

    @property
    def obstacle(self) -> str | None:
        """The reason why an act of its kind cannot be taken back, or None."""
        for entry in self.own:
            if isinstance(entry.fact, lifecycle.StateChanged) and entry.fact.new is State.CLOSED:
                return _CLOSED
            if entry.fact.kind not in UNDOABLE:
                return FINAL.get(type(entry.fact), _OTHER)
        # The pages of a raised priority stop with it; a call of the privacy officer follows the answer.
        is_screening = any(
            isinstance(entry.fact, affected_data.Screened | affected_data.AffectedNoted) for entry in self.own
        )
        if is_screening and any(isinstance(entry.fact, role_holders.Escalated) for entry in self.entries):
            return FINAL[role_holders.Escalated]
        return None


def last_act(entries: Sequence[Entry], person: PersonId) -> Act | None:
    """Return the last act of a person that was not taken back, or None. Messages and refused requests are no acts."""
    undone, found = undone_by(entries), None
    for act in _acts(entries):
        own = tuple(entry for entry in act if entry.by == person and _is_act(entry.fact) and entry.n not in undone)
        found = Act(act, own) if own else found
    return found


def changed_since(entries: Sequence[Entry], act: Act) -> bool:
    """True if something that an act changed was changed again by a later one.

    An act that only added to a list is independent of later additions.
    """
    first, last = act.entries[0].n, act.entries[-1].n
    before, after, now = _states(entries, (first - 1, last, entries[-1].n))
    return any(
        _conflicts(getattr(before, name), getattr(after, name), getattr(now, name))
        for name in Incident.model_fields
        if name not in _UPKEEP
    )


def changes_state(entries: Sequence[Entry], act: Act) -> bool:
    """True if an act changed the incident, and did more than add to its timeline."""
    before, after = _states(entries, (act.entries[0].n - 1, act.entries[-1].n))
    return any(getattr(before, name) != getattr(after, name) for name in Incident.model_fields if name not in _UPKEEP)


def ids_of(facts: Sequence[Fact]) -> tuple[str, ...]:
    """Return the ids that facts gave, such as A1."""
    given = (
        conversation.ActionOpened,
        evidence_items.EvidenceSecured,
        evidence_items.FileSecured,
        findings.FindingMade,
        restoration.Recovered,
        restoration.Contained,
        restoration.TempFixAdded,
    )
    return tuple(fact.id for fact in facts if isinstance(fact, given) and fact.id)


def _is_act(fact: Fact) -> bool:
    """True if a fact is something that a person did, and not what they wrote in a channel or were refused."""
    return fact.kind not in _NO_ACTS and (fact.timeline is not None or type(fact) in FINAL)


def _acts(entries: Sequence[Entry]) -> Iterator[tuple[Entry, ...]]:
    """Yield the entries of each request: one time, one source, one person and what Muster recorded after them."""
    act: list[Entry] = []
    for entry in entries:
        is_same = act and (entry.recorded_at, entry.source) == (act[0].recorded_at, act[0].source)
        if act and not (is_same and entry.by in (act[0].by, MUSTER)):
            yield tuple(act)
            act = []
        act.append(entry)
    if act:
        yield tuple(act)


def _states(entries: Sequence[Entry], numbers: Sequence[int]) -> tuple[Incident | None, ...]:
    """Return the incident as it was after each of these entries, in one pass."""
    running, found = RunningIncidentFold(undone_by(entries)), dict[int, Incident | None]()
    for entry in entries:
        running.take(entry)
        if entry.n in numbers:
            found[entry.n] = running.state
    return tuple(found[n] for n in numbers)


def _conflicts(before: object, after: object, now: object) -> bool:
    if before == after or after == now:
        return False
    if not (isinstance(before, tuple) and isinstance(after, tuple) and isinstance(now, tuple)):
        return True
    is_addition = after[: len(before)] == before
    return not (is_addition and now[: len(after)] == after)
