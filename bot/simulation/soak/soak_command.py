"""`muster soak`: actions, faults and kills drawn from a seed; when Muster is idle again, every invariant is checked.

Stdout holds one JSON object. Violations, and the command that repeats the soak, go to stderr.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from shlex import quote
from typing import Any, Final

from sqlalchemy import func, select

from bot.clock import RealClock
from bot.monitoring.logs import shown_database
from bot.simulation.soak.invariants import DOUBLED, LOST, SoakState
from bot.simulation.soak.ledger import Ledger
from bot.simulation.soak.soak_actors import QUICK, Actors
from bot.simulation.soak.soak_environment import SoakEnvironment, until
from bot.simulation.soak.soak_faults import inject
from bot.simulation.soak.soak_plan import STEPS_PER_SECOND, PlannedStep, plan
from incident.jobs import JobKind
from storage.jobs.job_table import JOB, JobState
from storage.store import Store, open_store

_AT_ONCE: Final = 8
# Backfill reads fifty threads a minute, Slack's rate. So the wait goes on while jobs complete, up to a total limit:
# a job that retries for ever must not keep it going.
_IDLE_LIMIT_S: Final = 600.0
_TOTAL_LIMIT_S: Final = 1800.0
_HORIZON: Final = timedelta(minutes=6)
_SCHEDULED_KINDS: Final = (JobKind.TIMER, JobKind.PROMPT)


def soak(minutes: float, seed: int, *, database: str | None = None, replicas: int = 1) -> int:
    """Run a soak, check the invariants and print the figures. Return 1 on any violation."""
    folder = Path(tempfile.mkdtemp(prefix="muster-soak-"))
    environment = SoakEnvironment(folder, database=database, replicas=replicas)
    try:
        environment.start()
        figures, problems = Soak(environment).run(plan(seed, minutes))
    finally:
        environment.stop()
    print(json.dumps({"seed": seed, "minutes": minutes, **figures}, indent=1))
    for log in environment.crash_logs:
        print(f"A Muster ended by itself and was started again. The end of its log:\n{log}", file=sys.stderr)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        command = rerun_command(minutes, seed, database=database, replicas=replicas)
        print(f"{len(problems)} things do not hold. To see it again: {command}", file=sys.stderr)
        print(f"What Muster wrote is kept in {folder}.", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if problems else 0


def rerun_command(minutes: float, seed: int, *, database: str | None, replicas: int) -> str:
    """Return the command that repeats a soak, with the database's credentials removed."""
    command = f"muster soak --minutes {minutes} --seed {seed}"
    command += f" --database {quote(shown_database(database))}" if database else ""
    return command + (f" --replicas {replicas}" if replicas > 1 else "")


def stall_reason(idle_s: float, waited_s: float) -> str | None:
    """Return why the wait for idleness ends: no progress, or too long in total. None while it goes on."""
    if idle_s > _IDLE_LIMIT_S:
        return f"nothing got done for {_IDLE_LIMIT_S:.0f} s"
    return f"it was still at work after {_TOTAL_LIMIT_S:.0f} s" if waited_s > _TOTAL_LIMIT_S else None


@dataclass
class Soak:
    """One soak in one environment."""

    environment: SoakEnvironment
    ledger: Ledger = field(default_factory=Ledger)
    faults: Counter[str] = field(default_factory=Counter)
    kills: int = 0

    def run(self, steps: Sequence[PlannedStep]) -> tuple[dict[str, Any], list[str]]:
        """Run every step at its time, wait until Muster is idle, and check. Return the figures and the violations."""
        started = time.monotonic()
        self._run_steps(steps)
        acting_seconds = time.monotonic() - started
        team = self.environment.sandbox.workspace.team_id
        with open_store(self.environment.database, team=team) as store:
            reason = self._wait_until_idle(store)
            rest_seconds = time.monotonic() - started - acting_seconds
            self.environment.stop_processes()
            state = SoakState(store, self.environment, self.ledger)
            problems = state.problems()
            entries = sum(one.n for one in state.incidents())
            unknowable = sum(len(state.unknowable(one)) for one in state.incidents())
        if reason:
            problems.insert(0, f"overdue: Muster did not come to rest: {reason}")
        return self._figures(problems, entries) | {
            "unknowable": unknowable,
            "acted_s": round(acting_seconds, 1),
            "rested_after_s": round(rest_seconds, 1),
        }, problems

    def _run_steps(self, steps: Sequence[PlannedStep]) -> None:
        actors, started = Actors(self.environment, self.ledger), time.monotonic()
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="person") as pool:
            futures = []
            for step in steps:
                time.sleep(max(0.0, started + step.n / STEPS_PER_SECOND - time.monotonic()))
                self.environment.restart_crashed()
                self.ledger.count(step.kind)
                if step.kind == "fault":
                    self.faults[inject(self.environment.sandbox.faults, step)] += 1
                elif step.kind == "kill":
                    self.kills += 1
                    self.environment.kill(int(step.between(0, 0, 64)), step.between(1, 0, 2))
                elif step.kind in QUICK:
                    actors.act(step)
                else:
                    futures.append(pool.submit(actors.act, step))
        for future in futures:
            future.result()

    def _wait_until_idle(self, store: Store) -> str | None:
        """End every fault and wait until no work is left. Return the reason if that takes too long."""
        sandbox, started = self.environment.sandbox, time.monotonic()
        sandbox.faults.clear()
        sandbox.faults.restore_connections()
        idle_rounds, fewest, progress_at = 0, _remaining_jobs(store), started
        while idle_rounds < 4:
            remaining = _remaining_jobs(store)
            if remaining < fewest:
                fewest, progress_at = remaining, time.monotonic()
            if reason := stall_reason(time.monotonic() - progress_at, time.monotonic() - started):
                return reason
            self.environment.restart_crashed()
            until(self.environment.is_connected, 30)
            is_idle = sandbox.settle(30) and sandbox.redeliver(5) and not _remaining_jobs(store)
            idle_rounds = idle_rounds + 1 if is_idle else 0
            time.sleep(0.5)
        return None

    def _figures(self, problems: list[str], entries: int) -> dict[str, Any]:
        return {
            "database": shown_database(self.environment.database).partition(":")[0],
            "events": self.environment.events,
            "acts": dict(self.ledger.counts),
            "faults": sum(self.faults.values()),
            "kills": self.kills,
            "restarts": self.environment.restarts,
            "entries": entries,
            "lost": sum(one.startswith(LOST) for one in problems),
            "doubled": sum(one.startswith(DOUBLED) for one in problems),
            "other": sum(not one.startswith((LOST, DOUBLED)) for one in problems),
        }


def _remaining_jobs(store: Store) -> int:
    """Count the jobs due now or soon. Timers and prompts scheduled for later do not count."""
    now = RealClock().now()
    ready = (JOB.c.state == JobState.READY) & (JOB.c.team == store.team)
    soon = (
        select(func.count())
        .select_from(JOB)
        .where(ready, JOB.c.run_at <= now + _HORIZON, JOB.c.kind.not_in(_SCHEDULED_KINDS))
    )
    due = store.jobs.due_count(now)
    return due + int(store.transactions.read(lambda connection: connection.execute(soon).scalar_one()))
