"""`muster soak`: people, troubles and kills as a seed has them; then Muster comes to rest and everything is checked.

Stdout holds one JSON object and nothing else. What is wrong, and the seed that shows it again, is said on stderr.
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
# Everything that came between is read back at Slack's pace, fifty threads a minute. So rest takes as long as something
# gets done, within reason: what is tried again without end would get done for ever.
_PATIENCE_S: Final = 600.0
_LONGEST_S: Final = 1800.0
_SOON: Final = timedelta(minutes=6)
_LATER: Final = (JobKind.TIMER, JobKind.PROMPT)


def soak(minutes: float, seed: int, *, database: str | None = None, replicas: int = 1) -> int:
    """Soak, check and print; 1 when anything does not hold."""
    folder = Path(tempfile.mkdtemp(prefix="muster-soak-"))
    house = SoakEnvironment(folder, database=database, replicas=replicas)
    try:
        house.begin()
        found, problems = Soak(house).go(plan(seed, minutes))
    finally:
        house.end()
    print(json.dumps({"seed": seed, "minutes": minutes, **found}, indent=1))
    for words in house.last_words:
        print(f"A Muster ended by itself and was started again. The last it said:\n{words}", file=sys.stderr)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        line = again(minutes, seed, database=database, replicas=replicas)
        print(f"{len(problems)} things do not hold. To see it again: {line}", file=sys.stderr)
        print(f"What Muster wrote is kept in {folder}.", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if problems else 0


def again(minutes: float, seed: int, *, database: str | None, replicas: int) -> str:
    """Give the line that soaks so once more, without what opens the database."""
    line = f"muster soak --minutes {minutes} --seed {seed}"
    line += f" --database {quote(shown_database(database))}" if database else ""
    return line + (f" --replicas {replicas}" if replicas > 1 else "")


def why_no_rest(idle_s: float, waited_s: float) -> str | None:
    """Say which bound ends the wait for rest, of nothing getting done and of the whole; None while it goes on."""
    if idle_s > _PATIENCE_S:
        return f"nothing got done for {_PATIENCE_S:.0f} s"
    return f"it was still at work after {_LONGEST_S:.0f} s" if waited_s > _LONGEST_S else None


@dataclass
class Soak:
    """One soak in one house."""

    house: SoakEnvironment
    ledger: Ledger = field(default_factory=Ledger)
    faults: Counter[str] = field(default_factory=Counter)
    kills: int = 0

    def go(self, steps: Sequence[PlannedStep]) -> tuple[dict[str, Any], list[str]]:
        """Take every step in its time, come to rest, and check; give the figures and what does not hold."""
        began = time.monotonic()
        self._take(steps)
        acted = time.monotonic() - began
        team = self.house.sandbox.workspace.team_id
        with open_store(self.house.database, team=team) as store:
            why = self._rest(store)
            rest = time.monotonic() - began - acted
            self.house.stop_musters()
            outcome = SoakState(store, self.house, self.ledger)
            problems = outcome.problems()
            entries = sum(one.n for one in outcome.incidents())
            unknowable = sum(len(outcome.unknowable(one)) for one in outcome.incidents())
        if why:
            problems.insert(0, f"overdue: Muster did not come to rest: {why}")
        return self._figures(problems, entries) | {
            "unknowable": unknowable,
            "acted_s": round(acted, 1),
            "rested_after_s": round(rest, 1),
        }, problems

    def _take(self, steps: Sequence[PlannedStep]) -> None:
        people, began = Actors(self.house, self.ledger), time.monotonic()
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="person") as hands:
            doing = []
            for step in steps:
                time.sleep(max(0.0, began + step.n / STEPS_PER_SECOND - time.monotonic()))
                self.house.look_after()
                self.ledger.count(step.kind)
                if step.kind == "fault":
                    self.faults[inject(self.house.sandbox.faults, step)] += 1
                elif step.kind == "kill":
                    self.kills += 1
                    self.house.kill(int(step.between(0, 0, 64)), step.between(1, 0, 2))
                elif step.kind in QUICK:
                    people.act(step)
                else:
                    doing.append(hands.submit(people.act, step))
        for one in doing:
            one.result()

    def _rest(self, store: Store) -> str | None:
        """End every trouble and wait until nothing is left to be done; say why when that does not come about in time."""
        sandbox, began = self.house.sandbox, time.monotonic()
        sandbox.faults.clear()
        sandbox.faults.restore_connections()
        quiet, least, since = 0, _left(store), began
        while quiet < 4:
            left = _left(store)
            if left < least:
                least, since = left, time.monotonic()
            if why := why_no_rest(time.monotonic() - since, time.monotonic() - began):
                return why
            self.house.look_after()
            until(self.house.is_connected, 30)
            done = sandbox.settle(30) and sandbox.redeliver(5) and not _left(store)
            quiet = quiet + 1 if done else 0
            time.sleep(0.5)
        return None

    def _figures(self, problems: list[str], entries: int) -> dict[str, Any]:
        return {
            "database": shown_database(self.house.database).partition(":")[0],
            "events": self.house.events,
            "acts": dict(self.ledger.counts),
            "faults": sum(self.faults.values()),
            "kills": self.kills,
            "restarts": self.house.restarts,
            "entries": entries,
            "lost": sum(one.startswith(LOST) for one in problems),
            "doubled": sum(one.startswith(DOUBLED) for one in problems),
            "other": sum(not one.startswith((LOST, DOUBLED)) for one in problems),
        }


def _left(store: Store) -> int:
    """Count what is still to be done soon. Timers and prompts of later belong to nobody's rest."""
    now = RealClock().now()
    ready = (JOB.c.state == JobState.READY) & (JOB.c.team == store.team)
    waits = select(func.count()).select_from(JOB).where(ready, JOB.c.run_at <= now + _SOON, JOB.c.kind.not_in(_LATER))
    due = store.jobs.due_count(now)
    return due + int(store.transactions.read(lambda connection: connection.execute(waits).scalar_one()))
