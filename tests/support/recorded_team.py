"""A recorded team: one long incident with an entry of nearly every kind, two short ones, and a workspace chain.

Facts are chosen to be plausible in order, since the fold reads them; nothing here goes through a verb.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

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
from incident.entries.aftermath import lessons, reviews
from incident.entry import EntryPoint, Fact, IncidentKey, NewEntry, Source, workspace_chain
from incident.fold.fold import apply, fold
from incident.medium import Medium, PlannedMethod, slack_ref
from incident.model.incident import Incident
from incident.ports import UnitOfWork
from incident.states import ActionSort, Audience, Document, DocumentState, LessonTarget, Part, Priority, State
from roles.person_ids import MUSTER, PersonId, slack_person
from roles.role_names import Role
from storage.store import Store

TEAM = "T1"
RECORD_START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
ADA, BEN, CYD = (slack_person(TEAM, user) for user in ("UADA", "UBEN", "UCYD"))
CHANNEL = "C01INC"
SECRET = "the password is xyzzy-plugh-42"


def at(minutes: float) -> datetime:
    return RECORD_START + timedelta(minutes=minutes)


def ts(second: int) -> str:
    return f"{1772359200 + second}.000100"


def draft(fact: Fact, *, by: PersonId = ADA, minutes: float = 0, event: str | None = None) -> NewEntry:
    source = Source(surface=EntryPoint.COMMAND, channel=CHANNEL, event=event)
    return NewEntry(fact=fact, by=by, occurred_at=at(minutes), source=source)


def declared(number: str, *, title: str = "Payments fail", drill: bool = False) -> lifecycle.Declared:
    return lifecycle.Declared(
        number=number,
        title=title,
        symptom="Cards are declined 🔥 *everywhere*",
        service="payments",
        service_owner=CYD,
        customer_facing=True,
        type="it",
        category="software",
        subcategory=None,
        owner_group="pay-core",
        started_at=at(-5),
        detected_at=at(-2),
        reporter=ADA,
        detection_source="alert",
        drill=drill,
        restricted=False,
        provisional=False,
        regimes=("gdpr33",),
        policy_hash="p" * 64,
        from_channel="C0GEN",
        from_message=ts(0),
    )


@dataclass
class Script:
    """Facts in order; `add` tells the number an entry will have, for the facts that point back."""

    drafts: list[NewEntry] = field(default_factory=list)

    def add(self, fact: Fact, *, by: PersonId = ADA, backfilled: bool = False) -> int:
        minutes = len(self.drafts) - (15 if backfilled else 0)
        self.drafts.append(draft(fact, by=by, minutes=minutes, event=f"Ev{len(self.drafts)}"))
        return len(self.drafts)


def long_script(number: str) -> list[NewEntry]:
    """Return the long incident: declared, staffed, discussed, updated, restored, refused, closed, reopened, redacted."""
    s = Script()
    s.add(declared(number))
    s.add(lifecycle.StateChanged(old=State.LOGGED, new=State.TRIAGED))
    s.add(
        classification.PriorityChanged(
            old=None, impact=1, urgency=1, priority=Priority.P1, justification="All cards", initial=True, ack_minutes=5
        )
    )
    s.add(lifecycle.MajorDeclared(reason=None, automatic=True), by=MUSTER)
    s.add(delivery.ChannelMade(channel=CHANNEL, name="inc-2026-0001-payments"), by=MUSTER)
    s.add(delivery.CardPosted(medium=Medium.SLACK, ref=slack_ref(CHANNEL, ts(1))), by=MUSTER)
    s.add(delivery.Announced(medium=Medium.SLACK, ref=slack_ref("C0INCIDENTS", ts(2))), by=MUSTER)
    s.add(conversation.Joined(channel=CHANNEL, who=BEN), by=BEN)
    s.add(lifecycle.Acknowledged(), by=BEN)
    s.add(role_holders.RoleTaken(role=Role.COMMANDER, who=BEN), by=BEN)
    s.add(lifecycle.StateChanged(old=State.TRIAGED, new=State.ACTIVE), by=MUSTER)
    _talk(s)
    _staff(s)
    _inform(s)
    _restore(s)
    _prove(s)
    _correct(s)
    _approve(s)
    _page(s)
    _notify(s)
    _look_back(s)
    contained = s.add(restoration.Contained(id="C2", term="long", text="Path closed", review_at=at(900)))
    s.add(restoration.ContainmentReviewed(id="C2", contained=contained, text="It holds", review_at=at(1800)))
    s.add(restoration.ContainmentUndone(id="C2", contained=contained, text="The cause is gone"))
    s.add(delivery.ChannelChanged(channel=CHANNEL, how="renamed", name="payments-war-room"), by=MUSTER)
    return s.drafts


def _talk(s: Script) -> None:
    posted = s.add(conversation.MessagePosted(channel=CHANNEL, ts=ts(10), author=ADA, text=SECRET, files="key.txt"))
    pinned = s.add(conversation.MessagePinned(channel=CHANNEL, ts=ts(10), author=ADA, text=SECRET), by=BEN)
    edited = s.add(
        conversation.MessageEdited(
            channel=CHANNEL, ts=ts(10), edited_ts=ts(11), author=ADA, text="gone", previous=SECRET
        )
    )
    s.add(conversation.SourceChanged(corrects=pinned, change="edited"), by=ADA)
    s.add(conversation.PinRemoved(channel=CHANNEL, ts=ts(10)), by=BEN)
    s.add(conversation.Reacted(channel=CHANNEL, ts=ts(10), emoji="eyes"), by=BEN)
    rolling = s.add(
        conversation.MessagePosted(channel=CHANNEL, ts=ts(12), thread_ts=ts(10), author=BEN, text="Rolling back, ‏שלום")
    )
    s.add(conversation.MessageDeleted(channel=CHANNEL, ts=ts(12), author=BEN, previous="Rolling back"), by=BEN)
    noted = s.add(conversation.Noted(text="Deploy 4711 went out at 09:55"), backfilled=True)
    s.add(conversation.Corrected(corrects=noted, text="It was 4712"))
    s.add(conversation.DecisionMade(id="D1", text="Fail over", rationale="Fastest", approved_by=CYD))
    s.add(conversation.ActionOpened(id="A1", text="Page the bank", assignee=CYD, due_at=at(60)))
    s.add(conversation.ActionDone(id="A1", result="They are on it"), by=CYD)
    s.add(conversation.GapNoted(edge="begins"), by=MUSTER)
    s.add(conversation.GapNoted(edge="ends", since=at(0), recovered=3), by=MUSTER)
    s.add(delivery.HistoryTaken(messages=12, more=True), by=MUSTER)
    s.add(conversation.Masked(channel=CHANNEL, ts=ts(12), entries=(rolling,), reason="Not for everybody"), by=CYD)
    s.add(conversation.MaskLifted(channel=CHANNEL, ts=ts(12), entries=(rolling,)), by=CYD)
    s.add(conversation.Masked(channel=CHANNEL, ts=ts(10), entries=(posted, pinned), reason="A password"), by=BEN)
    s.add(
        conversation.Redacted(channel=CHANNEL, ts=ts(10), entries=(posted, pinned, edited), reason="A password"), by=CYD
    )


def _staff(s: Script) -> None:
    s.add(role_holders.RoleTaken(role=Role.SCRIBE, who=ADA))
    s.add(role_holders.HandoverOffered(role=Role.COMMANDER, from_who=BEN, to=CYD, note="Bank is next, ask Ada"), by=BEN)
    s.add(role_holders.HandoverAccepted(role=Role.COMMANDER, from_who=BEN, to=CYD), by=CYD)
    s.add(role_holders.RoleAssumed(role=Role.SCRIBE, from_who=ADA, reason="Away"), by=BEN)
    s.add(role_holders.RoleTaken(role=Role.SCRIBE, who=BEN, how="forced"), by=BEN)
    s.add(role_holders.RoleReleased(role=Role.SCRIBE, who=BEN), by=BEN)
    called = s.add(
        role_holders.Escalated(
            how="hierarchical", to="CTO", person=BEN, reason="Money", answer_by=at(70), ladder=(BEN, CYD)
        )
    )
    s.add(role_holders.EscalationLapsed(escalation=called), by=MUSTER)
    again = s.add(
        role_holders.Escalated(how="hierarchical", to="next", person=CYD, reason="Money", follows=called), by=MUSTER
    )
    s.add(role_holders.EscalationAnswered(escalation=again, answer="accepted"), by=CYD)
    s.add(conversation.Left(channel=CHANNEL, who=ADA))


def _inform(s: Script) -> None:
    to = Audience.INTERNAL
    s.add(status_updates.UpdateDue(audience=to, due_at=at(40), missed_after=at(45), cause="started"), by=MUSTER)
    s.add(status_updates.UpdateMissed(audience=to, due_at=at(40)), by=MUSTER)
    s.add(status_updates.UpdateDue(audience=to, due_at=at(70), missed_after=at(75), cause="missed"), by=MUSTER)
    update = s.add(
        status_updates.StatusUpdatePosted(audience=to, text="Cards fail, bank called", met_slot=True), by=CYD
    )
    s.add(
        status_updates.UpdateDelivered(update=update, audience=to, medium=Medium.SLACK, ref=slack_ref(CHANNEL, ts(20))),
        by=MUSTER,
    )
    s.add(
        status_updates.UpdateDue(audience=Audience.EXEC, due_at=at(90), missed_after=at(95), cause="started"), by=MUSTER
    )
    s.add(status_updates.UpdatesHeld(audience=Audience.EXEC, reason="Counsel"), by=CYD)
    s.add(status_updates.UpdateDropped(audience=Audience.EXEC, cause="held"), by=MUSTER)
    s.add(status_updates.UpdatesReleased(audience=Audience.EXEC, reason="Cleared"), by=CYD)
    asked = s.add(delivery.PromptDue(due="ack", ask="ack", asked=(BEN,), due_at=at(5)), by=MUSTER)
    s.add(delivery.PromptSent(prompt=asked, medium=Medium.SLACK, ref=slack_ref(CHANNEL, ts(21))), by=MUSTER)
    s.add(delivery.PromptPutOff(due="ack", until=at(80)), by=BEN)
    s.add(
        delivery.DeliveryFailed(medium=Medium.SLACK, what="invitation", who=CYD, error="user_is_restricted"), by=MUSTER
    )


def _restore(s: Script) -> None:
    s.add(restoration.Contained(term="short", text="Traffic drained"))
    s.add(restoration.TempFixAdded(id="TF1", text="Retries off", owner=None, remove_by=None))
    s.add(restoration.TempFixSet(id="TF1", owner=BEN, remove_by=at(9999)))
    s.add(restoration.TempFixRemoved(id="TF1", evidence="Commit 99"))
    s.add(restoration.WorkaroundFound(text="Pay by invoice"))
    s.add(lifecycle.StateChanged(old=State.ACTIVE, new=State.MITIGATED, statement="Half the cards work"))
    s.add(lifecycle.StateChanged(old=State.MITIGATED, new=State.RESTORED, statement="All cards work"))
    s.add(lifecycle.TimeSet(field="restored_at", at=at(64), basis="Graph"))
    s.add(classification.CategoryChanged(category="network", subcategory="dns", reason="It was DNS"))
    s.add(classification.Reclassified(old="it", type="third_party", reason="The bank's resolver"))
    s.add(restoration.Resolved(how="permanent_fix", text="Resolver replaced and caches flushed", meets_rule=True))
    s.add(lifecycle.StateChanged(old=State.RESTORED, new=State.RESOLVED))
    s.add(restoration.ResolutionAmended(text="Resolver replaced, caches flushed, TTL lowered", meets_rule=True))
    s.add(restoration.Linked(link="problem", ref="PRB-7"))
    s.add(restoration.LinkNone(reason="No change was made"))


def _prove(s: Script) -> None:
    s.add(closure.ClosureRefused(missing=("VALIDATION", "PIR_SCHEDULED")), by=CYD)
    s.add(closure.Refused(verb="close", intent="close", code="E_CLOSE_INCOMPLETE"), by=CYD)
    s.add(closure.Validated(criterion="monitoring_verified", evidence="Dashboard 12"))
    s.add(closure.ReviewScheduled(owner=CYD, at=at(9000)))
    s.add(classification.Confirmed(category=True, priority=True), by=CYD)
    s.add(lifecycle.StateChanged(old=State.RESOLVED, new=State.CLOSED), by=CYD)
    s.add(integrity.Preserved(on=True, reason="Claim 17"), by=CYD)
    s.add(integrity.Preserved(on=False, reason="Claim 17 is settled"), by=CYD)
    s.add(delivery.Exported(who=CYD, upto=1, head="e" * 64), by=CYD)
    s.add(lifecycle.Reopened(reason="Back again", recurrence_at=at(90), from_state=State.CLOSED), by=BEN)
    s.add(lifecycle.StateChanged(old=State.CLOSED, new=State.ACTIVE), by=BEN)
    s.add(lifecycle.JoinedAsDuplicate(number="INC-2026-0002", who=ADA), by=MUSTER)


def _correct(s: Script) -> None:
    """Put right what was recorded: a title, the time of a note, an update; and take back the last note."""
    s.add(lifecycle.TitleChanged(title="Card payments fail at the bank"))
    noted = s.add(conversation.Noted(text="The bank rang back"))
    s.add(conversation.TimeCorrected(corrects=noted, old=at(noted), happened_at=at(3), text="By the call log"))
    exec_update = s.add(status_updates.StatusUpdatePosted(audience=Audience.EXEC, text="Card paymnets fail"), by=CYD)
    s.add(status_updates.UpdateCorrected(update=exec_update, audience=Audience.EXEC, text="Card payments fail"), by=CYD)
    stray = s.add(conversation.Noted(text="Meant for another incident"), by=BEN)
    s.add(lifecycle.Undone(entries=(stray,), kinds=(conversation.Noted.kind,), reason="Another incident"), by=BEN)


def _approve(s: Script) -> None:
    to, text = Audience.CUSTOMER, "Some cards are declined"
    first = s.add(status_updates.UpdateDrafted(audience=to, text=text, warned=("update_repeats",)))
    s.add(status_updates.UpdateDraftClosed(draft=first, audience=to, outcome="discarded", reason="Too early"))
    draft = s.add(status_updates.UpdateDrafted(audience=to, text=f"{text}, pay by invoice"))
    s.add(status_updates.UpdateDraftClosed(draft=draft, audience=to, outcome="approved"), by=CYD)
    s.add(
        status_updates.StatusUpdatePosted(audience=to, text=f"{text}, pay by invoice", author=ADA, draft=draft), by=CYD
    )


def _page(s: Script) -> None:
    call = s.add(
        role_holders.Escalated(how="functional", to=BEN, person=BEN, reason="", answer_by=at(99), automatic=True),
        by=MUSTER,
    )
    voice = {"escalation": call, "position": 1, "medium": Medium.VOICE}
    s.add(delivery.PagePlanned(escalation=call, methods=(PlannedMethod(1, Medium.VOICE),)), by=MUSTER)
    s.add(delivery.PageAttempted(**voice, outcome="sent", ref="CA1"), by=MUSTER)
    s.add(delivery.PageEnded(**voice, how="unreached", error="No one picked up"), by=MUSTER)


def _notify(s: Script) -> None:
    """Notify legal by a rule, whose mail bounces; and note what came in from outside."""
    notified = s.add(delivery.Notified(rule="P1", office="legal", people=(CYD,), due_at=at(99)), by=MUSTER)
    s.add(delivery.NoticeDelivered(notified=notified, who=CYD, medium=Medium.EMAIL, error="Mailbox full"), by=MUSTER)
    s.add(delivery.NoticeSeen(notified=notified), by=CYD)
    s.add(restoration.InboundNoted(origin="customer", count=40, text="We cannot pay"), by=BEN)


def _look_back(s: Script) -> None:
    """Hold and write the review, find the cause, and follow it up."""
    s.add(reviews.RecurrenceSeen(numbers=("INC-2025-0007", "INC-2025-0009"), days=90), by=MUSTER)
    s.add(reviews.RcaOpened(due_at=at(9000), why="major"), by=MUSTER)
    s.add(reviews.ReviewHeld(at=at(90), attendees="Ada, Ben", text="We agreed on the cause"))
    s.add(reviews.PartWritten(document=Document.REVIEW, part=Part.WHAT_HAPPENED, text="A certificate expired"))
    s.add(reviews.PartWritten(document=Document.RCA, part=Part.ROOT_CAUSE, text="No one renews certificates"))
    s.add(reviews.DocumentMoved(document=Document.REVIEW, state=DocumentState.IN_REVIEW))
    s.add(reviews.DocumentMoved(document=Document.REVIEW, state=DocumentState.DRAFT, reason="Too short"), by=BEN)
    due = {"owner": BEN, "due_at": at(9999)}
    s.add(lessons.LessonLearned(id="L1", text="Renew by machine", target=LessonTarget.TOOL, **due))
    s.add(
        lessons.CorrectiveActionOpened(
            id="CA1", text="Renew it", sort=ActionSort.PREVENT, lesson="L1", ticket="OPS-1", **due
        )
    )
    s.add(lessons.CorrectiveActionMoved(id="CA1", reason="Ben is away", **due))
    s.add(lessons.CorrectiveActionDone(id="CA1", evidence="The log of the job", check_at=at(9999)), by=BEN)
    s.add(lessons.CorrectiveActionChecked(id="CA1", works=True, text="It renewed one"), by=BEN)
    s.add(lessons.CorrectiveActionDropped(id="CA1", reason="The vendor renews it"), by=BEN)
    s.add(lessons.SignOffAsked(due_at=at(9999), by=(CYD,)), by=MUSTER)
    s.add(lessons.ResourcesAsked(id="RS1", text="One more engineer"), by=BEN)
    s.add(lessons.ResourcesAnswered(id="RS1", granted=False, text="Next year"), by=CYD)
    s.add(lessons.OutcomeSigned(text="Hire one more"), by=CYD)


def void_script(number: str) -> list[NewEntry]:
    s = Script()
    s.add(declared(number, title="Payments fail too"))
    s.add(lifecycle.Voided(as_="duplicate", reason="The same thing twice", duplicate_of="INC-2026-0001"))
    s.add(lifecycle.StateChanged(old=State.TRIAGED, new=State.VOID_DUPLICATE))
    return s.drafts


def drill_script(number: str) -> list[NewEntry]:
    s = Script()
    s.add(declared(number, title="Exercise", drill=True))
    s.add(lifecycle.DrillInjected(text="The backup is empty"))
    s.add(lifecycle.DrillEnded(summary="Found the runbook late"))
    s.add(lifecycle.StateChanged(old=State.TRIAGED, new=State.DRILL_ENDED))
    return s.drafts


def record(store: Store, script: Callable[[str], list[NewEntry]]) -> IncidentKey:
    """Record a script, each entry in a transaction of its own, as commands would."""

    def begin(unit: UnitOfWork) -> tuple[IncidentKey, list[NewEntry]]:
        key, number = unit.new_incident(TEAM, RECORD_START)
        drafts = script(number)
        step(unit, key, drafts[0])
        return key, drafts

    key, drafts = store.recorder.transact(begin)
    for one in drafts[1:]:
        store.recorder.transact(lambda unit, one=one: step(unit, key, one))
    return key


def step(unit: UnitOfWork, key: IncidentKey, one: NewEntry) -> Incident:
    """Append one entry, fold and project it, and delete the text it redacts."""
    before = unit.load(key)
    (entry,) = unit.append(key, [one], one.occurred_at)
    undoes = isinstance(entry.fact, lifecycle.Undone)
    after = fold(unit.unmasked().entries(key)) if undoes else apply(before, entry)
    if isinstance(entry.fact, conversation.Redacted):
        unit.delete_text(key, entry.fact.entries)
    unit.project(after)
    return after


def refuse(store: Store, minutes: float = 0) -> None:
    """Record a refusal that belongs to no incident."""
    fact = closure.Refused(verb="declare", intent="declare", code="E_UNKNOWN_SERVICE", fields=("service",))
    store.recorder.transact(
        lambda unit: unit.append(workspace_chain(TEAM), [draft(fact, minutes=minutes)], at(minutes))
    )


def redacted_by_number(noted: int) -> list[NewEntry]:
    """Return a note, which becomes entry `noted`, and its mask and redaction by its number."""
    only = {"entry": noted, "entries": (noted,)}
    return [
        draft(conversation.Noted(text="Mrs Huber rang")),
        draft(conversation.Masked(**only, reason="A name"), by=BEN),
        draft(conversation.MaskLifted(**only), by=CYD),
        draft(conversation.Masked(**only, reason="A name after all"), by=BEN),
        draft(conversation.Redacted(**only, reason="A name"), by=CYD),
    ]


def record_all(store: Store) -> list[IncidentKey]:
    """Record the whole team."""
    keys = [record(store, script) for script in (long_script, void_script, drill_script)]
    refuse(store)
    return keys
