"""`muster demo`: a major incident in the pretend workspace, exported and verified; then the user takes over."""

from __future__ import annotations

import errno
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
from bot.rendering.message_catalog import closure_text
from bot.simulation.demo.demo_actors import Actors
from bot.simulation.demo.demo_folder import demo_folder
from bot.simulation.demo.demo_notices import story_begins, story_plays, your_turn
from bot.simulation.demo.demo_phones import connect_phones, phone_settings
from bot.simulation.demo.demo_policy import demo_policy
from bot.simulation.demo.demo_story import Story, read_story
from bot.simulation.replay.replay_environment import LOBBY, ReplayEnvironment
from incident.entry import IncidentKey
from incident.rules.closure_criteria import unmet
from incident.states import State
from roles.person_ids import cli_person
from sandbox.state.entities import Person
from storage.integrity.signing_keys import new_key, read_key
from storage.maintenance.verification import verify

PORT: Final = 8790
USAGE: Final = 2
NO_SUCH_PORT: Final = (errno.EADDRINUSE, errno.EACCES)
# Where the page of the workspace shows the exported record.
RECORDS: Final = "record"
KEY: Final = "muster.key"
BEAT_SECONDS: Final = 1.6
# Who the page is opened as, being the first of the story's people.
READER: Final = "robin"
COLORS: Final = ("1f7a8c", "b5446e", "5a7d2b", "8a5cc2", "c26a1b", "3b6fb5", "6b4f3a")


def play_demo(*, once: bool, port: int | None = None) -> int:
    """Play the story. With `once`, stop after it. Return 0 when the record verifies, 2 when the port is not free."""
    story = read_story()
    clock = SimulatedClock(RealClock().now() - timedelta(minutes=story.minutes))
    try:
        environment = _environment(story, clock, port=0 if once and port is None else port)
    except OSError as error:
        if port is None or error.errno not in NO_SUCH_PORT:
            raise
        print(f"Port {port} cannot be used: {error.strerror}. Name another one, or none.", file=sys.stderr)
        return USAGE
    with demo_folder(Path()) as folder:
        try:
            return _play_in(folder, story, environment, once=once)
        finally:
            environment.close()


def _environment(story: Story, clock: SimulatedClock, *, port: int | None) -> ReplayEnvironment:
    """Open the workspace at a port: the usual one, or any that is free, unless one is named. OSError if that is taken."""
    people = {
        alias: Person(name=alias, real_name=one.name, title=one.title, tz=one.tz, color=COLORS[i])
        for i, (alias, one) in enumerate(story.people.items())
    }
    channels = ("incidents", *(place.removeprefix("#") for place in story.audiences.values()))
    try:
        return ReplayEnvironment(people, clock=clock, channels=channels, port=PORT if port is None else port)
    except OSError as error:
        if port is not None or error.errno not in NO_SUCH_PORT:
            raise
    return ReplayEnvironment(people, clock=clock, channels=channels)


def _play_in(folder: Path, story: Story, environment: ReplayEnvironment, *, once: bool) -> int:
    """Act out the story with its record in a folder, verify it, and wait for the reader unless `once`."""
    new_key(folder / KEY)
    policy = demo_policy(story, environment.users)
    sandbox = environment.sandbox
    phones = {} if once else phone_settings(sandbox)
    environment.open(policy, f"sqlite:///{folder / 'muster.db'}", key_file=folder / KEY, more=phones)
    sandbox.show_notice(story_begins(story, sandbox.workspace.find_channel(LOBBY).id))
    _print(f"\nOpen the pretend workspace: {_address(environment)}\n")
    _play(story, environment, pause=0.0 if once else BEAT_SECONDS)
    export = _export(environment, folder)
    failed = _verify(environment, export)
    if not once:
        _start_turn(environment, export)
        _wait_for_signal(folder)
    return failed


