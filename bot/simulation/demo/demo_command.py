"""`muster demo`: a major incident played in the pretend workspace, its record exported and verified, and then your turn."""

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
    """Play the story; with `once`, end after it: 0 when the record verified."""
    story = read_story()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    clock = SimulatedClock(RealClock().now() - timedelta(minutes=story.minutes))
    people = {
        alias: Person(name=alias, real_name=one.name, title=one.title, tz="Europe/London", color=COLORS[i])
        for i, (alias, one) in enumerate(story.people.items())
    }
    channels = ("incidents", *(place.removeprefix("#") for place in story.audiences.values()))
    stage = ReplayEnvironment(people, clock=clock, channels=channels, port=0 if once else PORT)
    try:
        new_key(KEY)
        stage.open(demo_policy(story, stage.users), f"sqlite:///{FOLDER / 'muster.db'}", key_file=KEY)
        _say(f"\nThe pretend workspace is at {stage.sandbox.page_url}?as={stage.users['robin']}\n")
        _tell(story, stage, pause=0.0 if once else BEAT_SECONDS)
        failed = _prove(stage)
        if once or failed:
            return failed
        clock.run()
        stage.muster.work()
        _invite(stage)
    finally:
        stage.close()
    return 0


def _tell(story: Story, stage: ReplayEnvironment, *, pause: float) -> None:
    """Act out every beat at its time."""
    begins = stage.clock.now()
    hands = Actors(stage, begins)
    if pause:
        _say(f"{story.title}: the story begins in ten seconds. Open the page to watch.")
        time.sleep(10)
    for beat in story.beats:
        stage.pass_until(begins + timedelta(minutes=beat.at))
        _say(f"  {beat.at:5.1f} min  {story.people[beat.by].name}: {_what(beat.model_dump(exclude_none=True))}")
        hands.act(beat)
        stage.settle()
        time.sleep(pause)
    stage.pass_until(stage.clock.now() + timedelta(seconds=5))


def _what(beat: dict[str, object]) -> str:
    form = beat.get("form")
    if isinstance(form, dict):
        return f"fills in the form “{form['verb']}”"
    return next(str(beat[name]) for name in ("say", "do", "press", "react") if name in beat)


def _prove(stage: ReplayEnvironment) -> int:
    """Export the story's incident, check the export with nothing but its own program, and verify the database."""
    store = stage.muster.store
    key = min(store.queries.incidents(stage.team), key=lambda one: one.number).key
    made = _export(stage, key)
    checked = subprocess.run(  # noqa: S603 - our own program, from the export just written
        [sys.executable, "-I", str(made.folder / "verify.py"), "--key", made.public_key or ""],
        capture_output=True,
        text=True,
        check=False,
    )
    report = verify(store, public_key=made.public_key)
    folded = store.queries.incident(key)
    closed = folded is not None and folded.state is State.CLOSED
    stands = "is closed" if closed else "could not be closed"
    _say(f"\n{made.number} {stands}. Its record of {made.entries} entries lies in {made.folder}/ (read index.html).")
    _say(f"{made.folder}/verify.py says: {checked.stdout.strip() or checked.stderr.strip()}")
    _say(f"The database: {report.entries} entries in {report.chains} chains, {len(report.problems)} problems.")
    return 0 if closed and checked.returncode == 0 and report.is_sound else 1


def _export(stage: ReplayEnvironment, key: IncidentKey) -> Export:
    signer = read_key(KEY)
    policy = stage.muster.active.policy
    who = cli_person("demo", "localhost")
    return write_bundle(
        stage.muster.store, key, out=FOLDER, exported_by=who, at=stage.clock.now(), seal=Seal(signer), policy=policy
    )


def _invite(stage: ReplayEnvironment) -> None:
    """Say what to try, and stay until somebody ends it."""
    _say(
        f"""
Now it is your turn: {stage.sandbox.page_url}?as={stage.users["robin"]}
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
        pass  # A signal that reaches another thread does not wake this one, and only this one may answer it.


def _say(text: str) -> None:
    print(text, flush=True)
