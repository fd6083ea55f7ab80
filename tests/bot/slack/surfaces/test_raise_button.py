"""Near the end of its restore target an incident of P3 or below is offered to be raised by one level (S2-15)."""

from __future__ import annotations

import pytest

from bot.rendering.renderer import Renderer
from bot.slack.blocks.action_context import read_context
from bot.slack.surfaces.prompt_message import PromptContext, prompt_message
from incident.deadlines.deadline import Deadline, PromptStep
from incident.deadlines.due_deadlines import PromptState
from incident.entries.delivery import PromptDue
from incident.model.components import PriorityItem
from incident.states import Priority
from tests.support.handmade_incidents import ILSE, ROB, START, an_incident, later

SHARES = (50, 75, 90, 100)


def raised(minutes: float, priority: Priority, impact: int, urgency: int) -> dict[str, object] | None:
    """Return the fields of the button that raises it, in a prompt after so many of 100 minutes; None without one."""
    item = PriorityItem(at=START, impact=impact, urgency=urgency, priority=priority, by=ROB, justification="initial")
    due = PromptDue(due="restoration:1", ask="restoration", asked=(ILSE,), due_at=later(100), late=False)
    steps = tuple(PromptStep(later(share), "restoration", (ILSE,)) for share in SHARES)
    context = PromptContext(
        i=an_incident(priorities=(item,)),
        prompt=due,
        thing=Deadline(due.due, due.due_at, steps),
        state=PromptState.OPEN,
        now=later(minutes),
        later_minutes=10,
    )
    message = prompt_message(context, Renderer())
    assert message is not None
    buttons = (one for block in message.blocks for one in block.get("elements", []) if "value" in one)
    found = next((one for one in buttons if one["text"]["text"] == "Raise it"), None)
    return None if found is None else dict(read_context(found["value"]).fields)


@pytest.mark.parametrize(
    ("minutes", "priority", "levels", "fields"),
    [
        (75, Priority.P3, (2, 2), {"impact": 1, "urgency": 2}),
        (90, Priority.P3, (1, 3), {"impact": 1, "urgency": 2}),
        (50, Priority.P3, (2, 2), None),
        (100, Priority.P3, (2, 2), None),
        (75, Priority.P2, (1, 2), None),
    ],
)
def test_a_p3_near_the_end_of_its_target_is_offered_to_be_raised(minutes, priority, levels, fields):
    assert raised(minutes, priority, *levels) == fields
