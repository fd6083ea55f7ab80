"""Rules of a policy that hold by themselves: the condition of a rule, and whom it notifies or calls. Values only."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from incident.frozen import Frozen
from incident.medium import Medium
from incident.policy_parts.policy_numbers import Minutes
from incident.states import Priority
from roles.role_names import Role

# PagerDuty and Jira Service Management open alerts that call people; a rule that is to call has its place in `call_rules`.
NoticeMedium = Literal[
    Medium.SLACK, Medium.EMAIL, Medium.SMS, Medium.VOICE, Medium.PUSHOVER, Medium.NTFY, Medium.APPRISE
]
# A name that people write in a list of the policy.
Word = Annotated[str, Field(min_length=1, max_length=80)]


def several(given: object) -> object:
    """Return one value as a list of one: `priority: P1` means `[P1]`."""
    return (given,) if isinstance(given, str | int) and not isinstance(given, bool) else given


class Condition(Frozen):
    """When a rule holds: all that is given must be so. Lists hold alternatives; what is left out holds always.

    `unrestored_minutes`: the service is not restored so long after the harm began. `without_role`: no one holds the role,
    for `for_minutes` if these are given.
    """

    priority: Annotated[tuple[Priority, ...], BeforeValidator(several)] = ()
    type: Annotated[tuple[Word, ...], BeforeValidator(several)] = ()
    service: Annotated[tuple[Word, ...], BeforeValidator(several)] = ()
    tier: Annotated[tuple[int, ...], BeforeValidator(several)] = ()
    major: bool | None = None
    customer_facing: bool | None = None
    unrestored_minutes: Minutes | None = None
    without_role: Role | None = None
    for_minutes: Minutes | None = None

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("says nothing, so the rule would always hold. Give a priority, a type, or what it is for")
        if self.for_minutes is not None and self.without_role is None:
            raise ValueError("has `for_minutes` and no `without_role`: say for how long no one holds which role")
        return self

    @property
    def label(self) -> str:
        """The condition in words, by which a record names the rule: `P1 P2, security`."""
        parts = [" ".join(map(str, listed)) for listed in (self.priority, self.type, self.service) if listed]
        parts += [f"tier {' '.join(map(str, self.tier))}"] if self.tier else []
        parts += [_either(self.major, "major"), _either(self.customer_facing, "customer-facing")]
        parts += [f"not restored after {self.unrestored_minutes} min"] if self.unrestored_minutes else []
        if self.without_role is not None:
            role = self.without_role.value.replace("_", " ")
            parts += [f"no {role}{f' for {self.for_minutes} min' if self.for_minutes else ''}"]
        return ", ".join(part for part in parts if part)


def _either(value: bool | None, word: str) -> str:
    return "" if value is None else word if value else f"not {word}"


class NotifyRule(Frozen):
    """Whom Muster notifies by itself when a condition holds, and within how many minutes one of each must confirm it.

    `by` names the media of their contact methods that bring it beside the direct message; without it, that is mail where they
    have an address.
    """

    when: Condition
    tell: Annotated[tuple[Word, ...], BeforeValidator(several), Field(min_length=1)]
    by: Annotated[tuple[NoticeMedium, ...], BeforeValidator(several)] = ()
    within: Minutes = 15

    @property
    def label(self) -> str:
        """The rule as a record names it."""
        return self.when.label


class CallRule(Frozen):
    """Whom Muster calls by itself when a condition holds, for help (functional) or for a decision (hierarchical)."""

    when: Condition
    call: Word
    how: Literal["functional", "hierarchical"] = "functional"

    @property
    def label(self) -> str:
        """The rule as a record names it."""
        return self.when.label
