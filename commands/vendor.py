"""`vendor`: a case at a third party is opened, has news, or is asked after. It does not replace this record."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.outside.case_words import (
    CASE_FORMS,
    CASE_NUMBER,
    CASE_SYNONYMS,
    CaseForm,
    CaseId,
    Named,
    find_case,
    named_items,
)
from commands.core.rules.outside.own_time import dated
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.conversation import Noted
from incident.entries.outside.provider_cases import CaseChased, CaseOpened, CaseUpdated, CustomersInformed
from incident.frozen import Utc
from incident.refusal import Code, Refusal


class Vendor(Verb):
    """Record a provider's case (`vendor case provider=AWS 771234`), its news (`vendor update 771234 …`), or that you asked for some."""

    name = "vendor"
    aliases = ("provider", "third party")
    group = Group.RESTORE

    form: Annotated[
        CaseForm | None,
        FormField(
            "What happened", Control.CHOICE, leading=True, needed=True, choices=CASE_FORMS, synonyms=CASE_SYNONYMS
        ),
    ] = None
    provider: Annotated[
        Named | None, FormField("Provider", Control.WORD, "As in the policy", leading=True, only=("case",))
    ] = None
    case_id: Annotated[CaseId | None, CASE_NUMBER] = None
    text: Annotated[
        str | None,
        FormField("What they say", Control.TEXT, "As they say it", rest=True, only=("case", "update", "informed")),
    ] = None
    severity: Annotated[
        Named | None, FormField("Severity", Control.LINE, "As the provider names it", only=("case",))
    ] = None
    status: Annotated[
        Named | None,
        FormField(
            "Status at the provider", Control.LINE, "acknowledged, identified, provider_resolved", only=("update",)
        ),
    ] = None
    opened_at: Annotated[
        Utc | None, FormField("Opened, by their clock", Control.MOMENT, past=True, words=("opened",), only=("case",))
    ] = None
    provider_at: Annotated[
        Utc | None,
        FormField(
            "When they wrote it, by their clock",
            Control.MOMENT,
            past=True,
            words=("theirs",),
            only=("update", "informed"),
        ),
    ] = None

    files: Annotated[
        str | None,
        FormField(
            "Evidence", Control.LINE, "EV3: a mail of theirs that is evidence", words=("mail",), only=("update",)
        ),
    ] = None

    @property
    def kind(self) -> CaseForm:
        """The form: as chosen, else by which fields are filled."""
        return self.form or ("case" if self.provider else "update")

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return f"third_party_{self.kind}"

    def view(self, now: DecisionContext) -> tuple[str, ...]:
        """Return the vendors that the policy knows."""
        return tuple(now.policy.vendors)

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Open a case under a number that is free, or record news of one or a question about it, in any state, by anyone."""
        if not self.case_id:
            raise Refusal(Code.MISSING_FIELDS, "case_which", "case_id")
        if self.kind == "case":
            words = (Noted(text=self.text),) if self.text else ()
            return (self._opened(now, self.case_id), *words)
        case = find_case(self.case_id, now.open.provider_cases)
        if case is None:
            raise Refusal(Code.STATE, "case_unknown", "case_id", id=self.case_id)
        if self.kind == "chase":
            return (CaseChased(provider=case.provider, case_id=case.case_id),)
        if not self.text:
            raise Refusal(Code.MISSING_FIELDS, "case_news", "text", id=case.case_id)
        of: dict[str, str] = {"provider": case.provider, "case_id": case.case_id, "text": self.text}
        if self.kind == "informed":
            return (dated(now, CustomersInformed(**of), self.provider_at, "provider_at"),)
        files = named_items(self.files, now.open.evidence)
        news = CaseUpdated(**of, status=self.status, files=files)
        return (dated(now, news, self.provider_at, "provider_at"),)

    def _opened(self, now: DecisionContext, case_id: str) -> Decided:
        if any(case.case_id == case_id for case in now.open.provider_cases):
            raise Refusal(Code.STATE, "case_used", "case_id", id=case_id)
        if not self.provider:
            raise Refusal(Code.MISSING_FIELDS, "case_whose", "provider")
        opened = CaseOpened(provider=self.provider, case_id=case_id, severity=self.severity)
        return dated(now, opened, self.opened_at, "opened_at")
