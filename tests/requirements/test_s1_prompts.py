"""What the guide demands of asking: who has to act is asked in time, and that they were asked is on the record."""

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
    """Give a worker on SQLite in a pretend workspace."""
    with worker_env_on(sqlite_store) as built:
        yield built


def asked(desk: CommandBench, ask: str) -> list[tuple[float, tuple[str, ...]]]:
    """Give the minutes at which something was asked for, and of whom."""
    prompts = [entry for entry in desk.entries() if entry.fact.kind == "prompt_due" and entry.fact.ask == ask]
    return [((entry.recorded_at - T(0)).total_seconds() / 60, entry.fact.asked) for entry in prompts]


def test_a_p1_that_is_not_restored_is_warned_about_before_the_target_and_the_warning_is_delivered(rig: WorkerEnv):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")

    rig.after(minutes=240 * 3 / 4 + 1)

    prompts = [e for e in rig.entries(key, "prompt_due") if e.fact.ask == "restoration"]
    sent = {e.fact.prompt: e.fact for e in rig.entries(key, "prompt_sent")}
    assert len(prompts) == 2
    assert all(prompt.fact.asked == (rig.person("ilse"),) for prompt in prompts)
    channel, ts = slack_message(sent[prompts[-1].n].ref)
    assert "The service is to be back by" in rig.sandbox.workspace.channels[channel].messages[ts].text


def test_a_service_that_is_back_is_warned_about_no_more(rig: WorkerEnv):
    key = rig.declare()
    rig.act("take", "ilse", key, role="commander")
    rig.after(minutes=130)
    rig.act("restored", "ilse", key, text="payments go through again")

    rig.after(minutes=120)

    assert len([e for e in rig.entries(key, "prompt_due") if e.fact.ask == "restoration"]) == 1
    assert any(text.startswith(":white_check_mark: Restored") for text in rig.texts(key))


def test_a_provisional_priority_is_asked_about_after_half_an_hour_and_no_more_once_it_is_judged():
    desk = CommandBench().declared(impact=None, urgency=None)
    desk.tick(29)
    before = asked(desk, "judgement")
    desk.tick(30)
    desk.do("priority", "eva", 40, impact=2, urgency=1, justification="one shop in three is down")
    desk.tick(200)

    assert before == []
    assert asked(desk, "judgement") == [(30, (who("rob"),))]
    assert desk.incident.priority == Priority.P2


def test_silence_in_a_p1_is_asked_about_and_the_asking_is_kept():
    desk = CommandBench().declared(impact=1, urgency=1)
    desk.policy = desk.policy.model_copy(update={"stale_minutes": 15})
    desk.do("take", "ilse", 2, role="commander")
    desk.tick(16)
    before = asked(desk, "stale")

    desk.tick(17)

    assert before == []
    assert asked(desk, "stale") == [(17, (who("ilse"), who("nadia")))]


def test_an_empty_chair_is_asked_about_until_somebody_commands():
    desk = CommandBench().declared(impact=1, urgency=1)
    desk.tick(5)
    desk.tick(15)
    desk.do("take", "ilse", 16, role="commander")
    desk.tick(60)

    assert asked(desk, "commander") == [(5, (who("rob"),)), (15, (who("rob"), who("nadia")))]


def test_what_fell_due_while_muster_was_away_is_asked_once_and_says_that_it_is_late():
    desk = CommandBench().declared(impact=1, urgency=1)
    desk.note(desk.key, GapNoted(edge="begins"))

    desk.tick(100)

    late = [entry.fact for entry in desk.entries() if entry.fact.kind == "prompt_due"]
    assert len({fact.due for fact in late}) == len(late)
    assert all(fact.late for fact in late)


def test_who_is_asked_to_judge_can_do_so_from_the_prompt(rig: WorkerEnv):
    key = rig.act("declare", "rob", title="Is checkout slow?", service="checkout").key
    rig.after(minutes=31)
    [posted] = [m for m in rig.direct("rob") + rig.messages(key) if "Nobody has judged yet" in m.text]
    assert "form:priority" in str(posted.blocks)

    rig.act("priority", "rob", key, impact=2, urgency=1, justification="one shop in three is down")
    rig.after(seconds=5)

    assert any("Judged: it is P2" in m.text for m in rig.direct("rob") + rig.messages(key))
