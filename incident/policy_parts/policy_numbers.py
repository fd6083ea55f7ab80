"""Minutes as a policy gives them: their bounds, and one number for all priorities. Values only."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError

from incident.states import Priority

# A year: longer deadlines are a slip, and far longer ones lie outside the calendar.
MOST_MINUTES: Final = 366 * 24 * 60
Minutes = Annotated[int, Field(gt=0, le=MOST_MINUTES)]


def _for_every_priority(given: object) -> object:
    """Return the minutes of every priority, where a policy gives one number for all."""
    if not isinstance(given, int) or isinstance(given, bool):
        return given
    if given <= 0:
        raise PydanticKnownError("greater_than", {"gt": 0})
    if given > MOST_MINUTES:
        raise PydanticKnownError("less_than_equal", {"le": MOST_MINUTES})
    return dict.fromkeys(Priority, given)


MinutesByPriority = Annotated[dict[Priority, Minutes], BeforeValidator(_for_every_priority)]
# How long an incident may be without activity where the policy names no minutes.
LONGEST_SILENCE: Final = 720
