"""A recorded team: one long incident with an entry of nearly every kind, two short ones, and a workspace chain.

Facts are chosen to be plausible in order, since the fold reads them; nothing here goes through a verb.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from incident.entries import classified, informed, kept, opened, proved, restored, said, sent, staffed
from incident.entry import Draft, Fact, IncidentKey, Source, Surface, workspace_chain
from incident.fold import apply
from incident.incident import Incident
from incident.ports import UnitOfWork
from incident.states import Audience, Priority, State
from roles.person_ids import MUSTER, PersonId, slack_person
from roles.role_names import Role
from storage.store import Store

TEAM = "T1"
T0 = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
ADA, BEN, CYD = (slack_person(TEAM, user) for user in ("UADA", "UBEN", "UCYD"))
CHANNEL = "C01INC"
SECRET = "the password is xyzzy-plugh-42"


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def ts(second: int) -> str:
    return f"{1772359200 + second}.000100"


def draft(fact: Fact, *, by: PersonId = ADA, minutes: float = 0, event: str | None = None) -> Draft:
    source = Source(surface=Surface.COMMAND, channel=CHANNEL, event=event)
    return Draft(fact=fact, by=by, occurred_at=at(minutes), source=source)


def declared(number: str, *, title: str = "Payments fail", drill: bool = False) -> opened.Declared:
    return opened.Declared(
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

    drafts: list[Draft] = field(default_factory=list)

    def add(self, fact: Fact, *, by: PersonId = ADA, backfilled: bool = False) -> int:
        minutes = len(self.drafts) - (15 if backfilled else 0)
        self.drafts.append(draft(fact, by=by, minutes=minutes, event=f"Ev{len(self.drafts)}"))
        return len(self.drafts)


def long_script(number: str) -> list[Draft]:
    """Give the long incident: declared, staffed, talked about, told, restored, refused, closed, reopened, redacted."""
    s = Script()
    s.add(declared(number))
    s.add(opened.StateChanged(old=State.LOGGED, new=State.TRIAGED))
    s.add(
        classified.PriorityChanged(
            old=None, impact=1, urgency=1, priority=Priority.P1, justification="All cards", initial=True, ack_minutes=5
        )
    )
    s.add(opened.MajorDeclared(reason=None, automatic=True), by=MUSTER)
    s.add(sent.ChannelMade(channel=CHANNEL, name="inc-2026-0001-payments"), by=MUSTER)
    s.add(sent.CardPosted(channel=CHANNEL, ts=ts(1)), by=MUSTER)
    s.add(sent.Announced(channel="C0INCIDENTS", ts=ts(2)), by=MUSTER)
    s.add(said.Joined(channel=CHANNEL, who=BEN), by=BEN)
    s.add(opened.Acknowledged(), by=BEN)
    s.add(staffed.RoleTaken(role=Role.COMMANDER, who=BEN), by=BEN)
    s.add(opened.StateChanged(old=State.TRIAGED, new=State.ACTIVE), by=MUSTER)
    _talk(s)
    _staff(s)
    _inform(s)
    _restore(s)
    _prove(s)
    return s.drafts


def _talk(s: Script) -> None:
    posted = s.add(said.MessagePosted(channel=CHANNEL, ts=ts(10), author=ADA, text=SECRET, files="key.txt"))
    pinned = s.add(said.MessagePinned(channel=CHANNEL, ts=ts(10), author=ADA, text=SECRET), by=BEN)
    edited = s.add(
        said.MessageEdited(channel=CHANNEL, ts=ts(10), edited_ts=ts(11), author=ADA, text="gone", previous=SECRET)
    )
    s.add(said.SourceChanged(corrects=pinned, change="edited"), by=ADA)
    s.add(said.PinRemoved(channel=CHANNEL, ts=ts(10)), by=BEN)
    s.add(said.Reacted(channel=CHANNEL, ts=ts(10), emoji="eyes"), by=BEN)
    rolling = s.add(
        said.MessagePosted(channel=CHANNEL, ts=ts(12), thread_ts=ts(10), author=BEN, text="Rolling back, ‏שלום")
    )
    s.add(said.MessageDeleted(channel=CHANNEL, ts=ts(12), author=BEN, previous="Rolling back"), by=BEN)
    noted = s.add(said.Noted(text="Deploy 4711 went out at 09:55"), backfilled=True)
    s.add(said.Corrected(corrects=noted, text="It was 4712"))
    s.add(said.DecisionMade(id="D1", text="Fail over", rationale="Fastest", approved_by=CYD))
    s.add(said.ActionOpened(id="A1", text="Page the bank", assignee=CYD, due_at=at(60)))
    s.add(said.ActionDone(id="A1", result="They are on it"), by=CYD)
    s.add(said.GapNoted(edge="begins"), by=MUSTER)
    s.add(said.GapNoted(edge="ends", since=at(0), recovered=3), by=MUSTER)
    s.add(sent.HistoryTaken(messages=12, more=True), by=MUSTER)
    s.add(said.Masked(channel=CHANNEL, ts=ts(12), entries=(rolling,), reason="Not for everybody"), by=CYD)
    s.add(said.MaskLifted(channel=CHANNEL, ts=ts(12), entries=(rolling,)), by=CYD)
    s.add(said.Masked(channel=CHANNEL, ts=ts(10), entries=(posted, pinned), reason="A password"), by=BEN)
    s.add(said.Redacted(channel=CHANNEL, ts=ts(10), entries=(posted, pinned, edited), reason="A password"), by=CYD)


def _staff(s: Script) -> None:
    s.add(staffed.RoleTaken(role=Role.SCRIBE, who=ADA))
    s.add(staffed.HandoverOffered(role=Role.COMMANDER, from_who=BEN, to=CYD, note="Bank is next, ask Ada"), by=BEN)
    s.add(staffed.HandoverAccepted(role=Role.COMMANDER, from_who=BEN, to=CYD), by=CYD)
    s.add(staffed.RoleAssumed(role=Role.SCRIBE, from_who=ADA, reason="Away"), by=BEN)
    s.add(staffed.RoleTaken(role=Role.SCRIBE, who=BEN, how="forced"), by=BEN)
    s.add(staffed.RoleReleased(role=Role.SCRIBE, who=BEN), by=BEN)
    called = s.add(
        staffed.Escalated(how="hierarchical", to="CTO", person=BEN, reason="Money", answer_by=at(70), ladder=(BEN, CYD))
    )
    s.add(staffed.EscalationLapsed(escalation=called), by=MUSTER)
    again = s.add(
        staffed.Escalated(how="hierarchical", to="next", person=CYD, reason="Money", follows=called), by=MUSTER
    )
    s.add(staffed.EscalationAnswered(escalation=again, answer="accepted"), by=CYD)
    s.add(said.Left(channel=CHANNEL, who=ADA))


def _inform(s: Script) -> None:
    to = Audience.INTERNAL
    s.add(informed.UpdateDue(audience=to, due_at=at(40), missed_after=at(45), cause="started"), by=MUSTER)
    s.add(informed.UpdateMissed(audience=to, due_at=at(40)), by=MUSTER)
    s.add(informed.UpdateDue(audience=to, due_at=at(70), missed_after=at(75), cause="missed"), by=MUSTER)
    update = s.add(informed.StatusUpdatePosted(audience=to, text="Cards fail, bank called", met_slot=True), by=CYD)
    s.add(informed.UpdateDelivered(update=update, audience=to, channel=CHANNEL, ts=ts(20)), by=MUSTER)
    s.add(informed.UpdateDue(audience=Audience.EXEC, due_at=at(90), missed_after=at(95), cause="started"), by=MUSTER)
    s.add(informed.UpdatesHeld(audience=Audience.EXEC, reason="Counsel"), by=CYD)
    s.add(informed.UpdateDropped(audience=Audience.EXEC, cause="held"), by=MUSTER)
    s.add(informed.UpdatesReleased(audience=Audience.EXEC, reason="Cleared"), by=CYD)
    asked = s.add(sent.PromptDue(due="ack", ask="ack", asked=(BEN,), due_at=at(5)), by=MUSTER)
    s.add(sent.PromptSent(prompt=asked, channel=CHANNEL, ts=ts(21)), by=MUSTER)
    s.add(sent.PromptPutOff(due="ack", until=at(80)), by=BEN)
    s.add(sent.PlaceLost(what="invitation", who=CYD, error="user_is_restricted"), by=MUSTER)


def _restore(s: Script) -> None:
    s.add(restored.Contained(term="short", text="Traffic drained"))
    s.add(restored.TempFixAdded(id="TF1", text="Retries off", owner=None, remove_by=None))
    s.add(restored.TempFixSet(id="TF1", owner=BEN, remove_by=at(9999)))
    s.add(restored.TempFixRemoved(id="TF1", evidence="Commit 99"))
    s.add(restored.WorkaroundFound(text="Pay by invoice"))
    s.add(opened.StateChanged(old=State.ACTIVE, new=State.MITIGATED, statement="Half the cards work"))
    s.add(opened.StateChanged(old=State.MITIGATED, new=State.RESTORED, statement="All cards work"))
    s.add(opened.TimeSet(field="restored_at", at=at(64), basis="Graph"))
    s.add(classified.CategoryChanged(category="network", subcategory="dns", reason="It was DNS"))
    s.add(classified.Reclassified(old="it", type="third_party", reason="The bank's resolver"))
    s.add(restored.Resolved(how="permanent_fix", text="Resolver replaced and caches flushed", meets_rule=True))
    s.add(opened.StateChanged(old=State.RESTORED, new=State.RESOLVED))
    s.add(restored.ResolutionAmended(text="Resolver replaced, caches flushed, TTL lowered", meets_rule=True))
    s.add(restored.Linked(link="problem", ref="PRB-7"))
    s.add(restored.LinkNone(reason="No change was made"))


def _prove(s: Script) -> None:
    s.add(proved.ClosureRefused(missing=("VALIDATION", "PIR_SCHEDULED")), by=CYD)
    s.add(proved.Refused(verb="close", intent="close", code="E_CLOSE_INCOMPLETE"), by=CYD)
    s.add(proved.Validated(criterion="monitoring_verified", evidence="Dashboard 12"))
    s.add(proved.ReviewScheduled(owner=CYD, at=at(9000)))
    s.add(classified.Confirmed(category=True, priority=True), by=CYD)
    s.add(opened.StateChanged(old=State.RESOLVED, new=State.CLOSED), by=CYD)
    s.add(kept.Preserved(on=True, reason="Claim 17"), by=CYD)
    s.add(kept.Preserved(on=False, reason="Claim 17 is settled"), by=CYD)
    s.add(sent.Exported(who=CYD, upto=1, head="e" * 64), by=CYD)
    s.add(opened.Reopened(reason="Back again", recurrence_at=at(90), from_state=State.CLOSED), by=BEN)
    s.add(opened.StateChanged(old=State.CLOSED, new=State.ACTIVE), by=BEN)
    s.add(opened.JoinedAsDuplicate(number="INC-2026-0002", who=ADA), by=MUSTER)


def void_script(number: str) -> list[Draft]:
    s = Script()
    s.add(declared(number, title="Payments fail too"))
    s.add(opened.Voided(as_="duplicate", reason="The same thing twice", duplicate_of="INC-2026-0001"))
    s.add(opened.StateChanged(old=State.TRIAGED, new=State.VOID_DUPLICATE))
    return s.drafts


def drill_script(number: str) -> list[Draft]:
    s = Script()
    s.add(declared(number, title="Exercise", drill=True))
    s.add(opened.DrillInjected(text="The backup is empty"))
    s.add(opened.DrillEnded(summary="Found the runbook late"))
    s.add(opened.StateChanged(old=State.TRIAGED, new=State.DRILL_ENDED))
    return s.drafts


def record(store: Store, script: Callable[[str], list[Draft]]) -> IncidentKey:
    """Record a script, each entry in a transaction of its own, as commands would."""

    def begin(unit: UnitOfWork) -> tuple[IncidentKey, list[Draft]]:
        key, number = unit.new_incident(TEAM, T0)
        drafts = script(number)
        step(unit, key, drafts[0])
        return key, drafts

    key, drafts = store.recorder.transact(begin)
    for one in drafts[1:]:
        store.recorder.transact(lambda unit, one=one: step(unit, key, one))
    return key


def step(unit: UnitOfWork, key: IncidentKey, one: Draft) -> Incident:
    """Append one draft, fold and project it, and forget the words it redacts."""
    before = unit.load(key)
    (entry,) = unit.append(key, [one], one.occurred_at)
    after = apply(before, entry)
    if isinstance(entry.fact, said.Redacted):
        unit.forget_words(key, entry.fact.entries)
    unit.project(after)
    return after


def refuse(store: Store, minutes: float = 0) -> None:
    """Record a refusal that belongs to no incident."""
    fact = proved.Refused(verb="declare", intent="declare", code="E_UNKNOWN_SERVICE", fields=("service",))
    store.recorder.transact(
        lambda unit: unit.append(workspace_chain(TEAM), [draft(fact, minutes=minutes)], at(minutes))
    )


def told_of_keeping() -> list[Draft]:
    """Give what the workspace chain says of keys, publishing and deletion; made up, so that nothing else bears it out."""
    hexes = {name: name[0] * 64 for name in ("old", "new", "root", "head")}
    return [
        draft(kept.CheckpointPublished(seq=1, root=hexes["root"], channel="C0AUDIT", ts=ts(30)), by=MUSTER),
        draft(
            kept.KeyRotated(
                old=hexes["old"], new=hexes["new"], statement="{}", signature="s" * 128, countersignature="c" * 128
            ),
            by=MUSTER,
        ),
        draft(
            kept.Retired(
                incident="01GONE",
                number="INC-2020-0001",
                entries=9,
                head=hexes["head"],
                ended_at=at(0),
                kept_until=at(9),
                years=3,
                policy_version="1",
                policy_hash="p" * 64,
            ),
            by=MUSTER,
        ),
    ]


def record_all(store: Store) -> list[IncidentKey]:
    """Record the whole team."""
    keys = [record(store, script) for script in (long_script, void_script, drill_script)]
    refuse(store)
    return keys
