"""Makes the stored copies beside it with the code of commit e06b798, and with no other.

In a checkout of that commit: `PYTHONPATH=. .venv/bin/python PATH/make_copies.py FOLDER`; PG_URL names an empty PostgreSQL.
It is kept to say how the copies were made and is not to follow later renames. A copy that was ever stored is not made again.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from bot.export.make import Seal, make_export  # noqa: E402
from bot.replay.filling import form_values  # noqa: E402
from bot.replay.scenario import read_scenario  # noqa: E402
from bot.replay.stage import Stage  # noqa: E402
from sandbox.entities import Person  # noqa: E402
from storage.copying.backup import back_up, copy_file  # noqa: E402
from storage.copying.restore import restore  # noqa: E402
from storage.signing import new_key, read_key  # noqa: E402
from storage.verify import Evidence, verify_by  # noqa: E402
from story import LONG_AGO, SCRIPTED, Story  # noqa: E402
from workspace import write_workspace  # noqa: E402

from bot.clock import SetClock  # noqa: E402
from incident.entries import KINDS  # noqa: E402
from incident.entry import IncidentKey  # noqa: E402
from incident.jobs import JobKind  # noqa: E402
from storage.store import open_store  # noqa: E402

WAITING = {"tell": 1, "request": 1, "mark": 1, "draft": 4}
SCRIPT = Path("tests/scenarios/s10-premature-close-reopen.yaml")


class Absence:
    """Lets every connection of a store be one that can only read, until it is over."""

    def __init__(self, store: Any) -> None:
        self._engine = store.engine
        event.listen(self._engine, "connect", self._prepare)
        self._engine.dispose()

    def _prepare(self, connection: Any, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    def over(self) -> None:
        event.remove(self._engine, "connect", self._prepare)
        self._engine.dispose()


def main(out: Path) -> None:
    work = out / "work"
    work.mkdir(parents=True)
    keys = (out / "test-key-of-2021.pem", out / "test-key-of-2026.pem")
    for path in keys:
        new_key(path)
    scenario = read_scenario(SCRIPT)
    names = [*scenario.people, "gone", "omar"]
    people = {name: Person(name=name, real_name=name.capitalize(), tz="UTC") for name in names}
    stage = Stage(people, clock=SetClock(LONG_AGO), channels=("incidents", "exec", "audit"))
    story = Story(stage, work, scenario, keys)
    try:
        story.long_ago()
        story.script()
        long = story.long()
        story.short(long)
        story.gap(long)
        export(story, out)
        first_absence(story)
        story.unfinished(long)
        absence = second_absence(story, long)
        store_all(story, out, work)
        absence.over()
        assert not story.problems, "\n".join(story.problems)
    finally:
        show(*story.problems, sep="\n")
        stage.close()


def show(*words: object, sep: str = " ") -> None:
    sys.stdout.write(sep.join(str(word) for word in words) + "\n")


def export(story: Story, out: Path) -> None:
    """Export the script's incident, which is closed."""
    key = closed(story)
    at, signer = story.stage.clock.now(), read_key(story.keys[1])
    policy = story.stage.muster.active.policy
    made = make_export(
        story.store, key, out=out / "export", who=story.person("nadia"), at=at, seal=Seal(signer), policy=policy
    )
    show(f"exported {made.number}: {made.entries} entries")


def closed(story: Story) -> IncidentKey:
    found = story.store.queries.incidents(story.stage.team, limit=50)
    return next(one.key for one in found if one.declared_at.date() == SCRIPTED.date() and one.state == "closed")


def first_absence(story: Story) -> None:
    """An absence that is over: what was kept is on the record, its files are in the archive."""
    absence = Absence(story.store)
    general = story.stage.sandbox.workspace.find_channel("general").id
    stage, acting = story.stage, story.acting
    acting.slash(
        story.user("kay"),
        general,
        "/inc",
        'declare title="Filters are gone" service=search impact=3 urgency=2 category=Availability symptom="No filters"',
    ).wait()
    wait_until(lambda: pinned(stage, "inc-unrecorded"), "the first provisional channel")
    absence.over()
    for _ in range(20):
        stage.muster.going_on.draining.look()
        stage.settle()
        if not stage.muster.going_on.spool.count():
            return
    raise RuntimeError("the first absence does not end")


def second_absence(story: Story, long: IncidentKey) -> Absence:
    """A declaration that is on the record while Slack takes no message about it; then another absence."""
    stage, acting, spool = story.stage, story.acting, story.stage.muster.going_on.spool
    general = stage.sandbox.workspace.find_channel("general").id
    ended = Absence(story.store)
    acting.slash(
        story.user("rob"),
        general,
        "/inc",
        'declare title="Images are gone" service=search impact=2 urgency=2 category=Availability symptom="No images"',
    ).wait()
    wait_until(lambda: pinned(stage, "inc-unrecorded"), "the second provisional channel")
    images = stage.sandbox.workspace.find_channel("inc-unrecorded-images-are-gone").id
    acting.join(story.user("eva"), images)
    acting.post(story.user("eva"), images, "Only thumbnails are there")
    acting.slash(story.user("eva"), images, "/inc", "note Thumbnails work").wait()
    assert stage.sandbox.settle()
    ended.over()
    stage.sandbox.faults.too_many_requests("chat.update", times=50, retry_after=3600)
    stage.sandbox.faults.too_many_requests("chat.postMessage", times=50, retry_after=3600)
    stage.sandbox.faults.too_many_requests("conversations.open", times=50, retry_after=3600)
    stage.muster.going_on.draining.look()
    stage.sandbox.faults.clear()
    assert spool.count("tell") == 1, "the channel was informed"
    return third_absence(story, long)


