"""A bench at which a task is open: of an incident, owned by eva, due in ten days."""

from __future__ import annotations

from typing import Any

from tests.support.clock import T
from tests.support.command_bench import CommandBench, who

DAY = 24 * 60
DUE = T(10 * DAY)


def bench_with_task(**fields: Any) -> CommandBench:
    """Return a bench with an incident and the task T1, which rob opened there."""
    bench = CommandBench().declared()
    given = {"what": "open", "owner": who("eva"), "due": DUE.isoformat(), "text": "Rotate the key", **fields}
    assert not bench.do("task", at=1, **given).is_refused
    return bench
