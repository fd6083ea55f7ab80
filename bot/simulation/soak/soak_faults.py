"""Faults of a soak: the pretend workspace's faults, drawn from a step. Each ends by itself or with the soak."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.simulation.soak.soak_plan import PlannedStep
from sandbox.faults import ANY, Faults

_METHODS: Final = (
    ANY,
    "chat.postMessage",
    "chat.update",
    "conversations.create",
    "conversations.invite",
    "conversations.history",
    "conversations.setTopic",
    "pins.add",
    "views.open",
)
_LATENCIES_MS: Final = (0, 0, 100, 300)


def _times(step: PlannedStep) -> int:
    return int(step.between(2, 1, 4))


FAULTS: Final[dict[str, Callable[[Faults, PlannedStep], None]]] = {
    "latency": lambda faults, step: faults.set_latency(step.pick(1, _LATENCIES_MS)),
    "too_many": lambda faults, step: faults.too_many_requests(
        step.pick(1, _METHODS), times=_times(step), retry_after=int(step.between(3, 1, 4))
    ),
    "server_error": lambda faults, step: faults.server_error(
        step.pick(1, _METHODS), times=_times(step), status=step.pick(3, (500, 502, 503))
    ),
    "lose_reply": lambda faults, step: faults.lose_reply(step.pick(1, _METHODS), times=_times(step)),
    "duplicates": lambda faults, step: faults.duplicate_events(5 * _times(step)),
    "repeats": lambda faults, step: faults.repeat_envelopes(5 * _times(step)),
    "edits_first": lambda faults, step: faults.reorder_messages(_times(step)),
    "drop": lambda faults, _: faults.drop_sockets(),
    "deafen": lambda faults, _: faults.stall_sockets(),
    "refresh": lambda faults, _: faults.refresh_sockets(),
}


def inject(faults: Faults, step: PlannedStep) -> str:
    """Switch one fault on and return its name."""
    name = step.pick(0, tuple(FAULTS))
    FAULTS[name](faults, step)
    return name
