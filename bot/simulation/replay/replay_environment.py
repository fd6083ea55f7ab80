"""A pretend workspace and a whole Muster in this process, under one clock that is set by hand. Knows no scenario."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml

from bot.bootstrap.composition import compose
from bot.clock import SetClock
from bot.config.settings import Settings
from bot.requests.command_line_request import command_line_request
from bot.simulation.replay.scenario_policy import SHIPPED, read_once
from bot.slack.forms.update_form import CONFIRMED
from commands.core.request import Fields
from commands.core.run import record_passed
from incident.entry import WORKSPACE, Entry, IncidentKey
from incident.policy import Policy
from sandbox.delivery.dispatcher import DELAYED_RETRIES, Timing
from sandbox.delivery.envelope import Delivery
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person

MANIFEST: Final = SHIPPED.with_name("app.yaml")
LOBBY: Final = "general"
FORM_TIMEOUT_S: Final = 5.0
RECONNECT_TIMEOUT_S: Final = 15.0
TIMING: Final = Timing(retry_after=DELAYED_RETRIES, drop_after=86_400.0)


class ReplayEnvironment:
    """The workspace and its Muster. `users` maps aliases to Slack user ids."""

    def __init__(
        self,
        people: dict[str, Person],
        *,
        clock: SetClock,
        channels: Iterable[str] = (),
        port: int = 0,
        timing: Timing = TIMING,
    ) -> None:
        self.clock = clock
        self.sandbox = Sandbox(
            people.values(),
            manifest=read_once(MANIFEST),
            clock=self.clock,
            strict_tiers=False,
            channels=(LOBBY, *channels),
            port=port,
            timing=timing,
        )
        self.sandbox.start()
        self.users = {alias: self.sandbox.workspace.find_person(person.name).id for alias, person in people.items()}
        self.is_cut_off = False
        self._folder = tempfile.TemporaryDirectory(prefix="muster-")

    def open(
        self,
        policy: Policy,
        database: str | None = None,
        *,
        gap_seconds: int = 60,
        key_file: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Start Muster, on a fresh SQLite file unless a database is given, with `more` settings by their names."""
        folder = Path(self._folder.name)
        (folder / "policy.yaml").write_text(
            yaml.safe_dump(policy.model_dump(mode="json"), allow_unicode=True), encoding="utf-8"
        )
        settings: dict[str, Any] = {
            "_env_file": None,
            "slack_bot_token": self.sandbox.bot_token,
            "slack_app_token": self.sandbox.app_token,
            "slack_api_url": self.sandbox.base_url,
            "database_url": database or f"sqlite:///{folder / 'muster.db'}",
            "MUSTER_POLICY": folder / "policy.yaml",
            "MUSTER_GAP_SECONDS": gap_seconds,
            "MUSTER_SPOOL": folder / "spool",
            "MUSTER_EVIDENCE": folder / "evidence",
            "MUSTER_KEY_FILE": key_file,
            **(more or {}),
        }
        self.muster = compose(Settings(**settings), clock=self.clock)
        self.team = self.muster.gateway.team
        self.muster.listen()
        if not self.sandbox.wait_for_socket():
            raise RuntimeError("Muster did not connect to the pretend workspace")
        _until(lambda: self.muster.gap_detector.backfills > 0, "Muster was not greeted")

    def close(self) -> None:
        """Stop everything."""
        self.muster.stop()
        self.sandbox.stop()
        self._folder.cleanup()

    @property
    def incident(self) -> IncidentKey | None:
        """The latest incident, or None."""
        incidents = self.muster.store.queries.incidents(self.team, limit=1)
        return incidents[0].key if incidents else None

    @property
    def channel(self) -> str | None:
        """The latest incident's channel, or None until it is created."""
        incidents = self.muster.store.queries.incidents(self.team, limit=1)
        return incidents[0].channel if incidents else None

    def join_current_channel(self, user: str) -> str:
        """Return the incident channel, or the lobby before one exists; this person joins it."""
        channel = self.channel or self.sandbox.workspace.find_channel(LOBBY).id
        self.join(user, channel)
        return channel

    def join(self, user: str, channel: str) -> None:
        """Join a channel unless the person is a member."""
        if user not in self.sandbox.workspace.find_channel(channel).members:
            self.sandbox.actor.join(user, channel)
            self.settle()

    def invite_muster(self, user: str) -> None:
        """Invite Muster to the current channel before an incident exists, so that it receives the messages."""
        self.sandbox.actor.invite(user, self.join_current_channel(user), self.muster.gateway.bot)
        self.settle()

    def cut_off(self) -> None:
        """Start an outage: Muster receives nothing and does nothing, while people go on."""
        self.muster.gap_detector.check()
        self.sandbox.faults.cut_off()
        self.is_cut_off = True
        _until(lambda: self.sandbox.sockets.count() == 0, "the connections did not end")

    def restore_connections(self, *, late: bool = True) -> None:
        """End the outage. With `late`, Slack redelivers its events; Muster backfills the rest."""
        backfills = self.muster.gap_detector.backfills
        self.settle()
        self.sandbox.faults.restore_connections()
        _until(lambda: self.muster.gap_detector.backfills > backfills, "Muster did not connect again")
        if late and not self.sandbox.redeliver():
            raise TimeoutError("something that came late was never acknowledged")
        self.is_cut_off = False
        self.settle()

    def advance_to(self, at: datetime) -> None:
        """Advance the clock, stopping at each time at which a job is due."""
        while not self.is_cut_off and (due := self.muster.store.jobs.next_run_at()) is not None and due < at:
            self.clock.set(due)
            self.settle()
            if self.muster.store.jobs.next_run_at() == due:
                break
        self.clock.set(at)
        self.settle()

    def record_passed(self) -> None:
        """Record the deadlines of the incident that have passed, as every reading of the record does."""
        if self.incident is not None:
            policy = self.muster.active.loaded.policy
            record_passed(self.incident, recorder=self.muster.store.recorder, policy=policy, at=self.clock.now())

    def settle(self) -> None:
        """Wait until no envelope is outstanding and no job is due."""
        while True:
            if not self.sandbox.settle():
                raise TimeoutError("something was never acknowledged")
            if self.is_cut_off:
                return
            done = self.muster.drain(self.clock.now())
            if not done and not self.sandbox.outstanding():
                return

    def slash(self, user: str, channel: str, line: str) -> Delivery:
        """Send a command after the root word."""
        return self._acknowledged(self.sandbox.actor.slash(user, channel, "/inc", line))

    def open_form(self, user: str, channel: str, line: str) -> dict[str, Any]:
        """Send a command that opens a form, and return the form."""
        delivery = self.slash(user, channel, line)
        view = delivery.view(FORM_TIMEOUT_S)
        return {"id": view.id, "callback_id": view.callback_id, "blocks": view.blocks}

    def submit(self, user: str, view: dict[str, Any], values: dict[str, Any]) -> Delivery:
        """Submit a form, again with its box ticked if it asks whether it is meant. One that stays open is closed."""
        delivery = self._acknowledged(self.sandbox.actor.submit(user, view["id"], values))
        asking = [one for one in self.sandbox.workspace.stack(user) if asks_to_confirm(one.blocks)]
        if asking:
            delivery = self._acknowledged(self.sandbox.actor.submit(user, asking[-1].id, {CONFIRMED: ["yes"]}))
        self.close_forms(user)
        return delivery

    def close_forms(self, user: str) -> None:
        """Close every form that a person has open."""
        for open_view in self.sandbox.workspace.stack(user):
            self.sandbox.actor.close(user, open_view.id)

    def run_command(self, user: str, verb: str, fields: Fields, occurred_at: datetime | None = None) -> None:
        """Make a request as `muster incident` does, about the latest incident, by this person."""
        gateway, latest = self.muster.gateway, self.muster.store.queries.incidents(self.team, limit=1)
        request = command_line_request(
            verb,
            fields,
            actor=gateway.users.actor(user, gateway.record.policy),
            team=self.team,
            number=latest[0].number if latest else None,
            at=self.clock.now(),
            occurred_at=occurred_at,
        )
        gateway.executor.path.run(request)

    def entries(self, key: IncidentKey) -> tuple[Entry, ...]:
        """Return a chain's entries unmasked: a scenario is about the record."""
        return tuple(self.muster.store.recorder.read(lambda reader: reader.unmasked().entries(key)))

    def last_entries(self) -> dict[str, int]:
        """Return the number of each chain's last entry, by chain."""
        workspace = IncidentKey(self.team, WORKSPACE)
        last = {workspace.id: max((entry.n for entry in self.entries(workspace)), default=0)}
        incident = self.muster.store.queries.incident(self.incident) if self.incident else None
        return last | ({incident.key.id: incident.n} if incident else {})

    def _acknowledged(self, delivery: Delivery) -> Delivery:
        if not delivery.wait().acked:
            raise RuntimeError(f"Muster did not answer: {delivery.error}")
        return delivery


def asks_to_confirm(blocks: Iterable[dict[str, Any]]) -> bool:
    """True if a form has come back with the question whether it is meant."""
    return any(block.get("block_id") == CONFIRMED for block in blocks)


def _until(condition: Callable[[], bool], message: str) -> None:
    """Wait for a condition. TimeoutError with this message."""
    deadline = time.monotonic() + RECONNECT_TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(message)
        time.sleep(0.01)
