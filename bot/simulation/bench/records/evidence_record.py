"""A record with evidence: how fast its files are exported, and its findings folded. No call to Slack.

The folding of findings, containment and recovery is compared with that of actions that are opened and done: a ratio does not
depend on the machine.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.clock import RealClock
from bot.export.bundle import Seal, write_bundle
from bot.plain_yaml import load_yaml
from bot.simulation.replay.scenario_policy import SHIPPED
from commands.core.record_service import FixedPolicy, RecordService
from commands.core.request import Actor, Fields, Place, Request
from incident.entries.conversation import ActionDone, ActionOpened
from incident.entries.outside.evidence_items import FileSecured, FileStored
from incident.entries.outside.findings import FindingConfirmed, FindingMade
from incident.entries.restoration import Contained, Recovered
from incident.entry import Entry, EntryPoint, Fact, IncidentKey, Source
from incident.fold.fold import fold
from incident.policy import Policy
from incident.rules.closure_criteria import unmet
from roles.person_ids import slack_person
from storage.integrity.signing_keys import new_key
from storage.store import Store, open_store

_TEAM: Final = "TBENCH"
_AUTHOR: Final = slack_person(_TEAM, "UBENCH")
_FILE_BYTES: Final = 1024 * 1024


def measure_evidence(*, files: int, entries: int) -> dict[str, Any]:
    """Export an incident with so many files of 1 MB; fold one with so many entries of the analysis, and check its closing."""
    policy = Policy.model_validate(load_yaml(SHIPPED.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        folder = Path(name)
        with open_store(f"sqlite:///{folder / 'muster.db'}", team=_TEAM) as store:
            store.migrate()
            store.files.open(folder / "evidence")
            record = RecordService(store.recorder, FixedPolicy(policy), RealClock())
            key = _declare(record)
            record.note(key, list(_files(store, key, files)), "bench")
            started = time.perf_counter()
            seal = Seal(new_key(folder / "muster.key"))
            at = RealClock().now()
            write_bundle(store, key, out=folder, exported_by=_AUTHOR, at=at, seal=seal, policy=policy)
            exported = time.perf_counter() - started
            declared = _entries(store, key)[0]
    return {"export_evidence_s": round(exported, 2), "analysis": _folding(declared, policy, entries)}


def _declare(record: RecordService) -> IncidentKey:
    fields: Fields = {"title": "Odd logins", "service": next(iter(record.policy.services))}
    request = Request(
        verb="declare",
        fields=fields,
        actor=Actor(id=_AUTHOR, groups=frozenset({"responder"})),
        team=_TEAM,
        place=Place(),
        source=Source(surface=EntryPoint.COMMAND),
        key="bench:declare",
        at=record.clock.now(),
    )
    outcome = record.run(request)
    assert outcome.key is not None
    return outcome.key


def _entries(store: Store, key: IncidentKey) -> list[Entry]:
    return store.recorder.read(lambda reader: list(reader.entries(key)))


def _files(store: Store, key: IncidentKey, files: int) -> Iterator[Fact]:
    """Yield the facts of files of 1 MB that are stored, each with bytes of its own."""
    n = _entries(store, key)[-1].n
    for number in range(1, files + 1):
        stored = store.files.store(key, [os.urandom(_FILE_BYTES)])
        n += 2
        item, size, ts = f"EV{number}", stored.size, f"{number}.000001"
        yield FileSecured(id=item, size=size, file=f"F{number}", name="trace.log", channel="CBENCH", ts=ts)
        yield FileStored(id=item, size=size, secured=n - 1, sha256=stored.sha256)


def _folding(declared: Entry, policy: Policy, entries: int) -> dict[str, float]:
    """Return the time to fold an entry of the analysis and one of an action, and to check the closing of the former."""
    analysed = list(_numbered(declared, _analysis(entries)))
    acted = list(_numbered(declared, _actions(entries)))
    incident, analysis_s = _timed_fold(analysed)
    _, actions_s = _timed_fold(acted)
    started = time.process_time()
    unmet(incident, policy)
    return {
        "fold_us_per_entry": round(analysis_s / entries * 1e6, 1),
        "fold_actions_us_per_entry": round(actions_s / entries * 1e6, 1),
        "closing_ms": round((time.process_time() - started) * 1e3, 2),
    }


def _timed_fold(chain: list[Entry]) -> tuple[Any, float]:
    started = time.process_time()
    return fold(chain), time.process_time() - started


def _numbered(declared: Entry, facts: Iterable[Fact]) -> Iterator[Entry]:
    yield declared
    for n, fact in enumerate(facts, declared.n + 1):
        at = declared.recorded_at + timedelta(milliseconds=n)
        yield declared.model_copy(update={"n": n, "fact": fact, "recorded_at": at, "occurred_at": at})


def _analysis(entries: int) -> Iterator[Fact]:
    for n in range(2, entries + 2):
        kind, number = n % 4, n // 4
        if kind == 0:
            yield FindingMade(id=f"F{number}", text="an odd login", verified=False)
        elif kind == 1:
            yield FindingConfirmed(id=f"F{number}", finding=n - 1, source="the log")
        elif kind == 2:
            yield Contained(term="short", text="key revoked", id=f"C{number}", target="key 7")
        else:
            yield Recovered(id=f"R{number}", method="backup", text="restored", backup="snap-42", checked=True)


def _actions(entries: int) -> Iterator[Fact]:
    for n in range(2, entries + 2):
        if n % 2 == 0:
            yield ActionOpened(id=f"A{n // 2}", text="look at the log", assignee=_AUTHOR, due_at=_DUE)
        else:
            yield ActionDone(id=f"A{n // 2}", result="nothing in it")


_DUE: Final = datetime(2030, 1, 1, tzinfo=UTC)
