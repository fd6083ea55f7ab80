"""A whole Muster in the pretend workspace, with people in it, to be looked at and worked with in a real browser.

Time does not move until it is moved (`after`), or, once `run` was called, keeps the machine's pace with Muster's own worker and
scheduler at work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from playwright.sync_api import Page

from bot.clock import SimulatedClock
from bot.export.bundle import Seal, write_bundle
from bot.simulation.demo.demo_phones import connect_phones, phone_settings
from bot.simulation.replay.replay_environment import TIMING, ReplayEnvironment
from roles.person_ids import cli_person
from sandbox.state.entities import Message, Person
from storage.integrity.signing_keys import new_key
from tests.support.browser import BrowserDesk
from tests.support.policies import page_policy

# Four tests share two cores, so that three seconds can pass before a form opens.
PATIENT: Final = replace(TIMING, ack_seconds=20.0, trigger_seconds=20.0)
BEGINS: Final = datetime(2026, 6, 9, 1, 52, tzinfo=UTC)
PEOPLE: Final = {
    "mira": Person("mira", "Mira Novak", title="on-call engineer", color="1f7a8c"),
    "tomas": Person("tomas", "Tomás Reyes", title="incident manager", color="b5446e"),
    "ada": Person("ada", "Ada Lindgren", title="communications", color="5a7d2b"),
    "ken": Person("ken", "Ken Watanabe", title="database engineer", color="8a5cc2"),
    "olu": Person("olu", "Olu Adeyemi", title="head of payments", color="c26a1b"),
}


class BrowserEnv:
    """What tests and pictures act with. People are named as in `PEOPLE`."""

    def __init__(self, stage: ReplayEnvironment, desk: BrowserDesk) -> None:
        self.stage, self.desk = stage, desk
        self._folder = TemporaryDirectory(prefix="muster-scene-")
        self.actor, self.workspace = stage.sandbox.actor, stage.sandbox.workspace

    @property
    def folder(self) -> Path:
        """A folder that goes when the scene ends."""
        return Path(self._folder.name)

    def close(self) -> None:
        """Let go of the folder."""
        self._folder.cleanup()

    def see(self, who: str, channel: str | None = None, **query: str) -> Page:
        """Open the page as a person, in a channel by its name or in the incident's."""
        where = {"as": self.stage.users[who], "channel": self.place(channel), **query}
        page = self.desk.open(self.stage.sandbox.page_url + "?" + "&".join(f"{k}={v}" for k, v in where.items()))
        page.get_by_test_id("you-are").wait_for()
        return page

    def place(self, channel: str | None = None) -> str:
        """Return a channel's id; without a name, that of the incident declared last, or the lobby."""
        if channel is not None:
            return self.workspace.find_channel(channel).id
        return self.stage.channel or self.workspace.find_channel("general").id

    def place_of(self, number: str) -> str:
        """Return the id of the channel of an incident."""
        listed = self.stage.muster.store.queries.incidents(self.stage.team)
        return next(one.channel for one in listed if one.number == number and one.channel)

    def say(self, who: str, text: str, channel: str | None = None, thread: str | None = None) -> str:
        """Post a message, and give its ts."""
        user = self.stage.users[who]
        place = self.place(channel) if channel else self.stage.join_current_channel(user)
        ts = self.actor.post(user, place, self._mentioning(text), thread)
        self.stage.settle()
        return ts

    def type(self, who: str, line: str, channel: str | None = None) -> None:
        """Type a line after the root word, and wait until all that follows is done."""
        user = self.stage.users[who]
        self.type_in(self.place(channel) if channel else self.stage.join_current_channel(user), who, line)

    def type_in(self, place: str, who: str, line: str) -> None:
        """Type a line in a place by its id; a form that opens in its place is a mistake of the script."""
        user = self.stage.users[who]
        if user not in self.workspace.find_channel(place).members:
            self.actor.join(user, place)
        self.stage.slash(user, place, self._mentioning(line))
        self.after(0.05)
        if self.workspace.stack(user):
            raise AssertionError(f"a form opened in place of doing “{line}”")

    def fill(self, who: str, line: str, channel: str | None = None, **values: Any) -> None:
        """Open a form by its line, fill it in and send it."""
        user = self.stage.users[who]
        place = self.place(channel) if channel else self.stage.join_current_channel(user)
        view = self.stage.open_form(user, place, self._mentioning(line))
        given = {name: self.stage.users.get(value, value) for name, value in values.items() if not _is_list(value)}
        self.stage.submit(user, view, given | {n: v for n, v in values.items() if _is_list(v)})
        self.after(0.05)

    def declare(self, title: str = "Card payments fail at checkout", who: str = "mira", **values: Any) -> None:
        """Declare an incident by its form, in #general."""
        fields = {"service": "checkout", "impact": "1", "urgency": "2", **values}
        self.fill(who, "declare", "general", title=title, **fields)

    def after(self, minutes: float) -> None:
        """Let time pass, doing everything when it is due."""
        self.stage.advance_to(self.stage.clock.now() + timedelta(minutes=minutes))

    def run(self) -> None:
        """Let time run from here, with Muster's own worker and scheduler at work."""
        if isinstance(self.stage.clock, SimulatedClock):
            self.stage.clock.run()
        self.stage.muster.work()

    def mark(self, who: str, ts: str) -> None:
        """Put a 📌 on a message of the incident channel."""
        self.actor.react(self.stage.users[who], self.place(), ts, "pushpin")
        self.stage.settle()

    def export(self, number: str) -> str:
        """Export an incident, and return the address of its page."""
        muster = self.stage.muster
        key = next(one.key for one in muster.store.queries.incidents(self.stage.team) if one.number == number)
        made = write_bundle(
            muster.store,
            key,
            out=self.folder,
            exported_by=cli_person("tour", "localhost"),
            at=self.stage.clock.now(),
            seal=Seal(new_key(self.folder / "key")),
            policy=muster.active.policy,
        )
        return (made.folder / "index.html").resolve().as_uri()

    def messages(self, channel: str | None = None) -> list[Message]:
        """Return the messages of a channel, the oldest first."""
        return list(self.workspace.find_channel(self.place(channel)).messages.values())

    def _mentioning(self, text: str) -> str:
        for alias, user in self.stage.users.items():
            text = text.replace(f"@{alias}", f"<@{user}>")
        return text


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


@contextmanager
def browser_env_on(desk: BrowserDesk, begins: datetime = BEGINS, *, phones: bool = False) -> Iterator[BrowserEnv]:
    """Put Muster and its people on a stage, each with a telephone if so asked."""
    channels = ("incidents", "leadership", "status-page")
    stage = ReplayEnvironment(dict(PEOPLE), clock=SimulatedClock(begins), channels=channels, timing=PATIENT)
    scene = BrowserEnv(stage, desk)
    try:
        stage.open(page_policy(stage.users), more=phone_settings(stage.sandbox) if phones else None)
        if phones:
            connect_phones(stage, stage.users)
        yield scene
    finally:
        stage.close()
        scene.close()
