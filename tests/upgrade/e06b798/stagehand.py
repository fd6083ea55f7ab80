"""What people can do on the stage: say something, type a line, do what a verb says. Runs on the code of e06b798 alone."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.replay.scenario import Scenario
from bot.replay.stage import Stage
from commands.run import run
from commands.verb import Place, Request
from roles.people import PersonId, slack_person

from incident.entry import IncidentKey, Source, Surface
from incident.ports import Outcome


class Stagehand:
    """One stage, and people who do things on it."""

    def __init__(self, stage: Stage, folder: Path, scenario: Scenario, keys: tuple[Path, Path]) -> None:
        self.stage, self.folder, self.scenario, self.keys = stage, folder, scenario, keys
        self.acting = stage.sandbox.acting
        self.requests = count(1)
        self.problems: list[str] = []
        self.url = f"sqlite:///{folder / 'muster.db'}"

    def user(self, name: str) -> str:
        return self.stage.users[name]

    def person(self, name: str) -> PersonId:
        return slack_person(self.stage.team, self.user(name))

    @property
    def store(self) -> Any:
        return self.stage.muster.store

    def later(self, minutes: float) -> None:
        self.stage.pass_until(self.stage.clock.now() + timedelta(minutes=minutes))

    def channel(self, key: IncidentKey) -> str:
        channel = self.store.queries.incident(key).places.channel
        assert channel is not None
        return channel

    def enter(self, key: IncidentKey, *names: str) -> None:
        for name in names:
            self.stage.enter(self.user(name), self.channel(key))

    def say(self, name: str, channel: str, text: str, thread: str | None = None) -> str:
        self.later(0.2)
        ts = self.acting.post(self.user(name), channel, text, thread)
        self.stage.settle()
        return ts

    def line(self, name: str, channel: str, line: str) -> str:
        """Type a line after the root word and give the answer."""
        self.later(0.1)
        delivery = self.stage.slash(self.user(name), channel, line)
        self.stage.settle()
        return str((delivery.payload or {}).get("text", ""))

    def do(
        self,
        name: str,
        verb: str,
        key: IncidentKey | None = None,
        /,
        *,
        on: str | None = None,
        then: float = 0,
        ago: float | None = None,
        where: str | None = None,
        refused: bool = False,
        settles: bool = True,
        **fields: Any,
    ) -> Outcome:
        """Do what a verb says, as its form would ask for it."""
        active, clock = self.stage.muster.active, self.stage.clock
        incident = self.store.queries.incident(key) if key else None
        channel = incident.places.channel if incident else where
        if settles:
            self.later(0.1)
        request = Request(
            verb=verb,
            fields=fields,
            actor=self.person(name),
            groups=self.stage.muster.edge.people.groups_of(self.user(name), active.policy),
            team=self.stage.team,
            place=Place(number=incident.number if incident else None, channel=channel, message=on),
            source=Source(surface=Surface.COMMAND, channel=channel),
            key=f"story:{next(self.requests)}",
            at=clock.now(),
            occurred_at=clock.now() - timedelta(minutes=ago) if ago else None,
        )
        outcome = run(request, recorder=self.store.recorder, policy=active.policy, policy_hash=active.hash)
        if outcome.is_refused != refused:
            self.problems.append(f"{verb}: {outcome}")
        if settles:
            self.stage.settle()
            self.later(then)
        return outcome

    def declare(self, name: str, **fields: Any) -> IncidentKey:
        outcome = self.do(name, "declare", category="Availability", **fields)
        assert outcome.key is not None
        return outcome.key
