"""What waits for a person on their Home tab once an incident is over, and the decisions that others name them as the approver of."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.rendering.renderer import Renderer
from bot.slack.surfaces.home_tab import TEMPLATE, home_context, home_view
from commands.core.run import tick
from incident.deadlines import due_deadlines
from incident.deadlines.deadline import Deadline
from incident.entry import workspace_chain
from incident.memory_store import MemoryStore
from incident.model.components import Review, TempFix
from incident.model.incident import Incident
from incident.model.response.approval_question import ApprovalQuestion
from incident.states import State
from roles.person_ids import PersonId
from tests.support.command_bench import CommandBench, who
from tests.support.handmade_incidents import EVA, ILSE, ROB, START, an_incident, later
from tests.support.policies import small_policy

ASKED = ApprovalQuestion(n=7, id="D1", by=ILSE, who=EVA, at=START)


def over(**changes: Any) -> Incident:
    return an_incident(State.CLOSED, **{"roles": (), "service_owner": None} | changes)


def home_text(incident: Incident, person: PersonId = EVA) -> str:
    memory = MemoryStore()
    memory.transact(lambda unit: unit.project(incident))
    context = memory.read(lambda reader: home_context(reader, "T1", person, small_policy(), START))
    return str(home_view(context, Renderer()))


@pytest.mark.parametrize(("days", "is_shown"), [(2, True), (-13, True), (-15, False)])
def test_the_review_of_a_closed_incident_waits_for_its_owner_until_two_weeks_after_its_date(
    days: int, is_shown: bool
) -> None:
    closed = over(review=Review(owner=EVA, at=START + timedelta(days=days)))

    assert ("Post-incident review: <!date^" in home_text(closed)) is is_shown
    assert "Post-incident review" not in home_text(closed, ROB)
    assert ("Waiting for you" in home_text(closed)) is is_shown


def test_a_temporary_fix_that_outlives_its_incident_waits_for_its_owner() -> None:
    fix = TempFix(id="TF1", text="Restart every hour", owner=EVA, remove_by=later(-9000))

    assert "Remove temporary fix TF1 by" in home_text(over(temp_fixes=(fix,)))
    assert "TF1" not in home_text(over(temp_fixes=(fix.model_copy(update={"removed_at": START}),)))


def test_a_person_whom_another_names_as_approver_is_asked_whether_that_is_right() -> None:
    asked = an_incident(roles=(), service_owner=None, approval_questions=(ASKED,))

    text = home_text(asked)

    assert "<@UILSE> says that you approved D1 (entry 7). Is that right?" in text
    assert text.index("I approved D1") < text.index("I did not")
    assert "D1" not in home_text(asked, ROB)
    assert "D1" not in home_text(over(approval_questions=(ASKED,)))


def test_an_event_to_judge_shows_on_the_tab_of_who_was_asked() -> None:
    bench, key = CommandBench(), workspace_chain("T1")
    bench.do("event", what="log", text="The queue grows", service="checkout")
    tick(key, recorder=bench.memory, policy=bench.policy, at=bench.at)

    def text(name: str) -> str:
        context = bench.memory.read(lambda reader: home_context(reader, "T1", who(name), bench.policy, bench.at))
        return str(home_view(context, Renderer()))

    assert "*To judge*" in text("rob")
    assert "EV-2026-0001 is none" in text("rob")
    assert "Waiting for you" in text("rob")
    assert "To judge" not in text("eva")
    bench.do("event", what="no", id="1", reason="A planned test of the queue")
    assert "To judge" not in text("rob")


def test_each_kind_of_deadline_has_a_line_of_its_own() -> None:
    sources = Path(due_deadlines.__file__).parent.rglob("*.py")
    kinds = {kind for source in sources for kind in re.findall(r'key_of\(\s*"(\w+)"', source.read_text("utf-8"))}
    lines = {
        kind: Renderer().macro(TEMPLATE, "asks", Deadline(f"{kind}:1", START, (), about="x"), an_incident())
        for kind in kinds
    }

    assert kinds > {"stale", "clock", "cap_check"}
    assert [kind for kind, line in lines.items() if "Still going on?" in line] == ["stale"]
    assert len(set(lines.values())) == len(kinds)


def test_a_restricted_incident_asks_no_one_who_may_not_see_it() -> None:
    asked = an_incident(roles=(), service_owner=None, restricted=True, approval_questions=(ASKED,))

    assert "D1" not in home_text(asked)
