"""Rules of a policy for what follows an incident: when causes, corrective actions and the sign-off are due, and what recurs."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from incident.frozen import Frozen
from incident.states import Priority

Days = Annotated[int, Field(gt=0, le=366)]
Weeks = Annotated[int, Field(gt=0, le=104)]
_RCA_DAYS: Final = 10
_ACTION_WEEKS: Final = 8


class Recurrence(Frozen):
    """So many incidents within so many days that are alike in all of `by` recur; a count of 0 means that none does."""

    count: Annotated[int, Field(ge=0, le=100)] = 3
    days: Days = 90
    by: tuple[Literal["service", "category"], ...] = ("service", "category")


class AfterRules(Frozen):
    """When what follows an incident is due: in business days, weeks of corrective actions, days until their effect is checked.

    A major incident is signed off by `authority.sign_off` within `sign_off_business_days` of its closing; None asks no one.
    """

    rca_business_days: dict[Priority, Days] = {Priority.P1: 5, Priority.P2: 10}
    approve_business_days: Days = 5
    action_weeks: dict[Priority, Weeks] = {Priority.P1: 4}
    effect_days: Days = 30
    sign_off_business_days: Days | None = 10
    policy_review_business_days: Days = 10
    recurrence: Recurrence = Recurrence()

    def rca_days(self, priority: Priority | None) -> int:
        """Return within how many business days of closing the cause of an incident is to be analysed."""
        return self.rca_business_days.get(priority, _RCA_DAYS) if priority else _RCA_DAYS

    def weeks(self, priority: Priority | None) -> int:
        """Return within how many weeks a corrective action is due, if it is given no date."""
        return self.action_weeks.get(priority, _ACTION_WEEKS) if priority else _ACTION_WEEKS
