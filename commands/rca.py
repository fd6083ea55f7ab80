"""`rca`: the root cause analysis is written in parts, submitted, and approved by another person, or waived with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from commands.core.request import Fields
from commands.core.rules.after_incident import document_steps, part_fields
from commands.core.rules.after_incident import review_fields as fields
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.aftermath.reviews import RcaOpened
from incident.entry import Fact
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.ports import Reader
from incident.refusal import Code, Refusal
from incident.rules.business_days import after_business_days, holidays_end
from incident.states import Document, Part


@dataclass(frozen=True)
class RcaView:
    """The parts that are still empty, who approves, and the last day whose holidays are known if the analysis is due after it."""

    empty: tuple[Part, ...]
    approvers: tuple[str, ...]
    holidays_end: date | None = None


class Rca(Verb):
    """Analyse the root cause: `rca write`, `rca submit`, `rca approve`; `rca waive because …` if it is not applicable."""

    name = "rca"
    aliases = ("root cause", "root cause analysis")
    group = Group.PROVE

    what: Annotated[fields.RcaStep | None, fields.RCA_STEP] = None
    due: Annotated[Utc | None, fields.RCA_DUE] = None
    method: Annotated[str | None, part_fields.METHOD] = None
    root_cause: Annotated[str | None, part_fields.ROOT_CAUSE] = None
    contributing: Annotated[str | None, part_fields.CONTRIBUTING] = None
    confidence: Annotated[str | None, part_fields.CONFIDENCE] = None
    attack_vector: Annotated[str | None, part_fields.ATTACK_VECTOR] = None
    text: Annotated[str | None, fields.RCA_TEXT] = None

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return f"rca_{self.what}" if self.what else "rca"

    @classmethod
    def is_whole(cls, given: Fields) -> bool:
        """False for what is written: that opens its form."""
        return bool(given) and (given.get("what") not in ("write", "return", "waive") or len(given) > 1)

    @classmethod
    def proposal(cls, given: Fields, incident: Incident, reader: Reader) -> Fields:
        """Propose the next step, and the parts as they are."""
        what = given.get("what") or document_steps.next_step(incident, Document.RCA)
        rca = incident.aftermath.rca
        return {"what": what, **{str(one.part): one.text for one in (rca.parts if rca and what == "write" else ())}}

    def view(self, now: DecisionContext) -> RcaView:
        """Return the parts that are still empty, and whether a due date that was counted lies after the holidays that are known."""
        rca = now.open.aftermath.rca
        due_at = rca.due_at if rca is not None and self.what == "open" and self.due is None else None
        end = holidays_end(due_at, now.policy.work_hours) if due_at else None
        return RcaView(document_steps.empty_parts(now.open, Document.RCA), document_steps.approvers(now), end)

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the step. The attack vector of a security incident may be unknown, with a reason."""
        match self.what:
            case "open":
                return (self._opened(now),)
            case "write":
                texts = {part: getattr(self, part) for part in part_fields.PARTS_OF[Document.RCA]}
                return document_steps.written(Document.RCA, texts, now)
            case "submit":
                return (document_steps.submitted(Document.RCA, now),)
            case "return":
                return (document_steps.returned(Document.RCA, self.text, now),)
            case "approve":
                return (document_steps.approved(Document.RCA, now),)
            case "waive":
                return (document_steps.waived(self.text, now),)
        raise Refusal(Code.MISSING_FIELDS, "rca_what", "what")

    def _opened(self, now: DecisionContext) -> Fact:
        document_steps.refuse_decided(Document.RCA, now)
        rca = now.open.aftermath.rca
        if rca is not None and rca.due_at is not None:
            raise Refusal(Code.STATE, "rca_open_already", due=str(rca.due_at))
        due_at = self.due or after_business_days(
            now.at, now.policy.after.rca_days(now.open.priority), now.policy.work_hours
        )
        if due_at <= now.at:
            raise Refusal(Code.BAD_VALUE, "task_due_past", "due")
        return RcaOpened(due_at=due_at, why="asked")
