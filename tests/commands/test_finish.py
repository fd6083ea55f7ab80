"""One form takes a small incident to closed: every fact by who acts, nothing where something else is open."""

from __future__ import annotations

from typing import Any

import pytest

from commands.finish import Finish
from incident.model.incident import Incident
from incident.refusal import Code
from incident.states import Priority, State
from roles.role_names import Role
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import shipped_policy

FORM: dict[str, Any] = {
    "text": "A typo in the help page, corrected in release 42.",
    "how": "fix",
    "criterion": "user_confirmed",
    "evidence": "the reporter reads the right word",
    "started_at": T(-5).isoformat(),
}


def desk(impact: int = 2, urgency: int = 3, **more: Any) -> CommandBench:
    return CommandBench(policy=shipped_policy()).declared(impact=impact, urgency=urgency, **more)


def kinds(bench: CommandBench, after: int) -> list[str]:
    return [entry.fact.kind for entry in bench.entries() if entry.n > after]


@pytest.mark.parametrize(
    "before", [(), ("ack",), ("ack", "mitigated"), ("ack", "restored"), ("ack", "restored", "resolve")]
)
def test_a_lone_responder_closes_a_small_incident_from_every_state_with_one_form(before: tuple[str, ...]):
    bench = desk()
    texts: dict[str, dict[str, Any]] = {"mitigated": {"text": "better"}, "restored": {"text": "works"}}
    texts["resolve"] = {"how": "fix", "text": "The word is right in release 42."}
    for minute, verb in enumerate(before, start=1):
        assert not bench.do(verb, "eva", minute, **texts.get(verb, {})).is_refused

    outcome = bench.do("finish", "eva", 9, **FORM)

    assert not outcome.is_refused, outcome
    incident = bench.incident
    assert incident.state is State.CLOSED
    assert {entry.by for entry in bench.entries() if entry.n >= (outcome.first or 0)} <= {who("eva"), "muster"}
    assert incident.times.started_at == T(-5)
    assert incident.times.restored_at == T(before.index("restored") + 1 if "restored" in before else 9)
    assert any(one.role is Role.COMMANDER and one.who == who("eva") for one in incident.roles)


def test_the_end_may_be_earlier_than_the_form():
    bench = desk()

    bench.do("finish", "eva", 9, **FORM, restored_at=T(4).isoformat())

    assert bench.incident.times.restored_at == T(4)
    assert bench.incident.times.out_of_order == ()


def test_the_form_proposes_the_start_that_is_known_else_the_detection():
    bench = desk()

    proposed = bench.memory.read(lambda reader: Finish.proposal({}, bench.incident, reader))

    assert proposed["started_at"] == "2026-06-09T10:00:00.000000Z"


@pytest.mark.parametrize(
    ("impact", "urgency", "fields", "code", "reason"),
    [
        (1, 2, {}, Code.STATE, "finish_not_small"),
        (2, 3, {"text": "typo"}, Code.JUSTIFICATION, "finish_says_too_little"),
        (2, 3, {"started_at": T(3).isoformat()}, Code.BAD_VALUE, "finish_starts_late"),
        (2, 3, {"restored_at": T(-3).isoformat()}, Code.BAD_VALUE, "finish_ends_early"),
        (2, 3, {"restored_at": T(30).isoformat()}, Code.BAD_VALUE, "time_ahead"),
    ],
)
def test_what_is_not_small_or_says_too_little_or_has_wrong_times_is_refused_whole(
    impact: int, urgency: int, fields: dict[str, Any], code: Code, reason: str
):
    bench = desk(impact, urgency)
    n = bench.incident.n

    outcome = bench.do("finish", "eva", 9, **{**FORM, **fields})

    assert (outcome.code, outcome.reason) == (code, reason)
    assert kinds(bench, n) == ["refused"]


def test_an_open_temporary_fix_without_an_owner_is_settled_first():
    bench = desk()
    bench.do("tempfix", "rob", 2, form={"form": "add", "text": "restarts every hour"})

    outcome = bench.do("finish", "eva", 9, **FORM)

    assert (outcome.code, outcome.reason) == (Code.STATE, "finish_incomplete")
    assert ("codes", "TEMPFIX") in outcome.facts
    assert bench.incident.state is not State.CLOSED


def test_who_may_not_close_does_not_finish_what_another_commands():
    bench = desk()
    bench.do("take", "rob", 2, role="commander")

    outcome = bench.do("finish", "eva", 9, **FORM)

    assert (outcome.code, outcome.reason) == (Code.NOT_AUTHORISED, "close_not_yours")
    assert not bench.do("finish", "rob", 10, **FORM).is_refused


def test_the_policy_says_which_priorities_are_small():
    bench = desk(1, 3)
    assert bench.incident.priority is Priority.P3
    assert bench.do("finish", "eva", 8, **FORM).reason == "finish_not_small"

    bench.policy = bench.policy.model_copy(update={"finish_priorities": (Priority.P3,)})

    assert not bench.do("finish", "eva", 9, **FORM).is_refused
    closed: Incident = bench.incident
    assert closed.state is State.CLOSED
