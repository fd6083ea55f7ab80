"""Reminders of tasks in Slack: one direct message per person, answered by its buttons, edited in place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.core.run import tick
from incident.entries.delivery import PromptDue
from incident.entry import workspace_chain
from incident.policy import People
from tests.support.block_kit import pressed
from tests.support.worker_env import worker_env_on

DAY = 24 * 60


def open_task(rig, owner="rob", days=10.0, text="Rotate the key", by="ilse"):
    due = rig.clock.now() + timedelta(days=days)
    rig.act("task", by, what="open", owner=rig.person(owner), due=due.isoformat(), text=text)
    rig.drain()


def open_reminders(rig, name):
    return [one for one in rig.direct(name) if any(block["type"] == "actions" for block in one.blocks)]


def test_the_owner_learns_of_a_task_at_once_and_its_buttons_answer(rig):
    open_task(rig)

    [message] = open_reminders(rig, "rob")
    assert message.text.startswith("<@U03ROB> *T1 is due ")
    assert "Rotate the key" in message.text
    buttons = pressed(message)
    assert buttons["Done"][0].startswith("form:task")
    assert buttons["Done"][1]["f"] == {"what": "done", "id": "T1"}
    assert buttons["Later (1 day)"][0].startswith("verb:task")


def test_what_is_due_together_is_one_message_per_person_and_the_manager_gets_one_too(rig_with_manager):
    rig = rig_with_manager
    for text in ("Rotate the key", "Write the runbook"):
        open_task(rig, by="rob", days=1, text=text)
    open_task(rig, by="rosa", owner="rosa", days=1, text="Ask the vendor")

    rig.after(minutes=(1 + 7) * DAY + 1)

    [mine] = open_reminders(rig, "rob")
    assert "T1 is overdue" in mine.text
    assert "T2 is overdue" in mine.text
    assert "T3" not in mine.text
    [for_manager] = open_reminders(rig, "eva")
    assert all(f"{task} is overdue" in for_manager.text for task in ("T1", "T2", "T3"))
    assert "It is " in for_manager.text


def test_a_task_that_is_done_is_settled_in_its_message(rig):
    open_task(rig)
    [message] = open_reminders(rig, "rob")

    rig.act("task", "rob", what="done", id="T1", evidence="Ticket 9")
    rig.drain()

    edited = next(one for one in rig.direct("rob") if one.ts == message.ts)
    assert edited.text.startswith(":white_check_mark: T1 was done")
    assert open_reminders(rig, "rob") == []


def test_one_of_two_that_is_done_leaves_the_other_open_in_the_same_message(rig):
    for text in ("Rotate the key", "Write the runbook"):
        open_task(rig, by="rob", days=1, text=text)
    rig.after(minutes=DAY / 2 + 1)
    [message] = open_reminders(rig, "rob")

    rig.act("task", "rob", what="done", id="T1", evidence="Ticket 9")
    rig.drain()

    [edited] = open_reminders(rig, "rob")
    assert edited.ts == message.ts
    assert "T1 was done" in edited.text
    assert "T2 is due" in edited.text
    assert "late" not in edited.text


def test_a_snoozed_reminder_says_until_when_and_comes_again_in_place_of_the_old(rig):
    open_task(rig)
    [message] = open_reminders(rig, "rob")

    rig.act("task", "rob", what="later", id="T1")
    rig.drain()
    snoozed = next(one for one in rig.direct("rob") if one.ts == message.ts)
    assert "T1 snoozed to" in snoozed.text
    assert "Later (1 day)" not in pressed(snoozed)

    rig.after(minutes=DAY + 1)
    [again] = open_reminders(rig, "rob")
    assert again.ts != message.ts


def test_a_reminder_that_slack_refuses_is_recorded_and_keeps_no_other_back(rig_with_manager):
    rig = rig_with_manager
    open_task(rig, by="rob", days=1)
    rig.sandbox.workspace.people[rig.users["rob"]].deleted = True

    rig.after(minutes=8 * DAY + 1)

    lost = rig.entries(workspace_chain(rig.team), "place_lost")
    assert {one.fact.who for one in lost} == {rig.person("rob")}
    assert open_reminders(rig, "eva")


def task_of(rig, key):
    """Open a task of an incident for Rob, due in a day."""
    due = rig.clock.now() + timedelta(days=1)
    rig.act("task", "ilse", key, what="open", owner=rig.person("rob"), due=due.isoformat(), text="Rotate the key")
    rig.drain()


def sleep(rig, days):
    """Let days pass in which nothing runs."""
    rig.clock.set(rig.clock.now() + timedelta(days=days))


def read_by(rig, name):
    return str([message.blocks for message in rig.direct(name)])


def test_a_manager_is_not_asked_for_a_task_of_an_incident_that_they_may_not_see(rig_with_manager):
    rig = rig_with_manager
    key = rig.declare("Leaked credentials", type="security")
    rig.act("assign", "ilse", key, role="scribe", to=rig.person("rob"))
    task_of(rig, key)
    open_task(rig, owner="rob", days=1, text="Ask the vendor")

    sleep(rig, days=9)
    rig.drain()

    assert "Ask the vendor" in read_by(rig, "eva")
    assert "Rotate the key" not in read_by(rig, "eva")
    assert "Rotate the key" in read_by(rig, "rob")


def test_a_task_whose_incident_was_restricted_meanwhile_is_not_shown_to_a_manager(rig_with_manager):
    rig = rig_with_manager
    key = rig.declare()
    task_of(rig, key)
    sleep(rig, days=9)
    tick(workspace_chain(rig.team), recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())
    [*_, asked] = rig.entries(workspace_chain(rig.team), PromptDue.kind)
    assert rig.person("eva") in asked.fact.asked

    rig.act("reclassify", "ilse", key, type="security", reason="It was an attack")
    rig.drain()

    assert "Rotate the key" not in read_by(rig, "eva")
    assert "Rotate the key" in read_by(rig, "rob")


@pytest.fixture
def rig_with_manager(sqlite_store):
    with worker_env_on(sqlite_store, people=People(manager="U02EVA")) as rig:
        assert rig.users["eva"] == "U02EVA"
        yield rig
