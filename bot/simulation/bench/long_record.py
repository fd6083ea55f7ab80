"""A long record: how fast it is verified and exported. No call to Slack.

The incident is declared and filled through the regular entry points: nine messages, then a note. `verify` computes
every hash and folds every entry again; the export includes checkpoint, signature, page and proof.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.clock import RealClock, SetClock
from bot.export.bundle import Seal, write_bundle
from bot.plain_yaml import load_yaml
from bot.simulation.replay.scenario_policy import SHIPPED
from commands.core.capture import Capture
from commands.core.record_service import FixedPolicy, RecordService
from commands.core.request import Actor, Place, Request
from incident.entries.conversation import MessagePosted
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, IncidentKey, Source
from incident.policy import Policy
from roles.person_ids import slack_person
from storage.integrity.signing_keys import new_key
from storage.maintenance.verification import verify
from storage.store import Store, open_store

_TEAM: Final = "TBENCH"
_CHANNEL: Final = "CBENCH"
_AUTHOR: Final = slack_person(_TEAM, "UBENCH")
_NOTE_EVERY: Final = 10
_THREADS: Final = 16
_STEP: Final = timedelta(milliseconds=1)


def measure_record(*, entries: int) -> dict[str, Any]:
    """Create an incident with `entries` entries, verify it, then export it."""
    policy = Policy.model_validate(load_yaml(SHIPPED.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        folder_path = Path(folder)
        with open_store(f"sqlite:///{folder_path / 'muster.db'}", team=_TEAM) as store:
            store.migrate()
            key = _RecordBuilder(store, policy, RealClock().now()).build(entries)
            started = time.perf_counter()
            report = verify(store)
            verified = time.perf_counter()
            if not report.is_sound:
                raise RuntimeError(f"the record of the bench does not verify: {report.problems[0]}")
            key_pair = new_key(folder_path / "muster.key")
            at = RealClock().now()
            write_bundle(store, key, out=folder_path, exported_by=_AUTHOR, at=at, seal=Seal(key_pair), policy=policy)
            exported = time.perf_counter()
    return {
        "verify_entries_per_s": round(report.entries / (verified - started)),
        "export_s": round(exported - verified, 2),
    }


class _RecordBuilder:
    """Fills one incident."""

    def __init__(self, store: Store, policy: Policy, starts_at: datetime) -> None:
        self._record = RecordService(store.recorder, FixedPolicy(policy), SetClock(starts_at))
        self._starts_at = starts_at

    def build(self, entries: int) -> IncidentKey:
        """Declare an incident and add entries up to this number."""
        fields = {"title": "Checkout fails", "service": next(iter(self._record.policy.services))}
        outcome = self._record.run(self._request(0, "declare", fields))
        assert outcome.key is not None
        channel_made = ChannelMade(channel=_CHANNEL, name="inc-bench")
        last_number = self._record.note(outcome.key, [channel_made], "bench").last or 0
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(self._add, range(last_number + 1, entries + 1)))
        return outcome.key

    def _add(self, n: int) -> None:
        if n % _NOTE_EVERY == 0:
            self._record.run(self._request(n, "note", {"text": f"tried replica {n}, no change"}))
            return
        at = self._starts_at + n * _STEP
        fact = MessagePosted(
            channel=_CHANNEL, ts=f"{at.timestamp():.6f}", author=_AUTHOR, text=f"replica {n} is {n % 7} s behind"
        )
        captured = Capture(
            team=_TEAM,
            fact=fact,
            by=_AUTHOR,
            occurred_at=at,
            source=Source(surface=EntryPoint.EVENT, channel=_CHANNEL, event=f"Ev{n}"),
        )
        self._record.capture([captured])

    def _request(self, n: int, verb: str, fields: dict[str, Any]) -> Request:
        return Request(
            verb=verb,
            fields=fields,
            actor=Actor(id=_AUTHOR, groups=frozenset({"responder"})),
            team=_TEAM,
            place=Place(channel=_CHANNEL if n else None),
            source=Source(surface=EntryPoint.COMMAND),
            key=f"bench:{n}",
            at=self._starts_at,
        )
