"""Regulatory regimes as values: what starts which clock, how long it runs, by which law. Data, and no applicability."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from incident.frozen import Frozen

LengthUnit = Literal["hours", "days", "months", "business_days"]


class Cap(Frozen):
    """A second limit: no later than `hours` after another determination that is on record before (DORA)."""

    determination: str
    hours: int


class Length(Frozen):
    """How long a clock runs: exactly one unit. Days and business days end on a local day of `zone`, at `cutoff` or at its end."""

    hours: int | None = None
    days: int | None = None
    months: int | None = None
    business_days: int | None = None
    zone: str = "UTC"
    cutoff: str | None = None
    calendar: str | None = None
    cap: Cap | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [one for one in (self.hours, self.days, self.months, self.business_days) if one is not None]
        if len(given) != 1 or given[0] <= 0:
            raise ValueError("a length has exactly one of hours, days, months and business_days, above zero")
        if (self.business_days is None) is not (self.calendar is None):
            raise ValueError("business days need a calendar, and nothing else does")
        return self

    @property
    def words(self) -> str:
        """The rule in the words that are recorded with a clock, as in `hours 72`."""
        units: tuple[LengthUnit, ...] = ("hours", "days", "months", "business_days")
        unit = next(one for one in units if getattr(self, one) is not None)
        capped = f", at most {self.cap.hours} hours after {self.cap.determination}" if self.cap else ""
        return f"{unit} {getattr(self, unit)}{capped}"


FieldKind = Literal["text", "moment", "number", "percent", "choice", "yes_no", "lei", "email", "currency"]


class ReportField(Frozen):
    """A field of a report: its id in the form of the law, its label, and the kind of its value.

    `source` names the rule that finds its value in the entries of an incident; without one only a person gives it.
    `when_late`: only a report that is late needs it.
    """

    id: Annotated[str, Field(pattern=r"^[\w.]{1,30}$")]
    label: str
    kind: FieldKind = "text"
    choices: tuple[str, ...] = ()
    source: str | None = None
    when_late: bool = False

    @model_validator(mode="after")
    def _has_choices(self) -> Self:
        if (self.kind == "choice") is not bool(self.choices):
            raise ValueError(f"field {self.id}: a choice needs choices, and nothing else has some")
        return self


class ReportStage(Frozen):
    """One report of a regime. It starts with a determination, or once the report of the stage `after` was submitted.

    It has its own fields, and those of the stages that it `repeats` with what is known by then.
    """

    id: str
    label: str
    determination: str | None = None
    after: str | None = None
    length: Length
    repeats: tuple[str, ...] = ()
    fields: tuple[ReportField, ...] = ()

    @model_validator(mode="after")
    def _starts_once(self) -> Self:
        if (self.determination is None) is (self.after is None):
            raise ValueError("a stage starts either with a determination or after another stage")
        return self


class Regime(Frozen):
    """A regime as one data file has it. `status` says whether its clocks run; only counsel knows whether it applies.

    `applies_from` is the day on which a law that is not in force yet will be. A due time on a weekend moves to noon of the next working day for the entities of `weekend_relief`.
    """

    id: str
    name: str
    law: str
    status: Literal["in_force", "proposed", "disabled"]
    applies_from: date | None = None
    checked_on: date
    confidence: str
    determinations: dict[str, str]
    weekend_relief: tuple[str, ...] = ()
    stages: tuple[ReportStage, ...]

    @model_validator(mode="after")
    def _is_closed(self) -> Self:
        ids = [stage.id for stage in self.stages]
        if len(set(ids)) != len(ids):
            raise ValueError("two stages have the same id")
        for stage in self.stages:
            cap = stage.length.cap
            named = {stage.determination, cap.determination if cap else None} - {None}
            if not named <= set(self.determinations):
                raise ValueError(f"stage {stage.id} names a determination that the regime does not list")
            if stage.after is not None and stage.after not in ids[: ids.index(stage.id)]:
                raise ValueError(f"stage {stage.id} follows a stage that does not come before it")
            if not {*stage.repeats} <= {*ids[: ids.index(stage.id)]}:
                raise ValueError(f"stage {stage.id} repeats a stage that does not come before it")
            of_report = [field.id for _, field in self.fields_of(stage)]
            if len({*of_report}) != len(of_report):
                raise ValueError(f"stage {stage.id} has two fields with the same id")
            if self.status == "in_force" and not stage.fields:
                raise ValueError(f"stage {stage.id} is in force and has no fields")
        return self

    def fields_of(self, stage: ReportStage) -> tuple[tuple[str, ReportField], ...]:
        """Return the fields of a report, each with the stage that has it: first those of the stages that it repeats."""
        stages = (one for one in self.stages if one.id in stage.repeats or one.id == stage.id)
        return tuple((one.id, field) for one in stages for field in one.fields)

    def stage(self, stage_id: str) -> ReportStage | None:
        """Return a stage by its id."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)


class BusinessCalendar(Frozen):
    """The closed days of a calendar beside weekends, from the first day it covers to the last."""

    first: date
    last: date
    closed: frozenset[date] = frozenset()


class RegimeBook(Frozen):
    """The regimes that this release knows, and the calendars that they count by."""

    regimes: tuple[Regime, ...] = ()
    calendars: dict[str, BusinessCalendar] = {}

    def regime(self, regime_id: str) -> Regime | None:
        """Return a regime by its id."""
        return next((regime for regime in self.regimes if regime.id == regime_id), None)


def given(book: RegimeBook | None) -> RegimeBook:
    """Return the regimes. Without them no clock could start, and no one would know: raises RuntimeError."""
    if book is None:
        raise RuntimeError("the policy was read without the data files of its regimes")
    return book


_DATA_WORDS: Final = (
    "personal data",
    "personal information",
    "customer data",
    "customer records",
    "client data",
    "employee data",
    "patient data",
    "health data",
    "data breach",
    "data leak",
    "leaked data",
    "exfiltrated",
    "exfiltration",
)


class Reporting(Frozen):
    """What the policy adds to the data files: kinds of our entity, our own earlier due time, closed days of a calendar.

    `data_words` in a text have a person asked whether personal data are affected. `fields` are values of reports that are the
    same in each incident, by regime and field.
    """

    entity: dict[str, str] = {}
    internal_due_percent: Annotated[int, Field(ge=1, le=100)] = 75
    closures: dict[str, tuple[date, ...]] = {}
    fields: dict[str, dict[str, Annotated[str, Field(min_length=1, max_length=300)]]] = {}
    data_words: tuple[Annotated[str, Field(min_length=3, max_length=60)], ...] = _DATA_WORDS
