"""A bench after a major incident: resolved with every criterion met, closed on request, with a policy that names managers."""

from __future__ import annotations

from typing import Any

from incident.policy import Policy
from tests.support.clock import T
from tests.support.command_bench import CommandBench, who
from tests.support.policies import team_policy

DAY = 24 * 60
PEOPLE = {"manager": "UMAYA", "policy_owner": "UPIA", "isms_manager": "UIRIS"}
REVIEW = {"what_happened": "The cache was cold (E4)", "went_well": "The rollback", "went_badly": "We paged late"}
RCA = {"method": "Five whys", "root_cause": "No warm-up", "contributing": "A sale", "confidence": "High"}


def after_policy(**changes: Any) -> Policy:
    """Return a policy whose executives sign off, and whose manager is asked in the end."""
    shown = team_policy().model_dump(exclude_defaults=True)
    return Policy.model_validate({**shown, "people": PEOPLE, "groups": {"exec": ["UCEO"]}, **changes})


def resolved_bench(policy: Policy | None = None, **declared: Any) -> CommandBench:
    """Return a bench in which a major incident is resolved and may be closed."""
    bench = CommandBench(policy=policy or after_policy()).declared(0, **{"impact": 1, "urgency": 1, **declared})
    bench.do("take", "ilse", 1, role="commander")
    bench.do("time", "ilse", 2, field="started_at", basis="By the graph", form={"at": T(-9).isoformat()})
    bench.do("restored", "ilse", 30, text="Payments go through again")
    bench.do("validate", "ilse", 32, criterion="monitoring_verified", evidence="Graphs are flat")
    bench.do("validate", "nadia", 33, criterion="service_owner_confirmed", evidence="Paid with three cards")
    bench.do("resolve", "ilse", 34, how="fix", text="Restarted the payment service on all four hosts")
    bench.do("confirm", "ilse", 35, what=["category", "priority"])
    bench.do("link", "ilse", 36, kind="problem", ref="PRB-1")
    for audience in ("internal", "exec", "customer"):
        bench.do("update", "ilse", 37, audience=[audience], text="All is well again", final=True)
    bench.do("review", "ilse", 38, form={"owner": who("eva"), "at": T(2 * DAY).isoformat()})
    return bench


def closed_bench(policy: Policy | None = None, **declared: Any) -> CommandBench:
    """Return a bench in which a major incident was closed at minute 40."""
    bench = resolved_bench(policy, **declared)
    outcome = bench.do("close", "ilse", 40)
    assert outcome.code is None, (outcome, bench.answer())
    return bench


def submitted_bench() -> CommandBench:
    """Return a bench in which Eva wrote and submitted the review, whose meeting was held."""
    bench = closed_bench()
    bench.do("review", "eva", 2 * DAY, what="held")
    bench.do("review", "eva", 2 * DAY + 1, what="write", **REVIEW)
    bench.do("review", "eva", 2 * DAY + 2, what="submit")
    return bench


def asked(bench: CommandBench, ask: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return the days on which people were asked, and whom."""
    facts = [(entry.recorded_at, entry.fact) for entry in bench.entries() if entry.fact.kind == "prompt_due"]
    return [((at - T(0)).days, fact.asked) for at, fact in facts if fact.ask == ask]


def left_until(bench: CommandBench, minutes: float) -> CommandBench:
    """Let the timer of the incident ring until then."""
    timer = f"timer:{bench.key.team}:{bench.key.id}"
    while (next_at := bench.memory.run_at(timer)) is not None and next_at <= T(minutes):
        bench.tick((next_at - T(0)).total_seconds() / 60)
    return bench