def third_absence(story: Story, long: IncidentKey) -> Absence:
    """The process ends and another one begins, with a file of its own; this absence lasts."""
    stage, acting = story.stage, story.acting
    general = stage.sandbox.workspace.find_channel("general").id
    policy = stage.muster.active.policy
    stage.muster.stop()
    stage.open(policy, story.url, key_file=story.keys[1])
    spool = stage.muster.going_on.spool
    view = stage.open_form(story.user("ilse"), story.channel(long), "note")
    absence = Absence(story.store)
    channel = story.channel(long)
    stage.clock.set(stage.clock.now() + timedelta(seconds=30))
    acting.slash(
        story.user("kay"),
        general,
        "/inc",
        'declare title="Maps are gone" service=search impact=1 urgency=2 category=Availability symptom="No maps"',
    ).wait()
    wait_until(lambda: pinned(stage, "inc-unrecorded-maps"), "the third provisional channel")
    maps = stage.sandbox.workspace.find_channel("inc-unrecorded-maps-are-gone").id
    first = acting.post(story.user("jin"), channel, "The copy is half way")
    assert stage.sandbox.settle()
    stage.clock.set(stage.clock.now() + timedelta(seconds=5))
    acting.edit(story.user("jin"), channel, first, "The copy is at 60 %")
    second = acting.post(story.user("rob"), channel, "Never mind")
    assert stage.sandbox.settle()
    acting.delete(story.user("rob"), channel, second)
    acting.react(story.user("ilse"), channel, first, "pushpin")
    acting.join(story.user("omar"), channel)
    acting.post(story.user("kay"), maps, "The map server answers nothing")
    assert stage.sandbox.settle()
    acting.slash(story.user("kay"), maps, "/inc", "note Restarted by hand").wait()
    acting.slash(story.user("rob"), channel, "/inc", "decide Wait for the copy").wait()
    acting.submit(story.user("ilse"), view["id"], form_values(view, {"text": "The vendor sends a disk"})).wait()
    assert stage.sandbox.settle()
    assert {kind: spool.count(kind) for kind in ("tell", "request", "mark", "draft")} == WAITING
    return absence


def pinned(stage: Stage, prefix: str) -> bool:
    channels = stage.sandbox.workspace.channels.values()
    return any(one.name.startswith(prefix) and one.pins for one in list(channels))


def wait_until(found: Any, what: str) -> None:
    deadline = time.monotonic() + 15
    while not found():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.02)
    time.sleep(0.3)


def store_all(story: Story, out: Path, work: Path) -> None:
    copy_file(work / "muster.db", work / "stored.db")
    with sqlite3.connect(work / "stored.db") as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    sqlite3.connect(work / "stored.db", isolation_level=None).execute("VACUUM")
    pack(work / "stored.db", out / "muster.db.gz")
    shutil.copytree(Path(story.stage._folder.name) / "spool", out / "spool")
    for path in (out / "spool").rglob("*.jsonl"):
        path.write_bytes(path.read_bytes().rstrip(b"\0"))
    shutil.copy(Path(story.stage._folder.name) / "policy.yaml", out / "policy.yaml")
    write_workspace(story.stage.sandbox.workspace, work / "workspace.json")
    pack(work / "workspace.json", out / "workspace.json.gz")
    about = {"clock": story.stage.clock.now().isoformat(), "team": story.stage.team, "users": story.stage.users}
    (out / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    if "PG_URL" in os.environ:
        from_postgresql(work, out)
    report(story, out, work)


def from_postgresql(work: Path, out: Path) -> None:
    """Put the record into a PostgreSQL and take the backup that `muster backup` takes of it."""
    url = os.environ["PG_URL"]
    restore(url, work / "stored.db", replace=True)
    with open_store(url) as store:
        found = back_up(store, url, work / "backup.db")
    assert found.is_sound, found.problems
    pack(work / "backup.db", out / "backup-of-postgresql.db.gz")


def pack(source: Path, target: Path) -> None:
    with target.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(source.read_bytes())


def report(story: Story, out: Path, work: Path) -> None:
    connection = sqlite3.connect(work / "stored.db")
    headers = [json.loads(text) for (text,) in connection.execute("SELECT text FROM entry")]
    kinds = Counter((one["kind"], one["version"]) for one in headers)
    show(f"{len(headers)} entries; kinds that are missing: {sorted(set(KINDS) - set(kinds))}")
    jobs = Counter(connection.execute("SELECT kind, state, lease_owner IS NOT NULL FROM job").fetchall())
    show(f"job kinds that are missing: {sorted({k.value for k in JobKind} - {kind for kind, *_ in jobs})}")
    show({state: [k for k, s, h in jobs if (s, h) == state] for state in sorted({(s, h) for _, s, h in jobs})})
    for one in connection.execute(
        "SELECT number, state, is_over, restricted, n, channel FROM incident ORDER BY number"
    ):
        show(one)
    lines = [json.loads(x) for p in sorted((out / "spool").glob("*.jsonl")) for x in p.read_text().splitlines()[1:]]
    show(
        Counter(one["kind"] for one in lines), sorted(p.relative_to(out).as_posix() for p in (out / "spool").rglob("*"))
    )
    with open_store(f"sqlite:///{work / 'stored.db'}", team=story.stage.team) as store:
        found = verify_by(store, Evidence(own_key=read_key(story.keys[1]).public_key))
        show(found.is_sound, found.problems, store.presences.last())
    for table in ("draft", "seen", "person", "checkpoint", "policy_text", "message_key", "counter"):
        show(table, connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    for path in sorted(p for p in out.iterdir() if p.is_file()):
        show(path.name, path.stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
