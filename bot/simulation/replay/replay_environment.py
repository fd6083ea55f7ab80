"""A pretend workspace with a whole Muster in it, under one clock that is moved by hand. Knows no script."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml

from bot.bootstrap.composition import compose
from bot.clock import SetClock
from bot.config.settings import Settings
from bot.simulation.replay.scenario_policy import SHIPPED
from incident.entry import WORKSPACE, Entry, IncidentKey
from incident.policy import Policy
from sandbox.delivery.dispatcher import DELAYED_RETRIES, Timing
from sandbox.delivery.envelope import Delivery
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person

MANIFEST: Final = SHIPPED.with_name("app.yaml")
LOBBY: Final = "general"
FORM_TAKES: Final = 5.0
RECONNECTING_TAKES: Final = 15.0
_DAY: Final = 86_400.0


class ReplayEnvironment:
    """Where something is played. `users` maps the names of the play to Slack user ids."""

    def __init__(
        self, people: dict[str, Person], *, clock: SetClock, channels: Iterable[str] = (), port: int = 0
    ) -> None:
        self.clock = clock
        manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
        self.sandbox = Sandbox(
            people.values(),
            manifest=manifest,
            clock=self.clock,
            strict_tiers=False,
            channels=(LOBBY, *channels),
            port=port,
            timing=Timing(retry_after=DELAYED_RETRIES, drop_after=_DAY),
        )
        self.sandbox.start()
        self.users = {alias: self.sandbox.workspace.find_person(person.name).id for alias, person in people.items()}
        self.is_cut_off = False
        self._folder = tempfile.TemporaryDirectory(prefix="muster-")

    def open(
        self, policy: Policy, database: str | None = None, *, gap_seconds: int = 60, key_file: Path | None = None
    ) -> None:
        """Put Muster on the stage, on a fresh SQLite file unless a database is named."""
        folder = Path(self._folder.name)
        (folder / "policy.yaml").write_text(
            yaml.safe_dump(policy.model_dump(mode="json"), allow_unicode=True), encoding="utf-8"
        )
        given: dict[str, Any] = {
            "_env_file": None,
            "slack_bot_token": self.sandbox.bot_token,
            "slack_app_token": self.sandbox.app_token,
            "slack_api_url": self.sandbox.base_url,
            "database_url": database or f"sqlite:///{folder / 'muster.db'}",
            "MUSTER_POLICY": folder / "policy.yaml",
            "MUSTER_GAP_SECONDS": gap_seconds,
            "MUSTER_SPOOL": folder / "spool",
            "MUSTER_KEY_FILE": key_file,
        }
        self.muster = compose(Settings(**given), clock=self.clock)
        self.team = self.muster.gateway.team
        self.muster.listen()
        if not self.sandbox.wait_for_socket():
            raise RuntimeError("Muster did not connect to the pretend workspace")
        _until(lambda: self.muster.gap_detector.backfills > 0, "Muster was not greeted")

    def close(self) -> None:
        """Take everything down."""
        self.muster.stop()
        self.sandbox.stop()
        self._folder.cleanup()

    @property
    def incident(self) -> IncidentKey | None:
        """The incident that was declared last."""
        listed = self.muster.store.queries.incidents(self.team, limit=1)
        return listed[0].key if listed else None

    @property
    def channel(self) -> str | None:
        """The channel of the incident, once it is made."""
        listed = self.muster.store.queries.incidents(self.team, limit=1)
        return listed[0].channel if listed else None

    def present(self, user: str) -> str:
        """Give the channel people act in now, after making sure that this person is in it."""
        channel = self.channel or self.sandbox.workspace.find_channel(LOBBY).id
        self.enter(user, channel)
        return channel

    def enter(self, user: str, channel: str) -> None:
        """Make sure that this person is in a channel."""
        if user not in self.sandbox.workspace.find_channel(channel).members:
            self.sandbox.actor.join(user, channel)
            self.settle()

    def bring_muster(self, user: str) -> None:
        """Let somebody invite Muster to where people are before there is an incident, so that it hears what is said."""
        self.sandbox.actor.invite(user, self.present(user), self.muster.gateway.bot)
        self.settle()

    def cut_off(self) -> None:
        """Cut Muster off: nothing reaches it and it does nothing, while people go on."""
        self.muster.gap_detector.check()
        self.sandbox.faults.cut_off()
        self.is_cut_off = True
        _until(lambda: self.sandbox.sockets.count() == 0, "the connections did not end")

    def restore_connections(self, *, late: bool = True) -> None:
        """Let Muster connect again; Slack sends it late what it could not deliver, and Muster reads back the rest."""
        backfills = self.muster.gap_detector.backfills
        self.settle()
        self.sandbox.faults.restore_connections()
        _until(lambda: self.muster.gap_detector.backfills > backfills, "Muster did not connect again")
        if late and not self.sandbox.redeliver():
            raise TimeoutError("something that came late was never acknowledged")
        self.is_cut_off = False
        self.settle()

    def pass_until(self, at: datetime) -> None:
        """Let time pass, stopping at each moment at which something is to be done."""
        while not self.is_cut_off and (due := self.muster.store.jobs.next_run_at()) is not None and due < at:
            self.clock.set(due)
            self.settle()
            if self.muster.store.jobs.next_run_at() == due:
                break
        self.clock.set(at)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is outstanding: envelopes, forms that are opening, jobs that are due."""
        while True:
            if not self.sandbox.settle():
                raise TimeoutError("something was never acknowledged")
            if self.is_cut_off:
                return
            done = self.muster.drain(self.clock.now())
            if not done and not self.sandbox.outstanding():
                return

    def slash(self, user: str, channel: str, line: str) -> Delivery:
        """Type a line after the root word."""
        return self._answered(self.sandbox.actor.slash(user, channel, "/inc", line))

    def open_form(self, user: str, channel: str, line: str) -> dict[str, Any]:
        """Type a line that opens a form, and give the form."""
        delivery = self.slash(user, channel, line)
        view = delivery.view(FORM_TAKES)
        return {"id": view.id, "callback_id": view.callback_id, "blocks": view.blocks}

    def submit(self, user: str, view: dict[str, Any], values: dict[str, Any]) -> Delivery:
        """Submit a form; one that stays open with what is wrong is closed, as somebody would who gives up."""
        delivery = self._answered(self.sandbox.actor.submit(user, view["id"], values))
        for left in self.sandbox.workspace.stack(user):
            self.sandbox.actor.close(user, left.id)
        return delivery

    def entries(self, key: IncidentKey) -> tuple[Entry, ...]:
        """Give the entries of a chain as they are kept, masked or not: a script is about the record."""
        return tuple(self.muster.store.recorder.read(lambda reader: reader.unmasked().entries(key)))

    def last_entries(self) -> dict[str, int]:
        """Give the number of the last entry of each chain."""
        workspace = IncidentKey(self.team, WORKSPACE)
        last = {workspace.id: max((entry.n for entry in self.entries(workspace)), default=0)}
        incident = self.muster.store.queries.incident(self.incident) if self.incident else None
        return last | ({incident.key.id: incident.n} if incident else {})

    def _answered(self, delivery: Delivery) -> Delivery:
        if not delivery.wait().acked:
            raise RuntimeError(f"Muster did not answer: {delivery.error}")
        return delivery


def _until(come_about: Callable[[], bool], otherwise: str) -> None:
    """Wait until something has come about."""
    deadline = time.monotonic() + RECONNECTING_TAKES
    while not come_about():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.01)
