"""What the guide demands of prompts: the person who has to act is prompted in time, and the prompt is recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incident.entries.conversation import GapNoted
from incident.medium import slack_message
from incident.states import Priority
from storage.store import Store
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.worker_env import WorkerEnv, worker_env_on


@pytest.fixture
def rig(sqlite_store: Store) -> Iterator[WorkerEnv]:
    """A worker on SQLite in a pretend workspace."""
    with worker_env_on(sqlite_store) as built:
        yield built


def asked(desk: CommandBench, ask: str) -> list[tuple[float, tuple[str, ...]]]:
    """Return the minutes at which a prompt was due, with the people it asked."""
    prompts = [entry for entry in desk.entries() if entry.fact.kind == "prompt_due" and entry.fact.ask == ask]
    return [((entry.recorded_at - T(0)).total_seconds() / 60, entry.fact.asked) for entry in prompts]


def test_a_warning_is_delivered_before_an_unrestored_p1_reaches_its_target(rig: WorkerEnv):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")

    rig.after(minutes=240 * 3 / 4 + 1)

    prompts = [e for e in rig.entries(key, "prompt_due") if e.fact.ask == "restoration"]
    sent = {e.fact.prompt: e.fact for e in rig.entries(key, "prompt_sent")}
    assert len(prompts) == 2
    assert all(prompt.fact.asked == (rig.person("ilse"),) for prompt in prompts)
    channel, ts = slack_message(sent[prompts[-1].n].ref)
    assert "Restore by" in rig.sandbox.workspace.channels[channel].messages[ts].text


def test_a_restored_incident_gets_no_more_restoration_warnings(rig: WorkerEnv):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.after(minutes=130)
    rig.act("restored", "ilse", key, text="payments go through again")

    rig.after(minutes=120)

    assert len([e for e in rig.entries(key, "prompt_due") if e.fact.ask == "restoration"]) == 1
    assert any(text.startswith(":white_check_mark: Restored") for text in rig.texts(key))


def test_a_provisional_priority_is_prompted_for_after_half_an_hour_until_it_is_judged():
    desk = CommandBench().declared(impact=None, urgency=None)
    desk.tick(29)
    before = asked(desk, "judgement")
    desk.tick(30)
    desk.do("priority", "eva", 40, impact=2, urgency=1, justification="one shop in three is down")
    desk.tick(200)

    assert before == []
    assert asked(desk, "judgement") == [(30, (who("rob"),))]
    assert desk.incident.priority == Priority.P2


def test_silence_in_a_p1_is_prompted_for_and_the_prompt_is_recorded():
    desk = CommandBench().declared(impact=1, urgency=1)
    desk.do("take", "ilse", 2, role="commander")
    desk.tick(16)
    before = asked(desk, "stale")

    desk.tick(17)
    desk.tick(32)

    assert before == []
    assert asked(desk, "stale") == [(17, (who("ilse"),)), (32, (who("ilse"), who("nadia")))]


def test_a_missing_commander_is_prompted_for_until_the_role_is_taken():
    desk = CommandBench().declared(impact=1, urgency=1)
    desk.tick(5)
    desk.tick(15)
    desk.do("take", "ilse", 16, role="commander")
    desk.tick(60)

    assert asked(desk, "commander") == [(5, (who("rob"),)), (15, (who("rob"), who("nadia")))]


def test_a_prompt_that_fell_due_while_muster_was_down_is_sent_once_and_says_that_it_is_late():
    desk = CommandBench().declared(impact=1, urgency=1)
    desk.note(desk.key, GapNoted(edge="begins"))

    desk.tick(100)

    late = [entry.fact for entry in desk.entries() if entry.fact.kind == "prompt_due"]
    assert len({fact.due for fact in late}) == len(late)
    assert all(fact.late for fact in late)


def test_the_prompt_for_a_priority_opens_the_form_to_judge_it(rig: WorkerEnv):
    key = rig.act("declare", "rob", title="Is checkout slow?", service="checkout").key
    rig.after(minutes=31)
    posted = next(m for m in rig.messages(key) + rig.direct("rob") if "How bad is it?" in m.text)
    assert "form:priority" in str(posted.blocks)

    rig.act("priority", "rob", key, impact=2, urgency=1, justification="one shop in three is down")
    rig.after(seconds=5)

    assert any("Priority set: P2" in m.text for m in rig.direct("rob") + rig.messages(key))
