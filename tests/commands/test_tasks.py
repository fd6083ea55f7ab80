"""The list of tasks shows the reader's own first, then by date, and says which are overdue."""

from __future__ import annotations

from commands.tasks import PAGE
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.task_bench import DAY, bench_with_task


def test_own_tasks_come_first_and_overdue_ones_say_so():
    bench = bench_with_task(owner=who("nadia"), due=T(DAY).isoformat())
    bench.do("task", what="open", owner=who("rob"), due=T(20 * DAY).isoformat(), text="Write the runbook")

    bench.do("tasks", at=2 * DAY)

    first, second = bench.answer().splitlines()
    assert first.startswith("• *T2* due ")
    assert second.startswith("• *T1* :warning: overdue since ")
    assert f"({bench.incident.number})" in second


def test_mine_are_those_that_the_reader_owns():
    bench = bench_with_task()

    bench.do("tasks", which="mine")
    assert bench.answer().startswith("No open tasks of yours.")
    bench.do("tasks", by="eva", which="mine")
    assert bench.answer().startswith("• *T1* due ")


def test_a_long_list_says_how_many_follow():
    bench = CommandBench()
    for n in range(PAGE + 2):
        bench.do("task", what="open", owner=who("eva"), due=T(DAY + n).isoformat(), text=f"Step {n}")

    bench.do("tasks", by="eva")

    assert bench.answer().splitlines()[-1].startswith("and 2 more.")
