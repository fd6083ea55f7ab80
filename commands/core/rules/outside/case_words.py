"""The words of a provider's case as people type them: its forms, its number, and what a provider calls things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from commands.core.fields.form_field import Control, FormField
from incident.model.outside_records import EvidenceItem, ProviderCase
from incident.refusal import Code, Refusal
from incident.rules.short_ids import is_meant

CaseForm = Literal["case", "update", "chase", "informed"]
CaseId = Annotated[str, StringConstraints(pattern=r"^[\w./#@+ -]{1,60}$")]
# What a provider calls itself, its severities and its states.
Named = Annotated[str, StringConstraints(pattern=r"^[\w./&+,'’()# -]{1,80}$")]
CASE_FORMS: Final = (
    ("case", "A case was opened"),
    ("update", "They gave news"),
    ("chase", "I asked them for news"),
    ("informed", "They informed customers themselves"),
)
CASE_SYNONYMS: Final = (
    ("open", "case"),
    ("opened", "case"),
    ("new", "case"),
    ("news", "update"),
    ("chased", "chase"),
    ("called", "chase"),
    ("published", "informed"),
)
CASE_NUMBER: Final = FormField(
    "Number of the case", Control.WORD, "As the provider writes it", leading=True, needed=True, words=("number",)
)


def find_case(case_id: str, cases: tuple[ProviderCase, ...]) -> ProviderCase | None:
    """Return the case with a number, else one whose number differs in capitals alone."""
    similar = [case for case in cases if case.case_id.casefold() == case_id.casefold()]
    return next((case for case in similar if case.case_id == case_id), next(iter(similar), None))


def named_items(named: str | None, evidence: Iterable[EvidenceItem]) -> tuple[str, ...]:
    """Return the ids of the items of evidence that are named: `EV3`, `EV3, EV4`. Raises Refusal for one that is not there."""
    ids, found = [one.id for one in evidence], []
    for word in (named or "").replace(",", " ").split():
        item = next((one for one in ids if is_meant(word, one, "EV")), None)
        if item is None:
            raise Refusal(Code.STATE, "evidence_unknown", "files", id=word)
        found.append(item)
    return tuple(dict.fromkeys(found))
