"""Facts about whom and what an incident affects, and about the screening for personal data."""

from __future__ import annotations

from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText

AffectedKind = Literal[
    "systems",
    "data_subjects",
    "personal_data",
    "other_data",
    "records",
    "clients",
    "counterparts",
    "transactions",
    "member_states",
]
Basis = Literal["estimate", "known"]
ScreeningAnswer = Literal["yes", "no", "unsure"]
PERSONAL: tuple[AffectedKind, ...] = ("data_subjects", "personal_data")


class AffectedNoted(Fact):
    """Whom or what the incident affects, with how many, in all or in percent. `basis` says whether that is known or estimated (S2-22).

    A later one about the same takes its place.
    """

    kind: ClassVar[str] = "affected_noted"
    timeline: ClassVar[str | None] = "affected"
    template: ClassVar[str | None] = "affected"

    what: AffectedKind
    count: int | None = None
    percent: int | None = None
    basis: Basis | None = None
    text: MaybePersonalText = None


class PersonalDataMentioned(Fact):
    """Words of the policy that may mean personal data were in the text of `entry`, so a person is asked. It decides nothing."""

    kind: ClassVar[str] = "personal_data_mentioned"

    entry: int


class Screened(Fact):
    """A person answered whether personal data are affected: yes, no, or not known yet."""

    kind: ClassVar[str] = "screened"
    timeline: ClassVar[str | None] = "screening"
    template: ClassVar[str | None] = "screen"

    answer: ScreeningAnswer
    reason: PersonalText
