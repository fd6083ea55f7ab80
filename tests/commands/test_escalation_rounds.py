"""An escalation policy pages its levels again, round after round, and the manager when every round is over."""

from __future__ import annotations

import pytest

from bot.rendering.renderer import Renderer, VerbContext
from incident.policy import EscalationPolicy, People, Policy
from incident.rules.responders.open_calls import tried
from roles.schedules.schedule_rules import ScheduleRules
from tests.support.command_bench import CommandBench, who
from tests.support.policies import at_all_hours, paged, team_policy


def in_rounds(rounds: int, manager: str = "", *, levels: tuple[str, ...] = ("UROB", "UEVA")) -> Policy:
    """Return the team's policy with rounds: rob, then eva; nadia owns the service."""
    escalation = EscalationPolicy.model_validate(paged(*levels, rounds=rounds))
    changes = {"ladders": {"payments": escalation}, "people": People(manager=manager)}
    return team_policy().model_copy(update=changes)


def called(room: CommandBench) -> list[str]:
    """Who was called, in order."""
    return [str(call.to).removeprefix("slack:T1:U").lower() for call in room.incident.escalations]


def line(room: CommandBench, template: str) -> str:
    """Return the latest line in the channel of a template."""
    job = [queued.job for queued in room.memory.state.jobs.values() if queued.job.template == template][-1]
    first, last = job.entry or 0, job.last or job.entry or 0
    entries = tuple(entry for entry in room.entries() if first <= entry.n <= last)
    return Renderer().said(template, VerbContext(room.incident, entries, entries[0].by, room.at))


def escalate(room: CommandBench, policy: Policy, minutes: float = 40) -> None:
    """Call for help at minute 8, and let time pass: each level has five minutes."""
    room.policy = policy
    room.do("escalate", by="ilse", at=8, reason="help")
    for minute in range(9, 9 + int(minutes)):
        room.tick(minute)


def test_after_the_levels_the_service_owner_is_paged_and_then_a_red_line_says_who_was_tried(room: CommandBench) -> None:
    escalate(room, in_rounds(0))

    assert called(room) == ["rob", "eva", "nadia"]
    shown = line(room, "surfaces/lapsed")
    assert shown.startswith("<@UNADIA> did not answer.\n:red_circle: *No one took the call for help*")
    assert shown.endswith(
        "Called: <@UROB> once, <@UEVA> once, <@UNADIA> once. Phone them now, or call someone else: `/incident escalate @name`."
    )


def test_each_further_round_pages_every_level_again_and_the_last_one_the_owner(room: CommandBench) -> None:
    escalate(room, in_rounds(2))

    assert called(room) == ["rob", "eva", "rob", "eva", "rob", "eva", "nadia"]
    assert tried(room.incident, room.incident.escalations[-1]) == ((who("rob"), 3), (who("eva"), 3), (who("nadia"), 1))


def test_a_manager_in_the_policy_is_paged_in_place_of_the_service_owner(room: CommandBench) -> None:
    escalate(room, in_rounds(1, "UCLERK"))

    assert called(room) == ["rob", "eva", "rob", "eva", "clerk"]


def test_an_owner_who_declared_the_incident_is_awake_and_not_paged_for_it(desk: CommandBench) -> None:
    desk.policy = in_rounds(0).model_copy(update={"page_priorities": at_all_hours("P1")})
    desk.declared(by="nadia", urgency=1, at=2)

    for minute in range(3, 30):
        desk.tick(minute)

    assert called(desk) == ["rob", "eva"]


def test_who_declined_is_not_called_in_the_next_round(room: CommandBench) -> None:
    escalate(room, in_rounds(1), minutes=0)
    room.do("answer", by="rob", at=9, answer="declined")

    for minute in range(10, 40):
        room.tick(minute)

    assert called(room) == ["rob", "eva", "eva", "nadia"]


def test_who_accepts_in_a_later_round_ends_it(room: CommandBench) -> None:
    escalate(room, in_rounds(3), minutes=13)
    assert called(room) == ["rob", "eva", "rob"]

    room.do("answer", by="rob", at=22, answer="accepted")
    room.tick(60)

    assert called(room) == ["rob", "eva", "rob"]


def test_a_call_for_a_decision_has_no_rounds(room: CommandBench) -> None:
    room.policy = in_rounds(2)
    room.do("escalate", by="ilse", at=8, how="hierarchical", reason="may we roll back?")
    for minute in range(9, 40):
        room.tick(minute)

    assert called(room) == ["nadia"]


def test_a_schedule_without_anyone_on_call_is_skipped_at_once_and_named(desk: CommandBench) -> None:
    schedules = {"backup": ScheduleRules(people=())}
    policy = in_rounds(0, levels=("schedule:backup", "UEVA")).model_copy(
        update={"page_priorities": at_all_hours("P1"), "schedules": schedules}
    )
    desk.policy = policy
    desk.declared(by="ilse", urgency=1, at=2)

    assert called(desk) == ["rob"]
    assert line(desk, "surfaces/paged").endswith("No one is on call for backup.")


@pytest.mark.parametrize("rounds", [-1, 6])
def test_a_policy_has_between_none_and_five_further_rounds(rounds: int) -> None:
    with pytest.raises(ValueError, match="rounds"):
        EscalationPolicy(rounds=rounds)
