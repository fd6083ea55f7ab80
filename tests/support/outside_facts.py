"""A record with every fact that concerns outsiders: evidence, cases at providers, reports to regulators, who is affected and informed."""

from __future__ import annotations

from incident.entries import classification, restoration
from incident.entries.outside import (
    affected_data,
    attached_alerts,
    evidence_items,
    findings,
    outside_notices,
    provider_cases,
    regulatory_breach,
    regulatory_clocks,
    report_packs,
)
from incident.entry import NewEntry
from roles.person_ids import MUSTER
from tests.support.recorded_team import CHANNEL, CYD, Script, at, declared, ts


def outside_script(number: str) -> list[NewEntry]:
    """Return an incident whose evidence was secured, whose provider was chased, and whose regulators were informed."""
    s = Script()
    s.add(declared(number, title="Odd logins"))
    s.add(evidence_items.EvidenceSecured(id="EV1", item="Image of web-2", sha256="9f2c41", location="Store 4"))
    s.add(provider_cases.CaseOpened(provider="cloud-1", case_id="771", severity="urgent"))
    s.add(provider_cases.CaseUpdated(provider="cloud-1", case_id="771", text="They found it", status="identified"))
    s.add(provider_cases.CaseChased(provider="cloud-1", case_id="771"))
    s.add(regulatory_clocks.Determined(what="aware_personal_data_breach", result=True, reason="Names in the export"))
    s.add(
        regulatory_clocks.ClockStarted(
            regime="gdpr33",
            obligation="authority",
            trigger="aware_personal_data_breach",
            trigger_at=at(5),
            due_at=at(5 + 72 * 60),
            internal_due_at=at(5 + 60 * 60),
            rule="hours 72",
            law="Regulation (EU) 2016/679, Article 33",
            checked_on="2026-11-29",
        ),
        by=MUSTER,
    )
    s.add(regulatory_clocks.ReportSubmitted(regime="gdpr33", obligation="authority", ref="DPA-1", late=False), by=CYD)
    s.add(regulatory_clocks.NotReportable(regime="nis2", reason="No significant impact"), by=CYD)
    s.add(
        affected_data.AffectedNoted(
            what="data_subjects", count=1200, percent=3, basis="estimate", text="Customers of the shop"
        )
    )
    s.add(attached_alerts.AlertAttached(event="EV-2026-0001", source="noc", text="Disk full"), by=MUSTER)
    s.add(attached_alerts.AlertChanged(event="EV-2026-0001", is_firing=False, members=2), by=MUSTER)
    s.add(affected_data.PersonalDataMentioned(entry=1), by=MUSTER)
    s.add(affected_data.Screened(answer="yes", reason="Names are in the export"), by=CYD)
    s.add(
        outside_notices.OutsideNoticeGiven(to="data_subjects", road="mail", count=1200, text="Change your password"),
        by=CYD,
    )
    s.add(regulatory_breach.RegulatoryMarked(holds=True, reason="Card data was stored"), by=CYD)
    s.add(regulatory_breach.ImpactForced(asked=3, mark=14), by=CYD)
    _pack(s)
    _analysis(s)
    return s.drafts


def _pack(s: Script) -> None:
    """Add a pack whose values were typed, frozen, approved and submitted."""
    named = {"pack": "PK1", "regime": "gdpr33", "obligation": "authority", "revision": 1, "sha256": "d" * 64}
    s.add(
        report_packs.PackValueTyped(
            regime="gdpr33", obligation="authority", field="33.3c", value="Identity theft", basis=None
        ),
        by=CYD,
    )
    typed = report_packs.FrozenField(
        field="33.3c", stage="authority", label="Likely consequences", origin="typed", entries=(16,), by=CYD, length=14
    )
    frozen = report_packs.PackFrozen(
        **named,
        label="GDPR Article 33, Notification to the supervisory authority",
        law="Regulation (EU) 2016/679, Article 33",
        checked_on="2026-11-29",
        as_of=at(20),
        authors=(CYD,),
        fields=(typed,),
        content="Identity theft\n",
    )
    s.add(frozen, by=CYD)
    s.add(report_packs.PackApproved(**named))
    s.add(report_packs.PackSubmitted(**named))


def _analysis(s: Script) -> None:
    """Add findings that were confirmed and refuted, containment that was reviewed and undone, a recovery that was checked."""
    found = s.add(findings.FindingMade(id="F1", text="A token was stolen", source="The sign-in log", verified=True))
    s.add(findings.FindingConfirmed(id="F1", finding=found, text="Seen twice"), by=CYD)
    s.add(findings.FindingRefuted(id="F1", finding=found, text="It was another token"), by=CYD)
    contained = s.add(restoration.Contained(id="CT1", term="long", text="The bastion is rebuilt", review_at=at(900)))
    named = {"id": "CT1", "contained": contained}
    s.add(restoration.ContainmentReviewed(**named, text="It holds", review_at=at(1800)))
    s.add(restoration.ContainmentUndone(**named, text="The cause is gone"))
    message = {"channel": CHANNEL, "ts": ts(30)}
    secured = s.add(evidence_items.FileSecured(id="EV2", file="F1", name="trace.log", size=12, **message))
    s.add(evidence_items.FileStored(id="EV2", secured=secured, sha256="f" * 64, size=12), by=MUSTER)
    s.add(
        evidence_items.CustodyPassed(id="EV2", evidence=secured, receiver="Police", location="Lab", reason="They asked")
    )
    s.add(provider_cases.CustomersInformed(provider="cloud-1", case_id="771", text="Payments are delayed"))
    restored = s.add(restoration.Recovered(id="R1", method="backup", text="Restored web-2", backup="Of Monday"))
    s.add(restoration.RecoveryChecked(id="R1", recovery=restored, text="Scanned, and clean"))
    s.add(
        classification.HarmMarked(confidentiality=True, integrity=False, availability=False, reason="Names were read")
    )
    s.add(classification.SpreadNoted(text="It is on web-3 too", contained=(contained,)))
    s.add(classification.LevelsProposed(impact_words="Every login", share=40, impact=1, rules=("share",)), by=MUSTER)
