"""`muster demo`: a major incident in the pretend workspace, exported and verified; then the user takes over."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.clock import RealClock, SimulatedClock
from bot.export.bundle import Export, Seal, write_bundle
from bot.simulation.demo.demo_actors import Actors
from bot.simulation.demo.demo_policy import demo_policy
from bot.simulation.demo.demo_story import Story, read_story
from bot.simulation.replay.replay_environment import ReplayEnvironment
from incident.entry import IncidentKey
from incident.states import State
from roles.person_ids import cli_person
from sandbox.state.entities import Person
from storage.integrity.signing_keys import new_key, read_key
from storage.maintenance.verification import verify

FOLDER: Final = Path("muster-demo")
KEY: Final = FOLDER / "muster.key"
PORT: Final = 8790
BEAT_SECONDS: Final = 1.6
COLORS: Final = ("1f7a8c", "b5446e", "5a7d2b", "8a5cc2", "c26a1b", "3b6fb5", "6b4f3a")


def play_demo(*, once: bool) -> int:
    """Play the story. With `once`, stop after it. Return 0 when the record verifies."""
    story = read_story()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    clock = SimulatedClock(RealClock().now() - timedelta(minutes=story.minutes))
    people = {
        alias: Person(name=alias, real_name=one.name, title=one.title, tz="Europe/London", color=COLORS[i])
        for i, (alias, one) in enumerate(story.people.items())
    }
    channels = ("incidents", *(place.removeprefix("#") for place in story.audiences.values()))
    environment = ReplayEnvironment(people, clock=clock, channels=channels, port=0 if once else PORT)
    try:
        new_key(KEY)
        environment.open(demo_policy(story, environment.users), f"sqlite:///{FOLDER / 'muster.db'}", key_file=KEY)
        _print(f"\nThe pretend workspace is at {environment.sandbox.page_url}?as={environment.users['robin']}\n")
        _play(story, environment, pause=0.0 if once else BEAT_SECONDS)
        failed = _verify(environment)
        if once or failed:
            return failed
        clock.run()
        environment.muster.work()
        _wait_for_user(environment)
    finally:
        environment.close()
    return 0


def _play(story: Story, environment: ReplayEnvironment, *, pause: float) -> None:
    """Act out every beat at its time."""
    starts_at = environment.clock.now()
    actors = Actors(environment, starts_at)
    if pause:
        _print(f"{story.title}: the story begins in ten seconds. Open the page to watch.")
        time.sleep(10)
    for beat in story.beats:
        environment.advance_to(starts_at + timedelta(minutes=beat.at))
        _print(f"  {beat.at:5.1f} min  {story.people[beat.by].name}: {_describe(beat.model_dump(exclude_none=True))}")
        actors.act(beat)
        environment.settle()
        time.sleep(pause)
    environment.advance_to(environment.clock.now() + timedelta(seconds=5))


def _describe(beat: dict[str, object]) -> str:
    form = beat.get("form")
    if isinstance(form, dict):
        return f"fills in the form “{form['verb']}”"
    return next(str(beat[name]) for name in ("say", "do", "press", "react") if name in beat)


def _verify(environment: ReplayEnvironment) -> int:
    """Export the incident, check the export with its own program, and verify the database."""
    store = environment.muster.store
    key = min(store.queries.incidents(environment.team), key=lambda one: one.number).key
    export = _export(environment, key)
    checked = subprocess.run(  # noqa: S603 - our own program, from the export just written
        [sys.executable, "-I", str(export.folder / "verify.py"), "--key", export.public_key or ""],
        capture_output=True,
        text=True,
        check=False,
    )
    report = verify(store, public_key=export.public_key)
    incident = store.queries.incident(key)
    closed = incident is not None and incident.state is State.CLOSED
    outcome = "is closed" if closed else "could not be closed"
    _print(
        f"\n{export.number} {outcome}. Its record of {export.entries} entries lies in {export.folder}/ (read index.html)."
    )
    _print(f"{export.folder}/verify.py says: {checked.stdout.strip() or checked.stderr.strip()}")
    _print(f"The database: {report.entries} entries in {report.chains} chains, {len(report.problems)} problems.")
    return 0 if closed and checked.returncode == 0 and report.is_sound else 1


def _export(environment: ReplayEnvironment, key: IncidentKey) -> Export:
    key_pair = read_key(KEY)
    policy = environment.muster.active.policy
    exporter = cli_person("demo", "localhost")
    return write_bundle(
        environment.muster.store,
        key,
        out=FOLDER,
        exported_by=exporter,
        at=environment.clock.now(),
        seal=Seal(key_pair),
        policy=policy,
    )


def _wait_for_user(environment: ReplayEnvironment) -> None:
    """Print what to try, and wait for SIGINT or SIGTERM."""
    _print(
        f"""
Now it is your turn: {environment.sandbox.page_url}?as={environment.users["robin"]}
  You are Robin. A second incident, "New products missing from search", is open.
  - Open its channel and type /incident: your tray. Take command.
  - Type /incident update internal, and fill in the form. Watch the card change.
  - Mark somebody's message with a pushpin; edit it; look at /incident timeline.
  - Switch to somebody else ("You are …", top left) and answer a prompt with its buttons.
  - Type /incident close too early, and see what it asks for.
  - Open the Wire drawer to see every envelope and API call.
End it with Ctrl-C. The record stays in {FOLDER}/.
"""
    )
    ended = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    while not ended.wait(0.5):
        pass  # A signal delivered to another thread does not wake this one, and only this one runs handlers.


def _print(text: str) -> None:
    print(text, flush=True)