def _play(story: Story, environment: ReplayEnvironment, *, pause: float) -> None:
    """Act out every beat at its time. The reader is in the incident's channel from its beginning."""
    starts_at = environment.clock.now()
    actors = Actors(environment, starts_at)
    if pause:
        _print(f"{story.title}: the story begins in ten seconds. The page shows it, and then it is your turn.")
        time.sleep(10)
    shown = None
    for beat in story.beats:
        environment.advance_to(starts_at + timedelta(minutes=beat.at))
        _print(f"  {beat.at:5.1f} min  {story.people[beat.by].name}: {_describe(beat.model_dump(exclude_none=True))}")
        try:
            actors.act(beat)
        except LookupError as stopped:
            _print(f"The story stops here: {stopped}.")
            break
        environment.settle()
        if environment.channel is not None and shown is None:
            shown = environment.join_current_channel(environment.users[READER])
            environment.sandbox.show_notice(story_plays(story, shown))
        time.sleep(pause)
    environment.advance_to(environment.clock.now() + timedelta(seconds=5))


def _describe(beat: dict[str, object]) -> str:
    form = beat.get("form")
    if isinstance(form, dict):
        return f"fills in the form “{form['verb']}”"
    return next(str(beat[name]) for name in ("say", "do", "press", "react") if name in beat)


def _export(environment: ReplayEnvironment, folder: Path) -> Export:
    """Export the story's incident, and let the page show the export."""
    export = write_bundle(
        environment.muster.store,
        _first(environment),
        out=folder,
        exported_by=cli_person("demo", "localhost"),
        at=environment.clock.now(),
        seal=Seal(read_key(folder / KEY)),
        policy=environment.muster.active.policy,
    )
    environment.sandbox.share_folder(RECORDS, export.folder)
    return export


def _first(environment: ReplayEnvironment) -> IncidentKey:
    return min(environment.muster.store.queries.incidents(environment.team), key=lambda one: one.number).key


def _verify(environment: ReplayEnvironment, export: Export) -> int:
    """Check the export with its own program, and verify the database."""
    store = environment.muster.store
    checked = subprocess.run(  # noqa: S603 - our own program, from the export just written
        [sys.executable, "-I", str(export.folder / "verify.py"), "--key", export.public_key or ""],
        capture_output=True,
        text=True,
        check=False,
    )
    report = verify(store, public_key=export.public_key)
    incident = store.queries.incident(_first(environment))
    closed = incident is not None and incident.state is State.CLOSED
    outcome = "is closed" if closed else "could not be closed"
    lacking = unmet(incident, environment.muster.active.policy) if incident and not closed else ()
    page = export.folder / "index.html"
    _print(
        f"\n{export.number} {outcome}. Its record of {export.entries} entries, to open in a browser:\n  {page.as_uri()}"
    )
    for one in lacking:
        _print(f"It lacks: {closure_text(one.needs, one.names, typed=True)}")
    _print(f"verify.py in that folder: {checked.stdout.strip() or checked.stderr.strip()}")
    _print(f"The database: {report.entries} entries in {report.chains} chains, {len(report.problems)} problems.")
    return 0 if closed and checked.returncode == 0 and report.is_sound else 1


def _start_turn(environment: ReplayEnvironment, export: Export) -> None:
    """Let time run, put the reader into the open incident, and tell them what to try, on the page and here."""
    clock, sandbox = environment.clock, environment.sandbox
    connect_phones(environment, environment.users)
    if isinstance(clock, SimulatedClock):
        clock.run()
    environment.muster.work()
    channel = environment.join_current_channel(environment.users[READER])
    first = environment.muster.store.queries.incident(_first(environment))
    is_closed = first is not None and first.state is State.CLOSED
    record = f"{sandbox.page_url}shared/{RECORDS}/index.html"
    sandbox.show_notice(your_turn(channel, record, export.number, is_closed=is_closed))
    _print(f"\nYour turn: {_address(environment)}\nThe page says what to try. End it with Ctrl-C.")


def _address(environment: ReplayEnvironment) -> str:
    """Return the address of the page as the reader."""
    return f"{environment.sandbox.page_url}?as={environment.users[READER]}"


def _wait_for_signal(folder: Path) -> None:
    """Wait for SIGINT or SIGTERM."""
    ended = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    while not ended.wait(0.5):
        pass  # A signal delivered to another thread does not wake this one, and only this one runs handlers.
    _print(f"\nThe record stays in {folder}/ until the next demo.")


def _print(text: str) -> None:
    print(text, flush=True)
