"""Reminders of tasks: at half of the time, three days before, when due, three and seven days later, then weekly."""

from __future__ import annotations

from datetime import timedelta

from incident.entries.delivery import PromptDue, PromptPutOff
from incident.entry import Entry, EntryPoint, Fact, Source, workspace_chain
from organisation.deadlines import task_deadlines
from organisation.entries.task_changes import TaskDone, TaskKind, TaskMoved, TaskOpened
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.organisation import Organisation
from roles.person_ids import MUSTER, PersonId, slack_person
from tests.support.clock import T0

ADA, BEN, CYD = (slack_person("T1", f"U{name}") for name in ("ADA", "BEN", "CYD"))
KEY = workspace_chain("T1")


def day(n: float):
    return T0 + timedelta(days=n)


class Chain:
    """A workspace chain that is written by hand."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.state = Organisation(key=KEY)

    def add(self, fact: Fact, at: float, by: PersonId = ADA) -> int:
        n = len(self.entries) + 1
        source = Source(surface=EntryPoint.COMMAND)
        entry = Entry(key=KEY, n=n, by=by, occurred_at=day(at), recorded_at=day(at), source=source, fact=fact)
        self.entries.append(entry)
        self.state = ORGANISATION.apply(self.state, entry)
        return n

    def opened(self, owner: PersonId = BEN, due: float = 20, at: float = 0, task: str = "T1") -> Chain:
        self.add(TaskOpened(id=task, task_kind=TaskKind.OTHER, text="Do it", owner=owner, due_at=day(due)), at)
        return self

    def due(self, at: float, manager: PersonId | None = CYD, gone: tuple[PersonId, ...] = ()) -> list[PromptDue]:
        """Record the reminders that are due, and return them."""
        found = task_deadlines.prompts(self.state, manager, day(at), lambda person, task: person not in gone)
        for fact in found:
            self.add(fact, at, MUSTER)
        return list(found)


def days_of_reminders(
    chain: Chain, until: int, manager: PersonId | None = CYD
) -> list[tuple[float, tuple[PersonId, ...]]]:
    """Let Muster tick when it says that something is due, and return when it asked whom."""
    found, at = [], 0.0
    while at <= until:
        found += [(at, one.asked) for one in chain.due(at, manager)]
        coming = task_deadlines.next_at(chain.state, manager, day(at))
        assert coming is not None
        at = max((coming - T0) / timedelta(days=1), at + 0.0001)
    return found


def test_the_owner_is_reminded_and_a_week_late_the_manager_too_then_weekly():
    both = (BEN, CYD)

    assert days_of_reminders(Chain().opened(due=20), until=41) == [
        (0, (BEN,)),
        (10, (BEN,)),
        (17, (BEN,)),
        (20, (BEN,)),
        (23, (BEN,)),
        (27, both),
        (34, both),
        (41, both),
    ]


def test_who_opens_a_task_for_themselves_is_not_told_at_once_and_a_short_one_has_no_reminder_before_it_was_opened():
    assert days_of_reminders(Chain().opened(owner=ADA, due=2), until=6) == [(1, (ADA,)), (2, (ADA,)), (5, (ADA,))]


def test_asking_the_manager_is_an_escalation():
    chain = Chain().opened(due=20)
    chain.due(26)
    assert chain.state.tasks[0].escalated_to is None

    chain.due(27)

    assert chain.state.tasks[0].escalated_to == CYD


def test_without_a_manager_only_the_owner_is_asked():
    assert days_of_reminders(Chain().opened(due=20), until=27, manager=None)[-1] == (27, (BEN,))


def test_the_reminders_of_one_who_left_go_to_the_manager_else_to_the_opener():
    assert [one.asked for one in Chain().opened().due(20, gone=(BEN,))] == [(CYD,)]
    assert [one.asked for one in Chain().opened().due(20, gone=(BEN, CYD))] == [(ADA,)]
    assert [one.asked for one in Chain().opened().due(20, gone=(ADA, BEN, CYD))] == [()]


def test_a_snoozed_reminder_comes_again_when_it_says():
    chain = Chain().opened(due=20)
    [first] = chain.due(10)
    chain.add(PromptPutOff(due=first.due, until=day(12)), 10, BEN)

    assert chain.due(11.9) == []
    assert task_deadlines.next_at(chain.state, CYD, day(11)) == day(12)
    assert [one.due for one in chain.due(12)] == [first.due]


def test_a_moved_task_is_reminded_of_by_its_new_date_and_a_new_owner_at_once():
    chain = Chain().opened(due=20)
    chain.due(10)
    chain.add(TaskMoved(id="T1", owner=CYD, due_at=day(40)), 11, BEN)

    assert [one.asked for one in chain.due(11)] == [(CYD,)]
    assert chain.due(20) == []
    assert [one.asked for one in chain.due(25.5)] == [(CYD,)]


def test_a_task_that_ended_is_not_asked_about_and_leaves_no_prompt():
    chain = Chain().opened(due=20)
    chain.due(20)
    chain.add(TaskDone(id="T1", evidence="Ticket 9"), 21, BEN)

    assert chain.state.prompted == ()
    assert chain.due(60) == []
    assert task_deadlines.next_at(chain.state, CYD, day(21)) is None


def test_the_fold_from_the_start_gives_the_same_state():
    chain = Chain().opened(due=20).opened(owner=CYD, due=5, at=1, task="T2")
    chain.due(20)
    chain.add(TaskDone(id="T2", evidence="Ticket 9"), 21, CYD)

    assert ORGANISATION.fold(chain.entries) == chain.state
